// Comparing the commit that a tag's image names with ours.
#include "tag_guard.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/string_map.hpp"
#include "ocibuild/build/revision.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/graph.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view revision_annotation = "org.opencontainers.image.revision";
constexpr std::size_t longest_revision = 64;  // a name by SHA-256; an image of others may say anything

Annotations annotations_in(const std::string& document, const std::string& media_type) {
  switch (node_kind(media_type)) {
    case NodeKind::index: return parse_index(document, media_type).annotations;
    case NodeKind::manifest: return parse_manifest(document, media_type).annotations;
    case NodeKind::blob: break;
  }
  return {};
}

/// What ocibuild, buildx and others put on an index or manifest. Whoever says nothing there has no commit to protect,
/// and neither has what is no image: the registry took it, and it would hold the tag for ever.
Annotations annotations_of(const TagMove& move) {
  const std::string document = read_blob(move.repository, move.now, max_manifest_size);
  try {
    return annotations_in(document, move.now.media_type);
  } catch (const Error& error) {
    if (error.code() != Errc::invalid_document) throw;
    return {};
  }
}

/// Times in UTC, to the second, are ordered as their texts are.
bool is_later(const std::string& one, const std::string& other) {
  constexpr std::size_t length = std::string_view{"2026-11-24T12:00:00Z"}.size();
  const bool are_alike = one.size() == length && other.size() == length && one.ends_with('Z') && other.ends_with('Z');
  return are_alike && one > other;
}

Error refusal(const TagMove& move, const std::string& theirs, const ReleasedCommit& ours, std::string_view proof) {
  return Error{Errc::digest_mismatch, fmt::format("the tag {} would go back to an older commit", move.tag)}
      .add_note(fmt::format("it names an image of {}, {}", fit(theirs, longest_revision), proof))
      .add_note(fmt::format("this one is of     {}; nothing was pushed", ours.revision))
      .add_help("build the newest commit, or move the tag on purpose with --force-tag");
}

}  // namespace

std::function<void(const TagMove&)> refuse_older_commits(ReleasedCommit commit, RunCommand run) {
  if (commit.revision.empty()) return {};
  return [commit = std::move(commit), run = std::move(run)](const TagMove& move) {
    const Annotations annotations = annotations_of(move);
    const std::string theirs = value_of(annotations, revision_annotation);
    if (theirs.empty() || theirs == commit.revision) return;
    const auto comes_later = comes_after(run, commit.directory, theirs, commit.revision);
    if (comes_later.value_or(false)) throw refusal(move, theirs, commit, "which comes after this one");
    if (!comes_later && is_later(value_of(annotations, created_annotation), commit.created)) {
      throw refusal(move, theirs, commit, "which is later, and which this clone does not know")
          .add_help("with the whole history (actions/checkout: fetch-depth: 0) git can say whether it is a descendant");
    }
  };
}

}  // namespace ocibuild
