// Registries that exist, as options.
#include "support/registry/options.hpp"

namespace ocibuild::testing {

RegistryOptions ghcr_options() {
  RegistryOptions options;
  options.location = LocationStyle::ghcr;
  options.content_range_limit = 4 << 20;
  options.cancel_status = 405;
  options.sessions_die = true;
  options.large_manifest_status = 500;
  options.referrers = false;
  options.null_tags = true;
  options.auth = {.scheme = AuthScheme::bearer,
                  .anonymous_pull = true,
                  .service = "ghcr.io",
                  .placeholder_scope = true,
                  .grants = Grants::all_or_nothing,
                  .oauth_status = 404,
                  .expires_in = std::nullopt,
                  .stale_status = 403};
  return options;
}

RegistryOptions docker_registry_options() {
  RegistryOptions options;
  options.location = LocationStyle::state;
  options.single_post_status = 202;
  options.large_manifest_status = 400;
  options.referrers = false;
  options.ignores_content_range = true;
  options.checks_sizes = false;
  options.pages = false;
  return options;
}

}  // namespace ocibuild::testing
