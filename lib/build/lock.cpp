// The lock file as JSON.
#include "ocibuild/build/lock.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/spec/reference.hpp"
#include "spec/json_object.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view file_name = "ocibuild.lock";
constexpr int schema_version = 1;
constexpr std::size_t max_lock = 4 << 20;

// The known members are read already: whatever else there is was written by somebody else, or by hand.
void require_nothing_else(const JsonObject& object) {
  const UnknownFields unknown = object.unknown();
  if (unknown.empty()) return;
  throw Error{Errc::invalid_document, fmt::format("{}: unknown member", object.path(unknown.begin()->first))};
}

void require_key(const std::string& key) {
  const std::string complete = lock_key(key);
  if (complete == key) return;
  throw Error{Errc::invalid_document, fmt::format("not a complete reference, which would be {}", complete)};
}

// The spelling of a platform is one, so that the same base always gives the same file.
bool is_platform(const std::string& text) {
  try {
    return Platform::parse(text).string() == text;
  } catch (const Error&) {
    return false;
  }
}

// Calls `read` for each member of the object that `value` must be, with where it is.
template <class Read>
void for_each_member(const JsonValue& value, const std::string& path, Read&& read) {
  const JsonObject object{value, path};
  for (const JsonMember& member : value.members) read(member, fmt::format("{}[{}]", path, quote(member.name)));
}

LockedBase read_base(const JsonValue& value, const std::string& path) {
  JsonObject object{value, path};
  LockedBase base{.digest = object.digest("digest"), .platforms = {}};
  for_each_member(object.require("platforms"), object.path("platforms"),
                  [&](const JsonMember& member, const std::string& where) {
                    if (!is_platform(member.name)) {
                      throw Error{Errc::invalid_document, fmt::format("{}: not a platform, as in linux/amd64", where)};
                    }
                    base.platforms.emplace(member.name, require_digest(member.value, where));
                  });
  require_nothing_else(object);
  return base;
}

Lock read_document(std::string_view document) {
  const JsonValue value = parse_json(document, max_lock);
  JsonObject object{value, {}};
  const JsonValue& version = object.require("schemaVersion");
  if (version.kind != JsonValue::Kind::number || version.text != fmt::format("{}", schema_version)) {
    throw_unexpected("schemaVersion", version, fmt::format("{}, which is what this ocibuild reads", schema_version));
  }
  Lock lock;
  for_each_member(object.require("bases"), "bases", [&](const JsonMember& member, const std::string& where) {
    with_context(where, [&] { require_key(member.name); });
    lock.emplace(member.name, read_base(member.value, where));
  });
  require_nothing_else(object);
  return lock;
}

}  // namespace

std::string lock_key(std::string_view reference) {
  Reference complete = Reference::parse(reference);
  if (complete.tag.empty() && !complete.digest) complete.tag = "latest";
  return complete.string();
}

LockedBase locked_base(const Base& base) {
  LockedBase result{.digest = base.root.digest, .platforms = {}};
  for (const auto& [platform, digest] : base.offered) {
    if (is_platform(platform)) result.platforms.emplace(platform, digest);
  }
  return result;
}

std::string serialize(const Lock& lock) {
  nlohmann::json bases = nlohmann::json::object();  // sorts its keys
  for (const auto& [reference, base] : lock) {
    nlohmann::json platforms = nlohmann::json::object();
    for (const auto& [platform, digest] : base.platforms) platforms[platform] = digest.string();
    bases[reference] = {{"digest", base.digest.string()}, {"platforms", std::move(platforms)}};
  }
  return nlohmann::json{{"bases", std::move(bases)}, {"schemaVersion", schema_version}}.dump(2) + "\n";
}

Lock parse_lock(std::string_view document) {
  return with_context(file_name, [&] {
    try {
      return read_document(document);
    } catch (const Error& error) {
      throw Error{Errc::invalid_document, error.what()}.add_help(
          "make it again with `ocibuild lock --update`, after removing the file");
    }
  });
}

std::filesystem::path lock_file(const std::filesystem::path& workspace_root) {
  return workspace_root / file_name;
}

Lock read_lock(const std::filesystem::path& file) {
  std::string document;
  try {
    document = read_file(file, max_lock);
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) return {};
    throw;
  }
  return parse_lock(document);
}

void write_lock(const std::filesystem::path& file, const Lock& lock) {
  with_context(fmt::format("writing {}", file.native()), [&] { write_file(behind_symlink(file), serialize(lock)); });
}

}  // namespace ocibuild
