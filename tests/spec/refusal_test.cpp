// Documents that must be refused: faults AT07 and AT14, and type confusion (CVE-2021-41190).
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "ocibuild/spec/manifest.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

const std::string good_digest = Digest::of("{}").string();

std::string descriptor(std::string_view size, std::string_view digest = good_digest, std::string_view more = "") {
  return fmt::format(R"({{"mediaType":"a/b","digest":"{}","size":{}{}}})", digest, size, more);
}

std::string manifest(std::string_view layers, std::string_view more = "") {
  return fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]{}}})", descriptor("2"), layers, more);
}

std::string index(std::string_view manifests, std::string_view more = "") {
  return fmt::format(R"({{"schemaVersion":2,"manifests":[{}]{}}})", manifests, more);
}

struct Refusal {
  std::string document;
  std::string_view problem;
};

template <class Parse>
void check_refusal(const Refusal& refusal, Parse parse) {
  CAPTURE(refusal.document.substr(0, 300));
  const Error error = failure_of([&] { return parse(refusal.document); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK_MESSAGE(says(error, refusal.problem), std::string{error.what()});
  CHECK(std::string_view{error.what()}.size() < 500);
}

void refuses_manifest(const Refusal& refusal) {
  check_refusal(refusal, [](const std::string& text) { return parse_manifest(text); });
}

void refuses_index(const Refusal& refusal) {
  check_refusal(refusal, [](const std::string& text) { return parse_index(text); });
}

}  // namespace

TEST_CASE("the frame of the refusal tests is itself accepted") {
  CHECK(parse_manifest(manifest(descriptor("2") + "," + descriptor("9223372036854775807"))).layers.size() == 2);
  CHECK(parse_index(index(descriptor("0"))).manifests.size() == 1);
}

TEST_CASE("texts that are not strict JSON are refused") {
  refuses_index({"", "not JSON: syntax error at byte"});
  refuses_index({"{", "not JSON: syntax error"});
  refuses_index({index("") + "x", "not JSON: syntax error at byte 34"});
  refuses_index({index("") + index(""), "not JSON: syntax error"});
  refuses_index({index("") + std::string(1, '\0'), "not JSON: syntax error at byte 34"});
  refuses_index({index("") + std::string(1, '\0') + index(""), "not JSON: syntax error at byte 34"});
  refuses_index({"\xEF\xBB\xBF" + index(""), "byte order mark"});
  refuses_index({index("", R"(,"x":01)"), "not JSON: syntax error"});
  refuses_index({index("", R"(,"x":NaN)"), "not JSON: syntax error"});
  refuses_index({index("", R"(,"x":1e400)"), "is out of range"});
  refuses_index({index("", ",\"x\":\"\n\""), "not JSON: syntax error"});
  refuses_index({index("", R"(,"x":"\ud800")"), "not JSON: syntax error"});
  refuses_index({index("", "/* comment */"), "not JSON: syntax error"});
  refuses_index({"[]", "found an array, expected an object"});
  refuses_index({"null", "found null, expected an object"});
}

TEST_CASE("text that is not UTF-8 is refused") {
  for (const std::string_view bad : {"\xff", "\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                     "\xf0\x80\x80\x80", "\xc3", "\xe2\x82", "\xf5\x80\x80\x80"}) {
    refuses_index({index("", fmt::format(R"(,"x":"{}")", bad)), "byte 39 is not UTF-8"});
    refuses_index({index("", fmt::format(R"(,"{}":1)", bad)), "byte 35 is not UTF-8"});
  }
}

TEST_CASE("nesting that is too deep is refused without recursion") {
  const auto nested = [](std::size_t depth) {
    return index("", ",\"x\":" + std::string(depth, '[') + std::string(depth, ']'));
  };
  CHECK(parse_index(nested(63)).unknown.size() == 1);
  refuses_index({nested(64), "nested deeper than 64 levels"});
  refuses_index({nested(100000), "nested deeper than 64 levels"});
  refuses_index({std::string(100000, '['), "nested deeper than 64 levels"});
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  refuses_index({objects, "nested deeper than 64 levels"});
}

TEST_CASE("duplicate members are refused at every level, also in unknown fields and in disguise") {
  refuses_index({R"({"schemaVersion":2,"manifests":[],"manifests":[]})", "duplicate member \"manifests\""});
  refuses_index({R"({"schemaVersion":2,"manifests":[],"m\u0061nifests":[]})", "duplicate member \"manifests\""});
  refuses_manifest({manifest(descriptor("2", good_digest, R"(,"size":3)")), "layers[0]: duplicate member \"size\""});
  refuses_index({index("", R"(,"x":{"y":[0,{"z":1,"z":1}]})"), "x.y[1]: duplicate member \"z\""});
}

TEST_CASE("sizes that are not whole numbers from 0 to 2^63-1 are refused") {
  for (const std::string_view size : {"-1", "9223372036854775808", "18446744073709551616", "1e3", "2.0", "-2.5",
                                      "\"2\"", "[]", "true", "99999999999999999999999999"}) {
    const std::string problem = fmt::format(
        "layers[1].size: found {}, expected a whole number from 0 to "
        "9223372036854775807",
        size == "[]" ? "an array" : size);
    refuses_manifest({manifest(descriptor("2") + "," + descriptor(size)), problem});
  }
  refuses_manifest({manifest(descriptor("null")), "layers[0].size: missing"});
}

TEST_CASE("digests that break the grammar are refused where they stand") {
  const std::string bad[] = {"sha256:../../x",
                             "sha256:abc",
                             "sha256:" + std::string(64, 'A'),
                             "sha256:" + std::string(1 << 20, 'a'),
                             "",
                             "sha256:" + std::string(63, 'a') + "\\u0000"};
  for (const std::string& digest : bad) {
    refuses_manifest({manifest(descriptor("2", digest)), "layers[0].digest: invalid digest"});
    refuses_index({index(descriptor("2") + "," + descriptor("2", digest)), "manifests[1].digest: invalid digest"});
    refuses_manifest({manifest("", ",\"subject\":" + descriptor("2", digest)), "subject.digest: invalid digest"});
  }
}

TEST_CASE("a document that is a manifest and an index at once is refused") {
  for (const std::string_view foreign : {"[]", "null", "{}"}) {
    refuses_manifest({manifest("", fmt::format(R"(,"manifests":{})", foreign)), "manifests: does not belong"});
    refuses_manifest({manifest("", fmt::format(R"(,"fsLayers":{})", foreign)), "fsLayers: does not belong"});
    refuses_index({index("", fmt::format(R"(,"layers":{})", foreign)), "layers: does not belong into an image index"});
    refuses_index({index("", fmt::format(R"(,"config":{})", foreign)), "config: does not belong"});
    refuses_index({index("", fmt::format(R"(,"fsLayers":{})", foreign)), "fsLayers: does not belong"});
  }
}

TEST_CASE("a media type other than the expected one is refused") {
  refuses_index({index("", R"(,"mediaType":"application/vnd.oci.image.manifest.v1+json")"),
                 "mediaType: found \"application/vnd.oci.image.manifest.v1+json\", expected "
                 "\"application/vnd.oci.image.index.v1+json\""});
  refuses_index({index("", R"(,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json")"), "expected"});
  refuses_index({index("", R"(,"mediaType":2)"), "mediaType: found 2, expected a string"});
  check_refusal({index(""), "is not an image index"},
                [](const std::string& text) { return parse_index(text, media_type::manifest); });
  check_refusal({manifest(""), "is not an image manifest"},
                [](const std::string& text) { return parse_manifest(text, "a/b"); });
}

TEST_CASE("members that are missing or of another type are refused") {
  refuses_index({R"({"manifests":[]})", "schemaVersion: missing"});
  for (const std::string_view version : {"1", "2.0", "\"2\"", "20"}) {
    refuses_index({fmt::format(R"({{"schemaVersion":{},"manifests":[]}})", version), "schemaVersion: found"});
  }
  refuses_index({R"({"schemaVersion":2})", "manifests: missing"});
  refuses_index({R"({"schemaVersion":2,"manifests":null})", "manifests: missing"});
  refuses_manifest({R"({"schemaVersion":2,"layers":[]})", "config: missing"});
  refuses_index({index("1"), "manifests[0]: found 1, expected an object"});
  refuses_index({index("{}"), "manifests[0].mediaType: missing"});
  refuses_index({index("", R"(,"annotations":{"a":null})"), "annotations[\"a\"]: found null, expected a string"});
  refuses_index({index("", R"(,"annotations":[])"), "annotations: found an array, expected an object of strings"});
  refuses_index({index("", R"(,"artifactType":"")"), "artifactType: found \"\", expected a media type"});
  refuses_index({index(descriptor("2", good_digest, R"(,"platform":{"os":"linux"})")),
                 "manifests[0].platform.architecture: missing"});
}

TEST_CASE("embedded data that is not the blob is refused") {
  const auto with_data = [](std::string_view size, std::string_view data) {
    return index(descriptor(size, good_digest, fmt::format(R"(,"data":"{}")", data)));
  };
  CHECK(parse_index(with_data("2", "e30=")).manifests[0].data == "{}");
  refuses_index({with_data("2", "e30"), "manifests[0].data: not base64"});
  refuses_index({with_data("2", "e31="), "not base64"});
  refuses_index({with_data("2", "e30=\\n"), "not base64"});
  refuses_index({with_data("2", "e=30"), "not base64"});
  refuses_index({with_data("2", "===="), "not base64"});
  refuses_index({with_data("2", "e3-="), "not base64"});
  refuses_index({with_data("3", "e30="), "data: has 2 bytes, its descriptor says 3"});
  refuses_index({with_data("2", "W10="), "data: has the digest "});
  const std::string blake = index(descriptor("2", "blake3:abc", R"(,"data":"e30=")"));
  CHECK(failure_of([&] { return parse_index(blake); }).code() == Errc::unsupported);
}

TEST_CASE("documents that are too big are refused before they are parsed") {
  refuses_index({index("") + std::string(max_manifest_size, ' '), "it has 4194338 bytes, at most 4194304 are taken"});
  std::string many = "0";
  for (int i = 0; i < (1 << 19); ++i) many += ",0";
  refuses_index({index("", ",\"x\":[" + many + "]"), "more than 524288 values"});
}

TEST_CASE("messages about foreign text show control characters escaped") {
  refuses_index({index("", R"(,"artifactType":"\u001b[31m")"), R"(found "\x1b[31m")"});
  refuses_index({index("", R"(,"\u001b":{"a":1,"a":1})"), R"(\x1b: duplicate member "a")"});
}
