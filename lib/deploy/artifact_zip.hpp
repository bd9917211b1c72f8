// The zip that an artifact is downloaded as. Nothing of it is ever unpacked to disk.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ocibuild {

/// Largest artifact that is downloaded.
inline constexpr std::size_t max_artifact = 32 << 20;

/// The content of the digests file in an artifact: of `docker-image-digests.json`, or else of the only `.json` file.
///
/// Throws Error{digest_mismatch} for what no workflow uploads: not a zip, damaged, encrypted, more than 1000 entries,
/// a name that is absolute or leads upwards (a backslash counts as a slash), a link, one name twice, a file of more
/// than max_digests_file bytes, whatever its header says. Throws Error{invalid_document} when no entry is the digests
/// file.
std::string digests_in_zip(std::string_view zip);

}  // namespace ocibuild
