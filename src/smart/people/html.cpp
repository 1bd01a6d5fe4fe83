#include "src/smart/people/html.h"

#include <algorithm>
#include <stdexcept>

namespace people {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

const Values::Value& look(const std::vector<const Values*>& scopes, std::string_view name) {
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope)
    if (const auto* found = (*scope)->find(name)) return *found;
  throw std::logic_error("a page lacks the value " + std::string(name));
}

bool isThere(const Values::Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  if (const auto* text = std::get_if<std::string>(&value)) return !text->empty();
  if (const auto* message = std::get_if<Message>(&value))
    return !message->key.empty() || !message->literal.empty();
  if (const auto* html = std::get_if<Html>(&value)) return !html->text().empty();
  return !std::get<std::vector<Values>>(value).empty();
}

bool isName(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

}  // namespace

std::string escapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

const Values::Value* Values::find(std::string_view name) const noexcept {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

Values& Values::put(std::string_view name, Value value) {
  values_.insert_or_assign(std::string(name), std::move(value));
  return *this;
}

// Reads a template's text into nodes, and what it names.
struct TemplateParser {
  std::string_view rest;
  const Texts& texts;
  std::set<std::string> names;
  std::set<std::string> keys;
  std::string fault;  // the first

  using Kind = Template::Kind;
  using Node = Template::Node;

  // Up to the end of the section `within`, or of the text when it is empty.
  std::vector<Node> parse(std::string_view within) {
    std::vector<Node> out;
    while (fault.empty()) {
      const std::size_t at = std::min(rest.find("{{"), rest.size());
      if (at > 0) out.push_back({Kind::literal, std::string(rest.substr(0, at)), {}});
      rest.remove_prefix(at);
      if (rest.empty()) {
        if (!within.empty()) fail("the section " + std::string(within) + " has no end");
        break;
      }
      const std::size_t end = rest.find("}}");
      if (end == std::string_view::npos) {
        fail("a {{ has no }}");
        break;
      }
      const std::string_view tag = rest.substr(2, end - 2);
      rest.remove_prefix(end + 2);
      if (tag.starts_with('/')) {
        if (tag.substr(1) != within) fail("{{" + std::string(tag) + "}} ends no section");
        break;
      }
      out.push_back(node(tag));
    }
    return out;
  }

  Node node(std::string_view tag) {
    if (tag.starts_with("t ")) return textNode(tag.substr(2));
    const bool section = tag.starts_with('#') || tag.starts_with('^');
    const std::string_view name = section ? tag.substr(1) : tag;
    if (!isName(name)) {
      fail("{{" + std::string(tag) + "}} is not understood");
      return {};
    }
    names.emplace(name);
    if (!section) return {Kind::value, std::string(name), {}};
    return {tag.front() == '#' ? Kind::section : Kind::inverse, std::string(name), parse(name)};
  }

  Node textNode(std::string_view key) {
    if (!texts.has(key)) {
      fail("there is no text " + std::string(key));
      return {};
    }
    keys.emplace(key);
    names.merge(texts.placeholders(key));
    return {Kind::text, std::string(key), {}};
  }

  void fail(std::string what) {
    if (fault.empty()) fault = std::move(what);
  }
};

fhir::Result<Template> Template::compile(std::string_view name, std::string_view html, const Texts& texts,
                                         const std::set<std::string>& names) {
  TemplateParser parser{html, texts, {}, {}, {}};
  Template out;
  out.nodes_ = parser.parse({});
  out.textKeys_ = std::move(parser.keys);
  for (const std::string& used : parser.names)
    if (!names.contains(used)) parser.fail("nobody gives " + used);
  for (const std::string& given : names)
    if (!parser.names.contains(given)) parser.fail(given + " is given and not used");
  if (parser.fault.empty()) return out;
  return Outcome(Failure::internal, IssueType::exception,
                 "The page " + std::string(name) + ": " + parser.fault + ".");
}

Html Template::render(const Language& language, const Values& values) const {
  std::string out;
  Scopes scopes{&values};
  write(nodes_, language, scopes, out);
  return Html(std::move(out));
}

void Template::write(const std::vector<Node>& nodes, const Language& language, Scopes& scopes,
                     std::string& out) {
  for (const Node& node : nodes) {
    switch (node.kind) {
      case Kind::literal:
        out += node.text;
        break;
      case Kind::value:
        writeValue(node, language, scopes, out);
        break;
      case Kind::text:
        writeText(node, language, scopes, out);
        break;
      case Kind::section:
        writeSection(node, language, scopes, out);
        break;
      case Kind::inverse:
        if (!isThere(look(scopes, node.text))) write(node.children, language, scopes, out);
        break;
    }
  }
}

void Template::writeValue(const Node& node, const Language& language, const Scopes& scopes,
                          std::string& out) {
  const Values::Value& value = look(scopes, node.text);
  if (const auto* html = std::get_if<Html>(&value)) {
    out += html->text();
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    out += escapeHtml(*text);
  } else if (const auto* message = std::get_if<Message>(&value)) {
    out += escapeHtml(say(language, *message));
  } else {
    throw std::logic_error("a page shows " + node.text + ", which is no text");
  }
}

void Template::writeText(const Node& node, const Language& language, const Scopes& scopes, std::string& out) {
  Message message = Message::of(node.text);
  const std::string& text = language.texts.find(node.text)->second;
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    std::string name = text.substr(at + 1, text.find('}', at) - at - 1);
    const Values::Value& value = look(scopes, name);
    if (const auto* plain = std::get_if<std::string>(&value)) {
      message.values.push_back({std::move(name), Message::plain(*plain)});
    } else if (const auto* inner = std::get_if<Message>(&value)) {
      message.values.push_back({std::move(name), *inner});
    } else {
      throw std::logic_error("a text has " + name + ", which is no text");
    }
  }
  out += escapeHtml(say(language, message));
}

void Template::writeSection(const Node& node, const Language& language, Scopes& scopes, std::string& out) {
  const Values::Value& value = look(scopes, node.text);
  if (!isThere(value)) return;
  const auto* rows = std::get_if<std::vector<Values>>(&value);
  if (rows == nullptr) {
    write(node.children, language, scopes, out);
    return;
  }
  for (const Values& row : *rows) {
    scopes.push_back(&row);
    write(node.children, language, scopes, out);
    scopes.pop_back();
  }
}

}  // namespace people
