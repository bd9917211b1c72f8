// Counting first, so that the display knows the whole.
#include "copying.hpp"

#include <fmt/format.h>

#include "ocibuild/spec/media_type.hpp"

namespace ocibuild {

Copied measure(const ReadStore& from, const Descriptor& root) {
  Copied all;
  walk(from, root, [&](const Descriptor& node, std::string_view) {
    if (is_nondistributable(node.media_type) && !from.contains(node)) return;
    ++all.blobs;
    all.bytes += node.size;
  });
  return all;
}

Copied copy_shown(const ReadStore& from, const Descriptor& root, Store& to, const CopyRequest& request,
                  Progress& progress) {
  const Copied all = measure(from, root);
  Step step{.subject = request.subject, .activity = "copying", .total = all.bytes};
  progress.update(step);
  const auto copied = [&](const Descriptor& blob) {
    step.done += blob.size;
    progress.update(step);
  };
  copy(from, root, to, {.jobs = request.jobs, .copied = copied});
  return all;
}

LayoutOptions layout_options(Console& console) {
  return {.corrupt_blob = [&console](const Descriptor& blob, const std::filesystem::path& set_aside) {
    console.warning(fmt::format("blob {} was corrupt: it is set aside as {} and made again", blob.digest.string(),
                                set_aside.native()));
  }};
}

}  // namespace ocibuild
