// ELF files: the samples are real ones, made by tests/fuzz/make_elf_corpus.sh.
#include "ocibuild/build/elf.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

#include "ocibuild/base/file.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using ocibuild::testing::failure_of;
using ocibuild::testing::says;

namespace {

std::filesystem::path sample_path(const std::string& name) {
  const char* samples = std::getenv("OCIBUILD_ELF_SAMPLES");
  REQUIRE(samples != nullptr);
  return std::filesystem::path{samples} / name;
}

/// An ELF header with nothing behind it: class 1 or 2, byte order 1 (little) or 2 (big), machine.
std::string header(char width, char order, std::uint8_t machine) {
  std::string content(64, '\0');
  content.replace(0, 7, {'\x7f', 'E', 'L', 'F', width, order, 1});
  content[order == 2 ? 17 : 16] = 3;
  content[order == 2 ? 19 : 18] = static_cast<char>(machine);
  return content;
}

std::string sample(const std::string& name) {
  return read_file(sample_path(name), 1 << 20);
}

}  // namespace

TEST_CASE("a dynamic binary tells its interpreter, libraries, search path and glibc floor") {
  const auto facts = read_elf(sample_path("dynamic-amd64"));
  CHECK(facts.platform == Platform{.architecture = "amd64"});
  CHECK(facts.kind == ElfKind::position_independent);
  CHECK(facts.linking == ElfLinking::dynamic);
  CHECK(facts.c_library == CLibrary::gnu);
  CHECK(facts.interpreter == "/lib64/ld-linux-x86-64.so.2");
  CHECK(facts.needed == std::vector<std::string>{"libc.so.6"});
  CHECK(facts.library_path == std::vector<std::string>{"$ORIGIN/../lib", "/opt/lib"});
  CHECK(facts.glibc_floor == GlibcVersion{2, 34, 0});
  CHECK(facts.build_id.size() == 40);
  CHECK(facts.stripped);
}

TEST_CASE("an arm64 binary has variant v8") {
  const auto facts = read_elf(sample_path("dynamic-arm64"));
  CHECK(facts.platform == Platform{.architecture = "arm64", .variant = "v8"});
  CHECK(facts.interpreter == "/lib/ld-linux-aarch64.so.1");
  CHECK(facts.build_id.empty());
}

TEST_CASE("static binaries at a fixed address and relocatable ones are told apart") {
  CHECK(read_elf(sample_path("static-amd64")).linking == ElfLinking::fixed);
  CHECK(read_elf(sample_path("static-amd64")).kind == ElfKind::executable);
  CHECK(read_elf(sample_path("static-pie-amd64")).linking == ElfLinking::static_pie);
  CHECK(read_elf(sample_path("static-pie-amd64")).kind == ElfKind::position_independent);
}

TEST_CASE("the ABI note of glibc's start files marks a static glibc binary") {
  CHECK(read_elf(sample_path("static-gnu-amd64")).c_library == CLibrary::gnu);
  CHECK(read_elf(sample_path("static-amd64")).c_library == CLibrary::unknown);
}

TEST_CASE("a C library tells the highest version it provides, private ones aside") {
  const auto facts = read_elf(sample_path("provider-amd64.so"));
  CHECK(facts.soname == "libc.so.6");
  CHECK(facts.glibc_provided == GlibcVersion{2, 36, 0});
  CHECK_FALSE(facts.glibc_floor);
}

TEST_CASE("32-bit and unstripped files are read") {
  const auto facts = read_elf(sample_path("unstripped-386"));
  CHECK(facts.platform == Platform{.architecture = "386"});
  CHECK_FALSE(facts.stripped);
}

TEST_CASE("an object file is no executable") {
  CHECK(read_elf(sample_path("object-amd64.o")).kind == ElfKind::relocatable);
}

TEST_CASE("the running program's file is read alike from disk and from memory") {
  const auto content = read_file("/proc/self/exe", 1 << 30);
  const auto facts = read_elf(std::filesystem::path{"/proc/self/exe"});
  CHECK(facts == read_elf(as_bytes(content)));
  CHECK(facts.linking == ElfLinking::dynamic);
}

TEST_CASE("a file cut off anywhere is refused or read, never misread as dynamic with less") {
  const auto whole = sample("dynamic-amd64");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    try {
      const auto facts = read_elf(as_bytes(std::string_view{whole}.substr(0, size)));
      CHECK(facts.needed == std::vector<std::string>{"libc.so.6"});
    } catch (const Error& error) {
      CHECK(error.code() == Errc::invalid_document);
    }
  }
}

TEST_CASE("a record that counts 65535 symbol versions, all the same one, is read to its end") {
  auto content = sample("dynamic-amd64");
  const auto before = read_elf(as_bytes(content));
  const std::string record{"\x01\x00\x02\x00", 4};  // Verneed: version 1, two names
  const auto at = content.find(record);
  REQUIRE(at != std::string::npos);
  content[at + 2] = content[at + 3] = '\xff';
  CHECK(read_elf(as_bytes(content)).glibc_floor == before.glibc_floor);
}

TEST_CASE("both byte orders are read") {
  CHECK(read_elf(as_bytes(header(2, 2, 22))).platform == Platform{.architecture = "s390x"});
  CHECK(read_elf(as_bytes(header(2, 1, 243))).platform == Platform{.architecture = "riscv64"});
  CHECK(read_elf(as_bytes(header(1, 1, 40))).platform == Platform{.architecture = "arm", .variant = "v7"});
}

TEST_CASE("a machine without a platform is refused with what it is") {
  const auto sparc = failure_of([] { return read_elf(as_bytes(header(1, 2, 2))); });
  CHECK(sparc.code() == Errc::unsupported);
  CHECK(says(sparc, "machine 2 (32 bits, big endian)"));
  const auto x32 = failure_of([] { return read_elf(as_bytes(header(1, 1, 62))); });
  CHECK(says(x32, "machine 62 (32 bits, little endian)"));
}

TEST_CASE("a file for another operating system is refused by its number") {
  auto content = sample("static-amd64");
  content[7] = 9;  // FreeBSD
  CHECK(says(failure_of([&] { return read_elf(as_bytes(content)); }), "operating system 9"));
}

TEST_CASE("what is no ELF file is refused") {
  CHECK(failure_of([] { return read_elf(as_bytes("#!/bin/sh\n")); }).code() == Errc::invalid_document);
  CHECK(failure_of([] {
          return read_elf(
              as_bytes("\x7f"
                       "ELF"));
        }).code() == Errc::invalid_document);
  CHECK(failure_of([] { return read_elf(std::filesystem::path{"/nowhere/at/all"}); }).code() == Errc::not_found);
  CHECK(failure_of([] { return read_elf(std::filesystem::path{"/"}); }).code() == Errc::invalid_document);
}

TEST_CASE("glibc versions compare by number") {
  CHECK(GlibcVersion::parse("GLIBC_2.4") < GlibcVersion::parse("GLIBC_2.34"));
  CHECK(GlibcVersion::parse("GLIBC_2.2.5")->string() == "2.2.5");
  CHECK(GlibcVersion::parse("GLIBC_2.34")->string() == "2.34");
  for (const auto* text :
       {"GLIBC_PRIVATE", "GLIBC_2", "GLIBC_2.", "GLIBC_2.3.4.5", "GLIBC_2.3x", "GCC_3.0", "GLIBC_-1.2"}) {
    CAPTURE(text);
    CHECK_FALSE(GlibcVersion::parse(text));
  }
}
