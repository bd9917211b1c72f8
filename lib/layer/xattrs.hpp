// Extended attributes that belong into a layer.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace ocibuild {

/// `user.*` and `security.capability` of what `path` names, without following a symlink. Everything else (ACLs, SELinux
/// labels) says something about this machine. None where the file system has none. Throws Error{io}.
std::map<std::string, std::string> layer_xattrs(const std::filesystem::path& path);

}  // namespace ocibuild
