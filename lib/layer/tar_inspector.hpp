// What an entry of a foreign tar means, and what is wrong with it.
#pragma once

#include <map>
#include <string>

#include "layer/entry_path.hpp"
#include "ocibuild/layer/tar.hpp"

namespace ocibuild {

/// Judges the entries of one tar, in their order.
class TarInspector {
 public:
  explicit TarInspector(const TarLimits& limits) : limits_{limits} {}

  /// Brings `path` and `link` into their one spelling, recognises whiteouts and adds the flaws to those that are there.
  /// Throws Error{invalid_document} when a limit is exceeded.
  void inspect(TarEntry& entry);

 private:
  struct Place {
    TarKind kind;
    bool implied;  ///< only known as the parent of something
  };

  void bound(const TarEntry& entry);
  void note_place(TarEntry& entry);
  bool parents_are_directories(const std::string& path);
  Place& remember(std::string path, Place place);
  void inspect_hardlink(TarEntry& entry) const;

  TarLimits limits_;
  std::size_t entries_ = 0;
  std::size_t path_bytes_ = 0;
  std::map<std::string, Place, PathOrder> places_;
};

}  // namespace ocibuild
