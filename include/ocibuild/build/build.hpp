// The whole way: from a plan over cargo to images in a store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ocibuild/build/plan.hpp"
#include "ocibuild/layer/layer.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// A cargo process starts.
struct CargoStarted {
  const CargoRun& run;
};

/// A line of cargo's standard error, for the person at the terminal: progress, warnings, errors.
struct CargoLine {
  std::string_view text;
};

/// Cargo finished a crate (`Fresh` ones included).
struct CrateFinished {
  std::string_view package;  ///< name of the crate or binary
  std::string_view triple;   ///< empty: built for the machine that builds
};

/// The binary of a component and platform exists and was proven to run there.
struct BinaryReady {
  const ComponentPlan& component;
  const Platform& platform;
  const std::filesystem::path& path;
  std::uint64_t size;
};

/// A layer of the image for a component and platform is in the store, and can be sent on. Told in the order of the
/// image's layers, for every image that has it, also when the layer was there before.
struct LayerReady {
  const ComponentPlan& component;
  const Platform& platform;
  const Descriptor& layer;
};

/// An image for one platform is in the store: its layers, config and manifest.
struct ImageReady {
  const ComponentPlan& component;
  const Platform& platform;
  const Descriptor& manifest;
  std::uint64_t size;  ///< see image_size
};

/// Something that is no failure, but that a person should know.
struct Noted {
  std::string_view text;
};

using BuildEvent = std::variant<CargoStarted, CargoLine, CrateFinished, BinaryReady, LayerReady, ImageReady, Noted>;

/// Told about everything that happens, one event at a time, from any thread. What an event refers to lives only during
/// the call, except for components and platforms, which are those of the plan. Must be quick: cargo and every worker
/// wait meanwhile. What it throws ends the build.
using BuildEvents = std::function<void(const BuildEvent&)>;

struct BuildOptions {
  Bases bases;  ///< those of the plan, see open_bases
  BaseLayers base_layers = BaseLayers::copy;
  unsigned jobs = 1;            ///< worker threads for layers; never changes the bytes
  unsigned cargo_jobs = 0;      ///< `cargo build --jobs`; 0: cargo's default
  LayerCache* cache = nullptr;  ///< where layers are found that were made before; never changes the bytes

  /// Called several times a second while cargo runs, also when it is silent, in the thread that called build. What it
  /// throws ends cargo and the build.
  std::function<void()> while_compiling;
};

/// An image for one platform.
struct BuiltImage {
  Descriptor manifest;     ///< platform included
  std::uint64_t size = 0;  ///< see image_size
};

/// A component that was built.
struct BuiltComponent {
  std::string name;
  std::string image;              ///< as in the plan
  std::vector<std::string> tags;  ///< as in the plan
  Descriptor index;
  std::vector<BuiltImage> images;  ///< in the order of the index
};

struct BuildResult {
  std::vector<BuiltComponent> components;  ///< by name
};

/// Compiles, and makes each image as soon as its binary is there and was proven to run where it shall, while cargo goes
/// on with others; names are given when all images are there.
///
/// Given binaries are all proven before cargo starts. A binary that would not run, or an image that cannot be made,
/// ends cargo. The first failure is the one that is thrown; of those that were found together the first in the order of
/// the plan. The layers of a base are read only where a dynamic binary needs what is in them, and where they are to be
/// copied.
///
/// Each component is named `COMPONENT`; when its tags were set explicitly also `COMPONENT:TAG` for each of them. The
/// roots carry the annotation `io.containerd.image.name` with the full reference, which docker load and ctr import
/// read. Throws Error{command_failed} when cargo failed, as require_runnable for a binary that would not start, and as
/// Store::put. A failure leaves no name behind that was not there; blobs without a name may remain.
BuildResult build(const Plan& plan, Store& into, const RunCommand& run, const BuildOptions& options = {},
                  const BuildEvents& events = {});

}  // namespace ocibuild
