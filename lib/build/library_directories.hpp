// Where ld.so looks for libraries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

/// The directories that glibc's and musl's loaders search by themselves, in the order they are asked here.
std::vector<std::string> standard_library_directories(const Platform& platform);

/// The directories that a text like /etc/ld.so.conf names.
struct LoaderConfiguration {
  std::vector<std::string> directories;
  std::vector<std::string> includes;  ///< patterns of files with more of it, as `/etc/ld.so.conf.d/*.conf`
};

/// Reads such a text as ldconfig does: words separated by white space, colons and commas; `include PATTERN`, relative
/// to /etc; comments behind `#`; `hwcap` lines ignored. Any text is taken.
LoaderConfiguration parse_loader_configuration(std::string_view text);

}  // namespace ocibuild
