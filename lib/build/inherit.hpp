// What an image takes over from its base.
#pragma once

#include <optional>
#include <string>

#include "ocibuild/build/base.hpp"
#include "ocibuild/build/image.hpp"
#include "ocibuild/build/settings.hpp"

namespace ocibuild {

/// The configuration of a recipe, joined with that of its base; diff_ids and history are those of the base, for the
/// recipe's own layers to follow. What the recipe says wins, what it leaves empty comes from the base:
///
/// * env is merged by name, the base's order first; labels, exposed ports and volumes are united;
/// * an entrypoint replaces that of the base together with its arguments;
/// * user, working directory, stop signal, author and fields this library does not know are the recipe's, else the
///   base's. Only OnBuild is left behind: it was meant for this build, which cannot run it;
/// * the labels org.opencontainers.image.base.* name this base and not the base's own.
Config inherited_config(const Recipe& recipe);

/// Adds the default PATH to the environment of a recipe, unless the recipe or its base says one.
void add_default_path(Recipe& recipe);

/// Who runs an image: the one that was said; else, when the base says somebody who is not root, nobody new (empty);
/// else `User{}`.
std::string user_for(const std::optional<User>& said, const BaseImage* base);

}  // namespace ocibuild
