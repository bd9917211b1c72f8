// Looking up the tags of shards.
#include "shard_digests.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "publishing.hpp"
#include "tagged_digests.hpp"

namespace ocibuild {
namespace {

/// A shard may have nothing of a component.
std::optional<ComponentDigests> find_part(const ComponentPlan& component, const std::string& tag, Network& network) {
  Reference reference = pushed_image(component.name, component.image.value);
  reference.tag = tag;
  try {
    ComponentDigests part = tagged_component(reference, network);
    part.tags = component.tags.value;
    return part;
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) return std::nullopt;
    throw;
  }
}

void require_everything(const Plan& plan, unsigned count, const std::vector<ImageDigests>& parts) {
  for (const ComponentPlan& component : plan.components) {
    for (const PlatformPlan& platform : component.platforms) {
      const std::string wanted = platform.platform.string();
      const bool is_there = std::ranges::any_of(parts, [&](const ImageDigests& part) {
        const auto found = part.components.find(component.name);
        return found != part.components.end() && found->second.platforms.contains(wanted);
      });
      if (is_there) continue;
      throw Error{Errc::not_found, fmt::format("none of {} shards has pushed {} for {}", count, component.name, wanted)}
          .add_note(fmt::format("expected it under one of the tags from {} to {}-of-{} in {}",
                                shard_tag(plan.revision, {1, count}), count, count, component.image.value))
          .add_help("push every shard of this commit first: `ocibuild build --push --shard I/N`")
          .add_help("if they were built for some components or platforms only, say these here as well");
    }
  }
}

}  // namespace

std::vector<ImageDigests> shard_digests(const Plan& plan, unsigned count, Network& network) {
  if (plan.revision.empty()) {
    throw Error{Errc::invalid_document, "shards are found by their commit, and there is none here"}.add_help(
        "name the digests files of the parts instead");
  }
  std::vector<ImageDigests> parts;
  for (unsigned number = 1; number <= count; ++number) {
    ImageDigests part{.generated_by = {}, .revision = plan.revision, .components = {}};
    for (const ComponentPlan& component : plan.components) {
      auto found = find_part(component, shard_tag(plan.revision, {number, count}), network);
      if (found) part.components.emplace(component.name, std::move(*found));
    }
    parts.push_back(std::move(part));
  }
  require_everything(plan, count, parts);
  return parts;
}

}  // namespace ocibuild
