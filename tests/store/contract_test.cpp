// What holds for every store.
#include <doctest/doctest.h>

#include "ocibuild/base/parallel.hpp"
#include "ocibuild/store/graph.hpp"
#include "store/stores.hpp"
#include "support/failure.hpp"
#include "support/sample_image.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;

constexpr std::size_t limit = 64 << 20;

Blob text_blob(std::string text) {
  return memory_blob("text/plain", std::move(text));
}

/// A blob whose content is not what its descriptor says.
Blob lying_blob(const std::string& claimed, const std::string& content) {
  return {.descriptor = describe("text/plain", claimed),
          .open = [content] { return std::make_unique<MemorySource>(content); }};
}

}  // namespace

TEST_CASE_TEMPLATE("a store gives back what was put", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  const std::vector<Blob> blobs{text_blob(""), text_blob("some text"), text_blob(std::string(1 << 20, 'x'))};
  for (const Blob& blob : blobs) kind.writer().put(blob);
  const ReadStore& reader = kind.finish_and_read();
  for (const Blob& blob : blobs) {
    CHECK(reader.contains(blob.descriptor));
    CHECK(read_blob(reader, blob.descriptor, limit) == read_all(*blob.open(), limit));
  }
}

TEST_CASE_TEMPLATE("a store does not have what was not put", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  kind.writer().put(text_blob("there"));
  const Descriptor missing = describe("text/plain", "not there");
  const ReadStore& reader = kind.finish_and_read();
  CHECK_FALSE(reader.contains(missing));
  CHECK(failure_of([&] { return reader.open(missing); }).code() == Errc::not_found);
}

TEST_CASE_TEMPLATE("a store contains a blob only under its own size", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  Descriptor descriptor = describe("text/plain", "some text");
  kind.writer().put(text_blob("some text"));
  const ReadStore& reader = kind.finish_and_read();
  descriptor.size += 1;
  CHECK_FALSE(reader.contains(descriptor));
  const Errc code = failure_of([&] { return read_blob(reader, descriptor, limit); }).code();
  CHECK((code == Errc::digest_mismatch || code == Errc::not_found));
}

TEST_CASE_TEMPLATE("a store opens a blob that it has already not again", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  int opened = 0;
  Blob blob = text_blob("some text");
  blob.open = [&opened, open = blob.open] { return ++opened, open(); };
  kind.writer().put(blob);
  kind.writer().put(blob);
  CHECK(opened == 1);
}

TEST_CASE_TEMPLATE("a store takes nothing whose content is not what its descriptor says", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  for (const std::string content : {"wrong text", "short", "some text and more", ""}) {
    const Blob blob = lying_blob("some texts", content);
    CHECK(failure_of([&] {
            kind.writer().put(blob);
            return 0;
          }).code() == Errc::digest_mismatch);
  }
  CHECK_FALSE(kind.finish_and_read().contains(describe("text/plain", "some texts")));
}

TEST_CASE_TEMPLATE("a store takes a blob whose name is known afterwards", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  const Descriptor descriptor = kind.writer().add([](Sink& sink) {
    sink.write(as_bytes("some "));
    sink.write(as_bytes("text"));
    sink.finish();
    return describe("text/plain", "some text");
  });
  CHECK(descriptor == describe("text/plain", "some text"));
  CHECK(read_blob(kind.finish_and_read(), descriptor, limit) == "some text");
}

TEST_CASE_TEMPLATE("a store keeps nothing of an added blob with a wrong name", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  const auto add = [&] {
    return kind.writer().add([](Sink& sink) {
      sink.write(as_bytes("other text"));
      return describe("text/plain", "some text");
    });
  };
  CHECK(failure_of(add).code() == Errc::digest_mismatch);
  const ReadStore& reader = kind.finish_and_read();
  CHECK_FALSE(reader.contains(describe("text/plain", "some text")));
  CHECK_FALSE(reader.contains(describe("text/plain", "other text")));
}

TEST_CASE_TEMPLATE("a store keeps nothing of an added blob whose writer fails", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  const auto add = [&] {
    return kind.writer().add([](Sink& sink) -> Descriptor {
      sink.write(as_bytes("half of the text"));
      throw Error{Errc::command_failed, "no more text"};
    });
  };
  CHECK(failure_of(add).code() == Errc::command_failed);
  CHECK_FALSE(kind.finish_and_read().contains(describe("text/plain", "half of the text")));
}

TEST_CASE_TEMPLATE("a name leads to its root", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  const Descriptor root = testing::put_sample_index(kind.writer());
  kind.writer().tag(root, "v1");
  const ReadStore& reader = kind.finish_and_read();
  CHECK(reader.resolve("v1") == root);
  CHECK(reader.resolve(kind.spelled("v1")) == root);
  CHECK_FALSE(reader.resolve("v2"));
  CHECK_FALSE(reader.resolve(""));
}

TEST_CASE_TEMPLATE("a name that is given again leaves its first root", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  const Descriptor first = testing::put_sample_index(kind.writer(), "first");
  const Descriptor second = testing::put_sample_index(kind.writer(), "second");
  kind.writer().tag(first, "v1");
  kind.writer().tag(second, "v1");
  const ReadStore& reader = kind.finish_and_read();
  CHECK(reader.resolve("v1") == second);
}

TEST_CASE_TEMPLATE("a store lists its roots with and without names", Kind, OCIBUILD_LISTING_STORES) {
  Kind kind;
  const Descriptor named = testing::put_sample_index(kind.writer(), "named");
  const Descriptor unnamed = testing::put_sample_index(kind.writer(), "unnamed");
  kind.writer().tag(named, "v1");
  kind.writer().tag(unnamed, "");
  kind.writer().tag(unnamed, "");
  std::map<std::string, Digest> found;
  const ReadStore& reader = kind.finish_and_read();
  for (const NamedRoot& root : reader.roots()) found.emplace(root.name, root.descriptor.digest);
  CHECK(reader.roots().size() == 2);
  CHECK(found == std::map<std::string, Digest>{{"", unnamed.digest}, {kind.spelled("v1"), named.digest}});
}

TEST_CASE_TEMPLATE("a name that is given again is listed once", Kind, OCIBUILD_LISTING_STORES) {
  Kind kind;
  for (const char* greeting : {"first", "second"}) {
    kind.writer().tag(testing::put_sample_index(kind.writer(), greeting), "v1");
  }
  CHECK(kind.finish_and_read().roots().size() == 1);
}

TEST_CASE("a registry does not list what it has, and names only by tags") {
  testing::RegistryRepository kind;
  const Descriptor root = testing::put_sample_index(kind.writer());
  CHECK(failure_of([&] { return kind.finish_and_read().roots(); }).code() == Errc::unsupported);
  for (const std::string name : {"", "-v1", "a b", "v1\n", "a/b", "caf\xc3\xa9", "sha256:x"}) {
    CHECK(failure_of([&] {
            kind.writer().tag(root, name);
            return 0;
          }).code() == Errc::invalid_argument);
  }
  CHECK(kind.registry.tags("repository").empty());
}

TEST_CASE_TEMPLATE("a root keeps its annotations, without those that name it", Kind, OCIBUILD_LISTING_STORES) {
  Kind kind;
  Descriptor root = testing::put_sample_index(kind.writer());
  root.annotations = {{"some.key", "value"}};
  Descriptor tagged = root;
  tagged.annotations.emplace(annotation::image_name, "docker.io/library/v1:latest");
  kind.writer().tag(tagged, "v1");
  CHECK(kind.finish_and_read().resolve("v1") == root);
}

TEST_CASE_TEMPLATE("only what is in the store can be named", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  const Descriptor missing = describe(media_type::index, "{}");
  CHECK(failure_of([&] {
          kind.writer().tag(missing, "v1");
          return 0;
        }).code() == Errc::not_found);
  CHECK_FALSE(kind.finish_and_read().resolve("v1"));
}

TEST_CASE_TEMPLATE("a name that no other tool could read is refused", Kind, OCIBUILD_LISTING_STORES) {
  Kind kind;
  const Descriptor root = testing::put_sample_index(kind.writer());
  for (const std::string name : {"-v1", "v1:-", "a b", "v1\n", "a//b", "a/b-", "[::1]", "tool:a__b:c", "caf\xc3\xa9"}) {
    CHECK(failure_of([&] {
            kind.writer().tag(root, name);
            return 0;
          }).code() == Errc::invalid_argument);
  }
}

template <class Kind>
void expect_root_under(const std::vector<std::string>& names) {
  Kind kind;
  const Descriptor root = testing::put_sample_index(kind.writer());
  for (const std::string& name : names) kind.writer().tag(root, name);
  const ReadStore& reader = kind.finish_and_read();
  for (const std::string& name : names) CHECK(reader.resolve(name) == root);
}

TEST_CASE_TEMPLATE("a root may have the name of any image in a registry", Kind, OCIBUILD_LISTING_STORES) {
  expect_root_under<Kind>({"r.test/a__b:1", "r.test/ab:v1__2", "r.test/ab:_x", "[::1]:5000/t:1.0_-rc"});
}

TEST_CASE_TEMPLATE("a root may be named by any tag, alone and after a component", Kind, testing::Memory,
                   testing::Layout, testing::OciArchive) {
  expect_root_under<Kind>({"_x", "v1-", "fix-foo__bar", "Tiny_:fix-foo__bar"});
}

TEST_CASE_TEMPLATE("several threads may write one store", Kind, OCIBUILD_LISTING_STORES) {
  Kind kind;
  for_each_index(40, 8, [&](std::size_t i) {
    kind.writer().put(text_blob("common"));
    kind.writer().put(text_blob(std::to_string(i)));
    kind.writer().tag(describe("text/plain", std::to_string(i)), "v" + std::to_string(i));
  });
  const ReadStore& reader = kind.finish_and_read();
  for (std::size_t i = 0; i < 40; ++i) {
    const auto root = reader.resolve("v" + std::to_string(i));
    REQUIRE(root);
    CHECK(read_blob(reader, *root, limit) == std::to_string(i));
  }
}

TEST_CASE_TEMPLATE("several threads may put the same blobs into one store", Kind, OCIBUILD_ALL_STORES) {
  Kind kind;
  for_each_index(40, 8, [&](std::size_t i) {
    kind.writer().put(text_blob("common"));
    kind.writer().put(text_blob(std::to_string(i / 2)));
  });
  const ReadStore& reader = kind.finish_and_read();
  CHECK(reader.contains(describe("text/plain", "common")));
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(read_blob(reader, describe("text/plain", std::to_string(i)), limit) == std::to_string(i));
  }
}

TEST_CASE_TEMPLATE("a copied graph is complete and the same", Kind, OCIBUILD_ALL_STORES) {
  MemoryStore from;
  const Descriptor root = testing::put_sample_index(from);
  Kind kind;
  copy(from, root, kind.writer());
  kind.writer().tag(root, "v1");
  const ReadStore& reader = kind.finish_and_read();
  std::vector<Descriptor> originals;
  std::vector<Descriptor> copies;
  walk(from, root, [&](const Descriptor& node, std::string_view) { originals.push_back(node); });
  walk(reader, *reader.resolve("v1"), [&](const Descriptor& node, std::string_view) {
    copies.push_back(node);
    CHECK(read_blob(reader, node, limit) == read_blob(from, node, limit));
  });
  CHECK(originals.size() == 6);
  CHECK(copies == originals);
}

}  // namespace ocibuild
