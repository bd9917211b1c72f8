// Pinning real-shaped manifests, and the same ones changed at random.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "deploy/manifests.hpp"
#include "ocibuild/base/error.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

namespace {

const std::filesystem::path folder = std::filesystem::path{OCIBUILD_TEST_DATA} / "kubernetes";

std::vector<std::string> images_of(const std::string& text) {
  std::vector<std::string> images;
  for (const ImageSite& site : find_images(text, demon_paths())) images.push_back(site.image);
  std::ranges::sort(images);
  return images;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines{""};
  for (const char c : text) {
    lines.back() += c;
    if (c == '\n') lines.emplace_back();
  }
  return lines;
}

/// Changes that a person could make without meaning another thing; what they do to one text is checked afterwards.
class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_{seed} {}

  std::string mutate(std::string text) {
    for (std::size_t i = below(4) + 1; i > 0; --i) text = mutate_once(std::move(text));
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string mutate_once(std::string text) {
    switch (below(8)) {
      case 0: return insert_line(text, std::string(below(12), ' ') + "# why: not\t'this' \"either\" &x *y\n");
      case 1: return insert_line(text, "\n");
      case 2: return insert_line(text, std::string(below(9), ' ') + "\n");
      case 3: return replace_all(replace_all(text, "\r\n", "\n"), "\n", "\r\n");
      case 4: return text.starts_with("\xEF") ? text : "\xEF\xBB\xBF" + text;
      case 5: return add_trailing_space(text);
      case 6: return quote_reference(text);
      default: return rotate_documents(text);
    }
  }

  std::string insert_line(const std::string& text, const std::string& line) {
    std::vector<std::string> lines = lines_of(text);
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(below(lines.size())), line);
    return join(lines);
  }

  std::string add_trailing_space(const std::string& text) {
    std::vector<std::string> lines = lines_of(text);
    std::string& line = lines[below(lines.size())];
    line.insert(std::min(line.find_first_of("\r\n"), line.size()), std::string(below(3) + 1, ' '));
    return join(lines);
  }

  // A plain reference gets quotes, a quoted one others.
  std::string quote_reference(std::string text) {
    const std::size_t tag = text.find(":1.4.2", below(text.size()));
    if (tag == std::string::npos) return text;
    const std::size_t end = tag + 6;
    const std::size_t begin = text.find_last_of(" \"'\n:", tag - 1) + 1;
    const char quote = below(2) == 0 ? '\'' : '"';
    const bool quoted = text[begin - 1] == '"' || text[begin - 1] == '\'';
    if (quoted) {
      text[begin - 1] = text[end] = quote;
      return text;
    }
    return text.insert(end, 1, quote).insert(begin, 1, quote);
  }

  std::string rotate_documents(const std::string& text) {
    const std::string body = text.starts_with("\xEF") ? text.substr(3) : text;
    const std::string marker = "\n---\n";
    const std::size_t at = body.find(marker);
    if (at == std::string::npos) return text + (text.ends_with("\n") ? "---\n" : marker) + body;
    return body.substr(at + marker.size()) + (body.ends_with("\n") ? "---\n" : marker) + body.substr(0, at + 1);
  }

  static std::string join(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line;
    return text;
  }

  std::mt19937 random_;
};

/// True when a mutation left the images what they were, each of them any number of times.
bool means_the_same(const std::string& text, const std::string& mutated) {
  try {
    std::vector<std::string> before = images_of(text);
    std::vector<std::string> after = images_of(mutated);
    if (after.size() < before.size()) return false;
    before.erase(std::unique(before.begin(), before.end()), before.end());
    after.erase(std::unique(after.begin(), after.end()), after.end());
    return before == after;
  } catch (const Error&) {
    return false;
  }
}

std::vector<std::string> lines_without_digest(const std::string& text) {
  std::vector<std::string> lines = lines_of(text);
  std::erase_if(lines, [](const std::string& line) { return line.find("sha256:") != std::string::npos; });
  return lines;
}

/// Lines without a digest are those of `text`, in their order; none is missing but those that were replaced.
void require_other_lines(const std::string& text, const Pinned& pinned) {
  const std::vector<std::string> before = lines_without_digest(text);
  std::size_t next = 0;
  for (const std::string& line : lines_without_digest(pinned.text)) {
    const auto found = std::find(before.begin() + static_cast<std::ptrdiff_t>(next), before.end(), line);
    REQUIRE(found != before.end());
    const std::size_t skipped = static_cast<std::size_t>(found - before.begin()) - next;
    REQUIRE(skipped <= pinned.sites.size());
    next += skipped + 1;
  }
}

void require_sites(const std::string& text, const std::string& pinned) {
  const std::vector<ImageSite> before = find_images(text, demon_paths());
  const std::vector<ImageSite> after = find_images(pinned, demon_paths());
  REQUIRE(before.size() == after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    REQUIRE(before[i].path == after[i].path);
    const std::string_view image = before[i].image;
    const bool is_ours = image.starts_with("ghcr.io/acme/demon-") && !image.ends_with("1.4.1") &&
                         image.find("-tools") == std::string_view::npos;
    if (!is_ours) continue;
    const auto same = [&](const auto& entry) { return after[i].image.ends_with("@" + entry.second.digest.string()); };
    REQUIRE(std::ranges::any_of(demon_digests().components, same));
  }
}

/// A placeholder and forward again; a form that cannot take one says so before anything changes.
void require_way_back(const SampleFile& manifest, const std::string& pinned) {
  try {
    const Pinned back = pin(pinned, {}, "nginx:alpine");
    const Pinned again = pin(back.text, back.pins, "nginx:alpine");
    REQUIRE(again.text == back.text);
    REQUIRE(again.pins == back.pins);
    const Pinned forward = pin(back.text, back.pins);
    REQUIRE(forward.text == pinned);
    REQUIRE(forward.pins.empty());
  } catch (const Error& error) {
    REQUIRE(error.code() == Errc::unsupported);
    REQUIRE(manifest.name.starts_with("kustomization-"));
  }
}

}  // namespace

TEST_CASE("every manifest becomes what is expected, byte by byte") {
  const std::vector<SampleFile> all = sample_files(folder);
  CHECK(all.size() >= 60);
  for (const SampleFile& manifest : all) {
    CAPTURE(manifest.name);
    CHECK(pin(manifest.text).text == manifest.expected);
    CHECK((manifest.text == manifest.expected) == manifest.name.starts_with("untouched-"));
    require_way_back(manifest, manifest.expected);
  }
}

TEST_CASE("every manifest can be rolled back to an earlier release") {
  for (const SampleFile& manifest : sample_files(folder)) {
    CAPTURE(manifest.name);
    ImageDigests earlier = demon_digests();
    for (auto& [name, component] : earlier.components) component.digest = Digest::of("earlier " + name);
    Pinning pinning{{.digests = earlier, .components = {}, .replace = {}, .placeholder = {}}, {}};
    const auto decide = [&](const ImageSite& site) { return pinning.decide("f", site); };
    const std::string before = pin_images(manifest.expected, decide, demon_paths());
    CHECK((before == manifest.expected) == manifest.name.starts_with("untouched-"));
    CHECK(pin(before).text == manifest.expected);
  }
}

TEST_CASE("whatever else is changed in a manifest, pinning replaces references and nothing else") {
  std::size_t tried = 0;
  for (const SampleFile& manifest : sample_files(folder)) {
    CAPTURE(manifest.name);
    for (unsigned seed = 0; seed < 24; ++seed) {
      CAPTURE(seed);
      const std::string text = Mutator{seed}.mutate(manifest.text);
      if (!means_the_same(manifest.text, text)) continue;
      ++tried;
      const Pinned pinned = pin(text);
      if (manifest.has_references_only) REQUIRE(pinned.text == replace_references(text));
      require_other_lines(text, pinned);
      require_sites(text, pinned.text);
      REQUIRE(pin(pinned.text).text == pinned.text);
      require_way_back(manifest, pinned.text);
    }
  }
  CHECK(tried > 1000);
}
