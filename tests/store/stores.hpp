// Every kind of store, made alike for the tests that hold for all of them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "ocibuild/base/file.hpp"
#include "ocibuild/registry/registry_store.hpp"
#include "ocibuild/store/archive.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "ocibuild/store/union_store.hpp"
#include "support/registry/fake_clock.hpp"
#include "support/registry/scripted_transport.hpp"

namespace ocibuild::testing {

/// `writer` is the store; `finish_and_read` completes it and gives what someone else sees; `spelled` is how the store
/// spells a short name.
struct Memory {
  MemoryStore store;

  Store& writer() { return store; }
  const ReadStore& finish_and_read() { return store; }
  static std::string spelled(std::string name) { return name; }
};

struct Layout {
  TempDir dir{std::filesystem::temp_directory_path()};
  LayoutStore store{dir.path() / "layout"};
  std::optional<LayoutReader> reader;

  Store& writer() { return store; }
  const ReadStore& finish_and_read() {
    store.finish();
    return reader.emplace(dir.path() / "layout");
  }
  static std::string spelled(std::string name) { return name; }
};

template <ArchiveFormat format>
struct Archive {
  TempDir dir{std::filesystem::temp_directory_path()};
  ArchiveWriter store{dir.path() / "archive.tar", {.format = format}};
  std::optional<ArchiveReader> reader;

  Store& writer() { return store; }
  const ReadStore& finish_and_read() {
    store.finish();
    return reader.emplace(dir.path() / "archive.tar", format);
  }
  static std::string spelled(std::string name) {
    return format == ArchiveFormat::docker ? "docker.io/library/" + name + ":latest" : name;
  }
};
using OciArchive = Archive<ArchiveFormat::oci>;
using DockerArchive = Archive<ArchiveFormat::docker>;

/// Read through a union, behind a store that has none of it.
struct Union {
  MemoryStore empty;
  MemoryStore store;
  UnionStore both{{&empty, &store}};

  Store& writer() { return store; }
  const ReadStore& finish_and_read() { return both; }
  static std::string spelled(std::string name) { return name; }
};

/// Read by another client, who remembers nothing of what was put.
struct RegistryRepository {
  MemoryRegistry registry;
  ScriptedTransport transport{"https://registry.test", registry};
  FakeClock clock;
  RegistryClient client{transport, clock.clock()};
  RegistryClient other_client{transport, clock.clock()};
  RegistryStore store{client, "registry.test", "repository"};
  RegistryStore reader{other_client, "registry.test", "repository"};

  Store& writer() { return store; }
  const ReadStore& finish_and_read() { return reader; }
  static std::string spelled(std::string name) { return name; }
};

/// Stores that know all their roots, and give any of them any name.
#define OCIBUILD_LISTING_STORES                                                              \
  ::ocibuild::testing::Memory, ::ocibuild::testing::Layout, ::ocibuild::testing::OciArchive, \
      ::ocibuild::testing::DockerArchive, ::ocibuild::testing::Union

#define OCIBUILD_ALL_STORES OCIBUILD_LISTING_STORES, ::ocibuild::testing::RegistryRepository

}  // namespace ocibuild::testing
