// Lines, diffs and JSON about pinned files.
#include "pin_report.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "json_text.hpp"
#include "ocibuild/deploy/unified_diff.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

void add(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

Json to_json(const PinnedSite& pinned) {
  const ImageSite& site = pinned.site;
  Json json{{"document", site.document}, {"line", site.line}};
  add(json, "kind", site.kind);
  add(json, "namespace", site.name_space);
  add(json, "name", site.name);
  add(json, "container", site.container);
  json["path"] = site.path;
  add(json, "component", pinned.component);
  json["before"] = site.image;
  json["after"] = pinned.after;
  json["changed"] = pinned.change == PinnedSite::Change::image;
  return json;
}

}  // namespace

std::string pin_json(const PinReport& report) {
  Json files = Json::array();
  for (const PinnedFile& file : report.files) {
    Json sites = Json::array();
    for (const PinnedSite& site : report.sites) {
      if (site.file == file.path) sites.push_back(to_json(site));
    }
    files.push_back({{"file", file.path}, {"changed", file.before != file.after}, {"sites", std::move(sites)}});
  }
  return json_document({{"schemaVersion", json_schema_version}, {"files", std::move(files)}});
}

std::string pinned_references(const PinReport& report) {
  std::set<std::string> known;
  std::string lines;
  for (const PinnedSite& site : report.sites) {
    if (known.insert(site.after).second) lines += site.after + "\n";
  }
  return lines;
}

std::string pin_diffs(const PinReport& report) {
  std::string diffs;
  for (const PinnedFile& file : report.files) diffs += unified_diff(file.path, file.before, file.after);
  return diffs;
}

void show_pinned(const PinReport& report, std::string_view done, Console& console) {
  for (const PinnedFile& file : report.files) {
    const auto in_file = [&](const PinnedSite& site) { return site.file == file.path; };
    const auto is_changed = [&](const PinnedSite& site) {
      return in_file(site) && site.change == PinnedSite::Change::image;
    };
    const auto sites = static_cast<std::size_t>(std::ranges::count_if(report.sites, in_file));
    const auto changed = static_cast<std::size_t>(std::ranges::count_if(report.sites, is_changed));
    if (sites == 0) {
      console.status(fmt::format("{}: no image to replace", file.path));
    } else if (changed == 0) {
      console.status(fmt::format("{}: up to date", file.path));
    } else {
      console.status(fmt::format("{}: {} {}", file.path, counted(changed, "reference"), done));
    }
  }
}

}  // namespace ocibuild
