// The events of libyaml become a tree.
#include "deploy/yaml.hpp"

#include <algorithm>
#include <map>
#include <new>

#include <fmt/format.h>
#include <yaml.h>

#include "deploy/byte_offsets.hpp"
#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

using Kind = YamlNode::Kind;
using Style = YamlNode::Style;

[[noreturn]] void refuse(std::size_t line, std::string_view problem) {
  throw Error{Errc::invalid_document, fmt::format("line {}: {}", line, problem)};
}

// An event that is freed with its scope.
class Event {
 public:
  explicit Event(yaml_parser_t& parser) {
    if (yaml_parser_parse(&parser, &event_) != 0) return;
    if (parser.error == YAML_MEMORY_ERROR) throw std::bad_alloc{};
    const std::string context = parser.context == nullptr ? std::string{} : std::string{parser.context} + ", ";
    refuse(parser.problem_mark.line + 1, context + (parser.problem == nullptr ? "not YAML" : parser.problem));
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }

  const yaml_event_t* operator->() const { return &event_; }
  const yaml_event_t& operator*() const { return event_; }

 private:
  yaml_event_t event_{};
};

std::string to_string(const yaml_char_t* text) {
  return text == nullptr ? std::string{} : std::string{reinterpret_cast<const char*>(text)};
}

Style style_of(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return Style::single_quoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return Style::double_quoted;
    case YAML_LITERAL_SCALAR_STYLE: return Style::literal;
    case YAML_FOLDED_SCALAR_STYLE: return Style::folded;
    default: return Style::plain;
  }
}

class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, std::size_t begin) : text_{text}, offsets_{text, begin} {}

  void add(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT: anchors_.clear(); return;
      case YAML_SCALAR_EVENT: add_scalar(event); return;
      case YAML_ALIAS_EVENT: add_alias(event); return;
      case YAML_SEQUENCE_START_EVENT: {
        const auto& data = event.data.sequence_start;
        open(event, Kind::sequence, data.style == YAML_FLOW_SEQUENCE_STYLE ? Style::flow : Style::block, data);
        return;
      }
      case YAML_MAPPING_START_EVENT: {
        const auto& data = event.data.mapping_start;
        open(event, Kind::mapping, data.style == YAML_FLOW_MAPPING_STYLE ? Style::flow : Style::block, data);
        return;
      }
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: close(event); return;
      default: return;
    }
  }

  YamlDocuments take() { return std::move(documents_); }

 private:
  struct Open {
    YamlNode* node;
    const YamlNode* key = nullptr;  // whose value is expected next
  };

  YamlNode& append(const yaml_event_t& event, Kind kind, Style style) {
    const std::size_t line = event.start_mark.line + 1;
    if (documents_.nodes.size() == max_yaml_nodes) refuse(line, fmt::format("more than {} nodes", max_yaml_nodes));
    YamlNode& node = documents_.nodes.emplace_back();
    node.kind = kind;
    node.style = style;
    const std::size_t start = offsets_[event.start_mark.index];
    node.end = offsets_[event.end_mark.index];
    node.begin = skip_properties(start, node.end);
    node.line = line + static_cast<std::size_t>(std::ranges::count(text_.substr(start, node.begin - start), '\n'));
    attach(node);
    return node;
  }

  // libyaml lets a node begin at its anchor or tag; neither `&` nor `!` can begin anything else.
  std::size_t skip_properties(std::size_t at, std::size_t end) const {
    constexpr std::string_view space = " \t\r\n";
    while (at < end && (text_[at] == '&' || text_[at] == '!')) {
      const bool verbatim = text_.substr(at).starts_with("!<");
      at = std::min(text_.find_first_of(verbatim ? " \t\r\n" : " \t\r\n,[]{}", at), end);
      while (at < end && space.find(text_[at]) != std::string_view::npos) {
        at = std::min(text_.find_first_not_of(space, at), end);
        if (at < end && text_[at] == '#') at = std::min(text_.find_first_of("\r\n", at), end);
      }
    }
    return at;
  }

  void attach(const YamlNode& node) {
    if (open_.empty()) {
      documents_.roots.push_back(&node);
    } else if (Open& top = open_.back(); top.node->kind == Kind::sequence) {
      top.node->items.push_back(&node);
    } else if (top.key == nullptr) {
      top.key = &node;
    } else {
      top.node->entries.push_back({.key = top.key, .value = &node});
      top.key = nullptr;
    }
  }

  void add_scalar(const yaml_event_t& event) {
    const auto& data = event.data.scalar;
    YamlNode& node = append(event, Kind::scalar, style_of(data.style));
    node.text.assign(reinterpret_cast<const char*>(data.value), data.length);
    node.tag = to_string(data.tag);
    name(node, data.anchor);
  }

  void add_alias(const yaml_event_t& event) {
    YamlNode& node = append(event, Kind::alias, Style::plain);
    node.text = to_string(event.data.alias.anchor);
    const auto found = anchors_.find(node.text);
    if (found == anchors_.end()) refuse(node.line, fmt::format("nothing before it has the anchor &{}", node.text));
    node.target = found->second;
  }

  template <class Data>
  void open(const yaml_event_t& event, Kind kind, Style style, const Data& data) {
    YamlNode& node = append(event, kind, style);
    if (open_.size() == max_yaml_depth) refuse(node.line, fmt::format("nested deeper than {} levels", max_yaml_depth));
    node.tag = to_string(data.tag);
    node.anchor = to_string(data.anchor);
    anchors_.erase(node.anchor);  // an earlier one of that name ends here
    open_.push_back({.node = &node});
  }

  void close(const yaml_event_t& event) {
    YamlNode& node = *open_.back().node;
    open_.pop_back();
    node.end = std::max(node.begin, offsets_[event.end_mark.index]);
    require_unique_keys(node);
    if (!node.anchor.empty()) anchors_[node.anchor] = &node;
  }

  void name(YamlNode& node, const yaml_char_t* anchor) {
    node.anchor = to_string(anchor);
    if (!node.anchor.empty()) anchors_[node.anchor] = &node;
  }

  static void require_unique_keys(const YamlNode& mapping) {
    std::map<std::string_view, std::size_t> lines;
    for (const YamlEntry& entry : mapping.entries) {
      if (entry.key->kind != Kind::scalar) continue;
      const auto [same, is_new] = lines.emplace(entry.key->text, entry.key->line);
      if (is_new) continue;
      refuse(entry.key->line,
             fmt::format("the key {} is there already, on line {}", quote(entry.key->text), same->second));
    }
  }

  std::string_view text_;
  ByteOffsets offsets_;
  YamlDocuments documents_;
  std::vector<Open> open_;
  std::map<std::string, const YamlNode*, std::less<>> anchors_;  // of this document; not of collections that are open
};

struct Parser {
  yaml_parser_t parser;

  explicit Parser(std::string_view text) {
    if (yaml_parser_initialize(&parser) == 0) throw std::bad_alloc{};
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { yaml_parser_delete(&parser); }
};

}  // namespace

YamlDocuments parse_yaml(std::string_view text) {
  if (text.size() > max_yaml_size) {
    throw Error{Errc::invalid_document,
                fmt::format("it has {} bytes, at most {} are taken", text.size(), max_yaml_size)};
  }
  if (const std::size_t bad = find_non_utf8(text); bad != std::string_view::npos) {
    refuse(1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, bad), '\n')),
           fmt::format("byte {} is not UTF-8", bad));
  }
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  const std::size_t begin = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  Parser parser{text.substr(begin)};
  TreeBuilder tree{text, begin};
  for (bool at_end = false; !at_end;) {
    const Event event{parser.parser};
    tree.add(*event);
    at_end = event->type == YAML_STREAM_END_EVENT;
  }
  return tree.take();
}

}  // namespace ocibuild
