// ELF files: any bytes are read within bounds, or refused.
#include <cstddef>
#include <cstdint>
#include <span>

#include "ocibuild/base/error.hpp"
#include "ocibuild/build/elf.hpp"
#include "property.hpp"

using namespace ocibuild;

namespace {

void require_facts_agree(const ElfFacts& facts) {
  const bool asks = !facts.interpreter.empty() || !facts.needed.empty();
  fuzz::require(asks == (facts.linking == ElfLinking::dynamic),
                "a binary is dynamic exactly when it asks for something");
  fuzz::require(facts.interpreter.size() <= 4096 && facts.soname.size() <= 4096, "texts are bounded");
  fuzz::require(facts.build_id.size() <= 128, "a build id is bounded");
  fuzz::require(!facts.glibc_floor || facts.c_library != CLibrary::unknown, "a glibc floor tells the C library");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    require_facts_agree(read_elf(std::as_bytes(std::span{data, size})));
  } catch (const Error& error) {
    fuzz::require(error.code() == Errc::invalid_document || error.code() == Errc::unsupported,
                  "a bad file is invalid or unsupported");
  }
  return 0;
}
