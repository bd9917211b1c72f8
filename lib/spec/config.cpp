// Image configurations as JSON.
#include "ocibuild/spec/config.hpp"

#include "ocibuild/spec/manifest.hpp"
#include "spec/document.hpp"

namespace ocibuild {
namespace {

Execution read_execution(const JsonValue& value, const std::string& path) {
  JsonObject object{value, path};
  Execution result{.user = object.optional_string("User"),
                   .exposed_ports = object.optional_set("ExposedPorts"),
                   .env = object.optional_strings("Env"),
                   .entrypoint = object.optional_strings("Entrypoint"),
                   .cmd = object.optional_strings("Cmd"),
                   .volumes = object.optional_set("Volumes"),
                   .working_dir = object.optional_string("WorkingDir"),
                   .labels = object.optional_map("Labels"),
                   .stop_signal = object.optional_string("StopSignal")};
  result.unknown = object.unknown();
  return result;
}

void write_execution(JsonWriter& writer, const Execution& execution) {
  writer.object([&] {
    writer.optional_string("User", execution.user);
    writer.optional_set("ExposedPorts", execution.exposed_ports);
    writer.optional_strings("Env", execution.env);
    writer.optional_strings("Entrypoint", execution.entrypoint);
    writer.optional_strings("Cmd", execution.cmd);
    writer.optional_set("Volumes", execution.volumes);
    writer.optional_string("WorkingDir", execution.working_dir);
    writer.optional_map("Labels", execution.labels);
    writer.optional_string("StopSignal", execution.stop_signal);
    writer.unknown_fields(execution.unknown);
  });
}

void read_rootfs(const JsonValue& value, const std::string& path, Config& into) {
  JsonObject object{value, path};
  const JsonValue& type = object.require("type");
  if (require_string(type, object.path("type")) != "layers") throw_unexpected(object.path("type"), type, "\"layers\"");
  object.array("diff_ids", [&](const JsonValue& item, const std::string& where) {
    into.diff_ids.push_back(require_digest(item, where));
  });
  into.rootfs_unknown = object.unknown();
}

void write_rootfs(JsonWriter& writer, const Config& config) {
  writer.object([&] {
    writer.name("type");
    writer.string("layers");
    writer.name("diff_ids");
    writer.array(config.diff_ids, [&](const Digest& digest) { writer.string(digest.string()); });
    writer.unknown_fields(config.rootfs_unknown);
  });
}

History read_history(const JsonValue& value, const std::string& path) {
  JsonObject object{value, path};
  History result{.created = object.optional_timestamp("created"),
                 .author = object.optional_string("author"),
                 .created_by = object.optional_string("created_by"),
                 .comment = object.optional_string("comment"),
                 .empty_layer = object.optional_boolean("empty_layer")};
  result.unknown = object.unknown();
  return result;
}

void write_history(JsonWriter& writer, const History& history) {
  writer.object([&] {
    writer.optional_string("created", history.created);
    writer.optional_string("created_by", history.created_by);
    writer.optional_string("author", history.author);
    writer.optional_string("comment", history.comment);
    if (history.empty_layer) {
      writer.name("empty_layer");
      writer.boolean(true);
    }
    writer.unknown_fields(history.unknown);
  });
}

Config read_config(std::string_view document) {
  const JsonValue value = parse_json(document, max_manifest_size);
  JsonObject object{value, {}};
  Config result{.created = object.optional_timestamp("created"),
                .author = object.optional_string("author"),
                .platform = read_platform(object)};
  if (const JsonValue* const execution = object.find("config")) {
    result.config = read_execution(*execution, object.path("config"));
  }
  read_rootfs(object.require("rootfs"), object.path("rootfs"), result);
  if (object.find("history") != nullptr) {
    object.array("history", [&](const JsonValue& item, const std::string& path) {
      result.history.push_back(read_history(item, path));
    });
  }
  result.unknown = object.unknown();
  return result;
}

std::string write_config(const Config& config) {
  JsonWriter writer;
  writer.object([&] {
    writer.optional_string("created", config.created);
    writer.optional_string("author", config.author);
    write_platform(writer, config.platform);
    writer.name("config");
    write_execution(writer, config.config);
    writer.name("rootfs");
    write_rootfs(writer, config);
    if (!config.history.empty()) {
      writer.name("history");
      writer.array(config.history, [&](const History& history) { write_history(writer, history); });
    }
    writer.unknown_fields(config.unknown);
  });
  return writer.take();
}

}  // namespace

Config parse_config(std::string_view document) {
  return with_context("invalid image configuration", [&] { return read_config(document); });
}

std::string serialize(const Config& config) {
  if (!config.platform.unknown.empty()) {
    throw Error{Errc::invalid_argument,
                "cannot write it: unknown fields of an image configuration's platform belong "
                "to the configuration itself"};
  }
  return require_canonical(write_config(config), "image configuration", parse_config, write_config);
}

}  // namespace ocibuild
