// Publishes an image of a layout in a registry, whole, and then gives it a tag:
//
//   push_image LAYOUT NAME REFERENCE      push_image images 1.0 localhost:5000/engine:1.0
//
// USERNAME and PASSWORD in the environment are shown to that registry and to no other.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "ocibuild/base/error.hpp"
#include "ocibuild/http/curl_transport.hpp"
#include "ocibuild/registry/release.hpp"
#include "ocibuild/store/layout_store.hpp"

using namespace ocibuild;

namespace {

// The library reads no clock: the program passes one in.
Clock real_clock() {
  using namespace std::chrono;
  return {.now = [] { return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()); },
          .unix_time = [] { return duration_cast<seconds>(system_clock::now().time_since_epoch()); },
          .sleep = [](milliseconds time) { std::this_thread::sleep_for(time); },
          .random =
              [] {
                thread_local std::mt19937_64 generator{std::random_device{}()};
                return std::uniform_real_distribution{}(generator);
              }};
}

FindCredential credentials_for(const std::string& registry) {
  const char* username = std::getenv("USERNAME");
  const char* password = std::getenv("PASSWORD");
  if (username == nullptr || password == nullptr) return {};
  return [=](std::string_view asked, std::string_view) -> std::optional<Credential> {
    if (asked != registry) return {};
    return Credential{.username = username, .password = password, .source = "the environment"};
  };
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::cerr << "usage: push_image LAYOUT NAME REFERENCE\n";
    return EXIT_FAILURE;
  }
  try {
    const LayoutReader layout{argv[1]};
    const auto root = layout.resolve(argv[2]);
    if (!root) throw Error{Errc::not_found, "the layout has no such name"};
    const Reference reference = Reference::parse(argv[3]);
    CurlTransport transport{{.user_agent = "push_image"}};
    RegistryClient client{transport, real_clock(), {.credentials = credentials_for(reference.registry)}};
    Release release{client, {{.image = reference, .tags = {reference.tag_or_digest()}}}};
    const ReleaseSummary summary = release.publish(layout, {*root});
    std::cerr << "uploaded " << summary.bytes_uploaded << " bytes\n";
    std::cout << reference.name() << '@' << root->digest.string() << '\n';
    return EXIT_SUCCESS;
  } catch (const Error& error) {
    std::cerr << "error: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
