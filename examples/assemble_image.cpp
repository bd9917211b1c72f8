// Assembles an image from one program that exists already, and keeps it in an OCI layout:
//
//   assemble_image PROGRAM PLATFORM LAYOUT NAME      assemble_image ./engine linux/arm64 images 1.0
//
// The same program gives the same digest on every machine.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "ocibuild/base/error.hpp"
#include "ocibuild/build/image.hpp"
#include "ocibuild/store/layout_store.hpp"

using namespace ocibuild;

namespace {

/// An image of `program` alone, which a user without rights runs.
Recipe recipe_for(const std::filesystem::path& program, const Platform& platform) {
  const std::string place = "/usr/local/bin/" + program.filename().string();
  return {
      .layers = {{.title = place, .entries = {{.path = place, .source = program, .mode = 0755}}}},
      .config = {.created = "1970-01-01T00:00:00Z",
                 .platform = platform,
                 .config = {.user = "65532:65532", .env = {"PATH=/usr/local/bin"}, .entrypoint = {place}}},
      .annotations = {{"org.opencontainers.image.title", program.filename().string()}},
  };
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 5) {
    std::cerr << "usage: assemble_image PROGRAM PLATFORM LAYOUT NAME\n";
    return EXIT_FAILURE;
  }
  try {
    const Recipe recipe = recipe_for(argv[1], Platform::parse(argv[2]));
    LayoutStore store{argv[3]};
    const Descriptor image = build_image(recipe, store);
    store.tag(image, argv[4]);
    std::cout << image.digest.string() << '\n';
    return EXIT_SUCCESS;
  } catch (const Error& error) {
    std::cerr << "error: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
