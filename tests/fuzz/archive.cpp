// Archives of images: whatever the bytes of a tar or a manifest.json are, members lie within the file, and only Error
// comes out.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "ocibuild/base/error.hpp"
#include "property.hpp"
#include "store/docker_save.hpp"
#include "store/tar_headers.hpp"

using namespace ocibuild;
using namespace ocibuild::fuzz;

namespace {

void read_headers(std::string_view tar) {
  const ReadAt read_at = [&](std::uint64_t offset, MutableBytes into) {
    require(offset <= tar.size(), "nothing is read from beyond the end");
    const Bytes rest = as_bytes(tar.substr(offset));
    const std::size_t count = std::min(rest.size(), into.size());
    std::copy_n(rest.begin(), count, into.begin());
    return count;
  };
  try {
    read_tar_headers(read_at, tar.size(), [&](const TarMember& member) {
      require(member.offset <= tar.size() && member.size <= tar.size() - member.offset,
              "a member lies within the file");
    });
  } catch (const Error& error) {
    require(error.code() == Errc::invalid_document, "a damaged tar is an invalid document");
  }
}

/// Gives every header its right checksum, which mutations would hardly ever find.
std::string with_checksums(std::string tar) {
  for (std::size_t block = 0; block + 512 <= tar.size(); block += 512) {
    tar.replace(block + 148, 8, "        ");
    unsigned sum = 0;
    for (std::size_t i = block; i < block + 512; ++i) sum += static_cast<unsigned char>(tar[i]);
    char digits[8];
    std::snprintf(digits, sizeof digits, "%06o", sum % 01000000);
    tar.replace(block + 148, 7, digits, 7);
  }
  return tar;
}

void read_saved_images(std::string_view text) {
  try {
    const auto images = parse_saved_images(text);
    require(parse_saved_images(serialize(images)) == images, "what is written reads back equal");
  } catch (const Error& error) {
    require(error.code() == Errc::invalid_document, "a bad manifest.json is an invalid document");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  read_headers(input);
  read_headers(with_checksums(std::string{input}));
  read_saved_images(input);
  return 0;
}
