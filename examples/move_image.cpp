// Moves an image, with everything below it, from one place to another:
//
//   move_image SOURCE TARGET      move_image oci:images:1.0 oci-archive:engine.tar:1.0
//
// Every byte is checked against its digest on the way.
#include <cstdlib>
#include <iostream>

#include "ocibuild/base/error.hpp"
#include "ocibuild/store/graph.hpp"
#include "ocibuild/store/place.hpp"

using namespace ocibuild;

int main(int argc, char* argv[]) {
  if (argc != 3) {
    std::cerr << "usage: move_image SOURCE TARGET\n";
    return EXIT_FAILURE;
  }
  try {
    const OpenedRoot source = open_for_reading(Place::parse(argv[1]));
    const Place target = Place::parse(argv[2]);
    const std::unique_ptr<Store> store = open_for_writing(target);
    const auto report = [](const Descriptor& blob) { std::cerr << "copied " << blob.digest.string() << '\n'; };
    copy(*source.store, source.root, *store, {.copied = report});
    store->tag(source.root, target.name);
    store->finish();
    std::cout << source.root.digest.string() << '\n';
    return EXIT_SUCCESS;
  } catch (const Error& error) {
    std::cerr << "error: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
