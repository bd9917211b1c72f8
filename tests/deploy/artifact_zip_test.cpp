// What is taken out of an artifact, and which artifacts are not touched.
#include "deploy/artifact_zip.hpp"

#include <string>

#include <doctest/doctest.h>

#include "deploy/sample_zip.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/deploy/digests.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

/// The code and message for an artifact that is refused.
std::string refusal(const std::string& zip) {
  try {
    digests_in_zip(zip);
  } catch (const Error& error) {
    return std::string{to_string(error.code())} + ": " + error.what();
  }
  return "nothing";
}

std::string refusal_of(const ZipEntry& entry) {
  return refusal(make_zip({{"docker-image-digests.json", "{}"}, entry}));
}

}  // namespace

TEST_CASE("the digests file is found by its name among others") {
  CHECK(digests_in_zip(make_zip({{"a.json", "1"}, {"docker-image-digests.json", "2"}, {"z.txt", "3"}})) == "2");
}

TEST_CASE("without that name the only JSON file is the digests file, wherever it lies") {
  CHECK(digests_in_zip(make_zip({{"out/", "", 0, 040'755}, {"out/images.json", "1"}, {"log.txt", "2"}})) == "1");
  CHECK(refusal(make_zip({{"a.json", "1"}, {"b.json", "2"}})) ==
        "invalid_document: 2 files in it end in `.json`, and none is docker-image-digests.json");
  CHECK(refusal(make_zip({{"a.txt", "1"}})) ==
        "invalid_document: 0 files in it end in `.json`, and none is docker-image-digests.json");
}

TEST_CASE("a name that leads out of the archive is refused, wherever it stands") {
  for (const std::string name : {"../x", "a/../x", "a/..", "/etc/x", "..\\x", "a\\..\\b", "C:\\x", "C:x"}) {
    CAPTURE(name);
    CHECK(refusal_of({name, ""}).starts_with("digest_mismatch: the zip has a name that leads elsewhere: "));
  }
  CHECK(digests_in_zip(make_zip({{"..a/b..json", "1"}, {"docker-image-digests.json", "2"}})) == "2");
}

TEST_CASE("a link, an encrypted file and a name that is there twice are refused") {
  CHECK(refusal_of({"link", "/etc/passwd", 0, 0120'777}) ==
        "digest_mismatch: the zip has \"link\", which is neither a file nor a directory");
  CHECK(refusal_of({"secret", "x", 1}) == "digest_mismatch: the zip has \"secret\" encrypted");
  CHECK(refusal_of({"docker-image-digests.json", "1"}) ==
        "digest_mismatch: the zip has \"docker-image-digests.json\" twice");
}

TEST_CASE("a file that is larger than any digests file is refused") {
  const std::string large(max_digests_file + 1, ' ');
  CHECK(refusal(make_zip({{"docker-image-digests.json", large}})) ==
        "digest_mismatch: the zip has more than 16777216 bytes in \"docker-image-digests.json\"");
  CHECK(digests_in_zip(make_zip({{"docker-image-digests.json", "1"}, {"large", large}})) == "1");
}

TEST_CASE("a zip with more entries than any artifact is refused") {
  std::vector<ZipEntry> entries{{"docker-image-digests.json", "1"}};
  while (entries.size() < 1000) entries.push_back({std::to_string(entries.size()), ""});
  CHECK(digests_in_zip(make_zip(entries)) == "1");
  entries.push_back({"one more", ""});
  CHECK(refusal(make_zip(entries)) == "digest_mismatch: the zip has more than 1000 entries");
}

TEST_CASE("names that are not ASCII do not matter, unless they are not what they say") {
  CHECK(digests_in_zip(make_zip({{"gr\xc3\xb6\xc3\x9f"
                                  "e.txt",
                                  "", 0x800},
                                 {"docker-image-digests.json", "1"}})) == "1");
  CHECK(refusal_of({"\xff", "", 0x800}).starts_with("digest_mismatch: the zip "));
}

TEST_CASE("what is no zip, or a damaged one, is refused") {
  std::string zip = make_zip({{"docker-image-digests.json", "{\"a\":1}"}});
  CHECK(refusal("").starts_with("digest_mismatch: the zip cannot be read: "));
  CHECK(refusal("<html>").starts_with("digest_mismatch: the zip cannot be read: "));
  CHECK(refusal(zip.substr(0, zip.size() - 30)).starts_with("digest_mismatch: the zip cannot be read: "));
  zip[zip.find("{\"a\"")] = '[';
  CHECK(refusal(zip).starts_with("digest_mismatch: the zip cannot be read: "));
}
