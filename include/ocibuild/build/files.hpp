// Files of the host that become entries of a layer.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ocibuild/build/settings.hpp"
#include "ocibuild/build/workspace.hpp"
#include "ocibuild/layer/layer.hpp"

namespace ocibuild {

/// Where the sources of rules are looked for, and the border they must not cross.
struct FileRoots {
  std::filesystem::path directory;  ///< relative sources start here
  std::filesystem::path border;     ///< nothing outside is taken, after symlinks, unless the rule allows it
};

/// The roots for what a package declares: its own directory, and the workspace (or a member that lies elsewhere)
/// around.
FileRoots file_roots(const Package& package, const Workspace& workspace);

/// Where a source really is, after symlinks. An absolute path is asked for explicitly; a relative one must not leave
/// the border. Throws as collect_files.
std::filesystem::path resolve_source(const std::string& source, const FileRoots& roots);

/// The entries for `rules`: a file as a file, a directory with everything in it, sorted by path. Symlinks that stay
/// inside their directory remain symlinks; others are followed. Owner is root, modes do not depend on the umask.
/// Throws Error{not_found} for a missing source, {invalid_document} for one that leaves the border, is neither file nor
/// directory, or has the destination of another, naming both, {invalid_argument} for a bad destination.
std::vector<FileEntry> collect_files(std::span<const FileRule> rules, const FileRoots& roots);

/// The small tree that makes a scratch image usable: /etc/passwd and /etc/group with root and the user, its home,
/// /tmp, and the certificate authorities when there is a file of them.
std::vector<FileEntry> rootfs_entries(const User& user, const std::optional<std::filesystem::path>& ca_certificates);

/// The certificate authorities, where OpenSSL and Go look for them. Throws Error{invalid_document} for a file without
/// any, and as read_file.
FileEntry certificates_entry(const std::filesystem::path& ca_certificates);

}  // namespace ocibuild
