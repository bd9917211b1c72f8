// Puts the digests of a build into a Kubernetes manifest, and prints it:
//
//   pin_manifest DIGESTS MANIFEST         pin_manifest docker-image-digests.json k8s/engine.yaml
#include <cstdlib>
#include <iostream>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/deploy/pinning.hpp"

using namespace ocibuild;

namespace {

constexpr std::size_t max_manifest = 16 << 20;

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 3) {
    std::cerr << "usage: pin_manifest DIGESTS MANIFEST\n";
    return EXIT_FAILURE;
  }
  try {
    const std::string file = argv[2];
    Pinning pinning{{.digests = parse_digests(read_file(argv[1], max_digests_file))}, Pins{}};
    const auto decide = [&](const ImageSite& site) { return pinning.decide(file, site); };
    std::cout << pin_images(read_file(file, max_manifest), decide);
    for (const PinnedSite& site : pinning.sites()) {
      std::cerr << file << ':' << site.site.line << ": " << site.component << " is " << site.after << '\n';
    }
    return EXIT_SUCCESS;
  } catch (const Error& error) {
    std::cerr << "error: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
