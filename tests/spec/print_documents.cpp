// Prints one document of each kind, with every field and with as few as possible, for check_schemas.py: KIND JSON
#include <fmt/core.h>

#include "spec/documents.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

int main() {
  fmt::print("descriptor {}\n", serialize(full_descriptor()));
  fmt::print("descriptor {}\n", serialize(describe(media_type::layer_gzip, "x")));
  fmt::print("manifest {}\n", serialize(full_manifest()));
  fmt::print("manifest {}\n", serialize(Manifest{.config = describe(media_type::config, "{}"),
                                                 .layers = {describe(media_type::layer_gzip, "x")}}));
  fmt::print("index {}\n", serialize(full_index()));
  fmt::print("index {}\n", serialize(Index{}));
  fmt::print("config {}\n", serialize(full_config()));
  fmt::print("config {}\n", serialize(Config{.platform = {.architecture = "amd64"}}));
}
