// Copying from the first place to the others.
#include "outputs.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "copying.hpp"
#include "ocibuild/spec/reference.hpp"

namespace ocibuild {
namespace {

Place local_place(const std::string& text) {
  Place place = Place::parse(text);
  if (place.kind == PlaceKind::registry) {
    throw Error{Errc::invalid_argument, fmt::format("'{}' is in a registry", text)}.add_help(
        "images get there with --push; an output is oci:DIR[:name], oci-archive:FILE[:name] or "
        "docker-archive:FILE[:name]");
  }
  return place;
}

std::vector<Place> ordered_places(const std::vector<std::string>& texts,
                                  const std::optional<std::filesystem::path>& standard) {
  std::vector<Place> places;
  for (const std::string& text : texts) {
    places.push_back(with_context("--output", [&] { return local_place(text); }));
  }
  const auto is_layout = [](const Place& place) { return place.kind == PlaceKind::layout; };
  const auto layout = std::find_if(places.begin(), places.end(), is_layout);
  if (layout != places.end()) {
    std::rotate(places.begin(), layout, layout + 1);
  } else if (standard) {
    places.insert(places.begin(), Place{.kind = PlaceKind::layout, .path = *standard});
  }
  return places;
}

/// A name that the place itself has stands for the first of the references.
void name_root(const Publication& publication, const Place& place, Store& store) {
  std::map<std::string, std::string> names = publication.names;
  if (place.kind == PlaceKind::docker_archive) {
    names.clear();
    for (const std::string& reference : publication.references) names.emplace(reference, reference);
  }
  if (!place.name.empty()) names = {{place.name, publication.references.front()}};
  for (const auto& [name, reference] : names) {
    Descriptor root = publication.root;
    root.annotations.insert_or_assign(std::string{annotation::image_name}, Reference::parse(reference).string());
    store.tag(root, name);
  }
}

}  // namespace

Outputs::Outputs(const std::vector<std::string>& places, const std::optional<std::filesystem::path>& standard,
                 Console& console) {
  for (const Place& place : ordered_places(places, standard)) {
    outputs_.push_back({.place = place, .store = open_for_writing(place, layout_options(console))});
  }
}

void Outputs::require_room_for(std::size_t roots) const {
  for (const Output& output : outputs_) {
    if (output.place.name.empty() || roots == 1) continue;
    throw Error{Errc::invalid_argument,
                fmt::format("--output: {} has one name for {} images", output.place.string(), roots)}
        .add_help("leave out the name: each image gets the name of its component");
  }
}

void Outputs::publish(const std::vector<Publication>& publications, unsigned jobs, Progress& progress) {
  for (const Output& output : outputs_) {
    const std::string subject = output.place.string();
    for (const Publication& publication : publications) {
      if (&output != &outputs_.front()) {
        copy_shown(first(), publication.root, *output.store, {.subject = subject, .jobs = jobs}, progress);
      }
      name_root(publication, output.place, *output.store);
    }
    output.store->finish();
    progress.finish(subject, "");
  }
}

}  // namespace ocibuild
