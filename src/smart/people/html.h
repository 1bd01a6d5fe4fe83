// Templates of HTML: everything that is put into one is escaped; all of it is checked when the server starts.
//
//   {{name}}                    a value, escaped for text and for attributes in double quotes
//   {{t key}}                   a text in the page's language, escaped; its {placeholders} are values here
//   {{#name}} ... {{/name}}     once if the value is true or not empty; for a list once for each of its rows
//   {{^name}} ... {{/name}}     if it is false or empty
//
// A name is looked for in the row of the innermost list, then outwards. Threading: immutable when compiled.
// Errors: compile() says what is wrong; render() throws std::logic_error for a value that is missing, since
// only the program can be wrong then.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/smart/people/texts.h"

namespace people {

std::string escapeHtml(std::string_view text);

// What a template has made; nothing else makes one, so no value goes into a page without being escaped.
class Html {
 public:
  const std::string& text() const noexcept { return text_; }

 private:
  friend class Template;
  explicit Html(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

class Values {
 public:
  using Value = std::variant<bool, std::string, Message, Html, std::vector<Values>>;

  template <std::same_as<bool> Truth>
  Values& set(std::string_view name, Truth value) {
    return put(name, value);
  }
  Values& set(std::string_view name, std::string_view value) { return put(name, std::string(value)); }
  Values& set(std::string_view name, const std::string& value) { return put(name, value); }
  Values& set(std::string_view name, const char* value) { return put(name, std::string(value)); }
  Values& set(std::string_view name, Message value) { return put(name, std::move(value)); }
  Values& set(std::string_view name, Html value) { return put(name, std::move(value)); }
  Values& set(std::string_view name, std::vector<Values> value) { return put(name, std::move(value)); }

  const Value* find(std::string_view name) const noexcept;

 private:
  Values& put(std::string_view name, Value value);
  std::map<std::string, Value, std::less<>> values_;
};

class Template {
 public:
  // `names`: what the program will give. All of them must be used, and no others.
  static fhir::Result<Template> compile(std::string_view name, std::string_view html, const Texts& texts,
                                        const std::set<std::string>& names);

  Html render(const Language& language, const Values& values) const;

  // Keys of the texts that it uses.
  const std::set<std::string>& textKeys() const noexcept { return textKeys_; }

 private:
  friend struct TemplateParser;
  enum class Kind : std::uint8_t { literal, value, text, section, inverse };
  struct Node {
    Kind kind = Kind::literal;
    std::string text;  // of a literal itself; else the name or key
    std::vector<Node> children;
  };
  using Scopes = std::vector<const Values*>;

  static void write(const std::vector<Node>& nodes, const Language& language, Scopes& scopes,
                    std::string& out);
  static void writeValue(const Node& node, const Language& language, const Scopes& scopes, std::string& out);
  static void writeText(const Node& node, const Language& language, const Scopes& scopes, std::string& out);
  static void writeSection(const Node& node, const Language& language, Scopes& scopes, std::string& out);

  std::vector<Node> nodes_;
  std::set<std::string> textKeys_;
};

}  // namespace people
