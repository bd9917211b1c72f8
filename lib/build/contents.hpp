// What a program finds in its image: the base and what a recipe puts on it.
#pragma once

#include "build/base_contents.hpp"
#include "ocibuild/build/image.hpp"
#include "ocibuild/build/runnable.hpp"

namespace ocibuild {

/// The files and links of all layers, and the directories LD_LIBRARY_PATH names. The layers of the base are read only
/// when they can matter: for a dynamic program, and for files in directories that are links in many bases, as /lib is
/// in Debian. Throws Error{invalid_document} when a directory of the recipe would replace a link of the base, and as
/// BaseContents::of.
ImageContents contents_of(const Recipe& recipe, const ElfFacts& program, BaseContents& bases);

}  // namespace ocibuild
