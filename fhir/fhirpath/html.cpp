#include "fhir/fhirpath/html.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace fhir::fhirpath {
namespace {

constexpr std::size_t maxNesting = 200;
constexpr std::string_view blanks = " \t\r\n";

constexpr std::array<std::string_view, 59> elements{
    "a",       "abbr",   "acronym", "address", "area",   "b",        "bdo", "big", "blockquote", "br",
    "caption", "center", "cite",    "code",    "col",    "colgroup", "dd",  "del", "dfn",        "div",
    "dl",      "dt",     "em",      "h1",      "h2",     "h3",       "h4",  "h5",  "h6",         "hr",
    "i",       "img",    "ins",     "kbd",     "li",     "map",      "ol",  "p",   "pre",        "q",
    "s",       "samp",   "small",   "span",    "strike", "strong",   "sub", "sup", "table",      "tbody",
    "td",      "tfoot",  "th",      "thead",   "tr",     "tt",       "u",   "ul",  "var"};

constexpr std::array<std::string_view, 52> attributes{
    "abbr",        "accesskey",   "align",      "alt",   "axis",     "bgcolor", "border", "cellhalign",
    "cellpadding", "cellspacing", "cellvalign", "char",  "charoff",  "charset", "cite",   "class",
    "colspan",     "compact",     "coords",     "dir",   "frame",    "headers", "height", "href",
    "hreflang",    "hspace",      "id",         "lang",  "longdesc", "name",    "nowrap", "rel",
    "rev",         "rowspan",     "rules",      "scope", "shape",    "span",    "src",    "start",
    "style",       "summary",     "tabindex",   "title", "type",     "valign",  "value",  "vspace",
    "width",       "xml:lang",    "xml:space",  "xmlns"};

template <class List>
bool has(const List& list, std::string_view word) noexcept {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool isSafeLink(std::string_view value) {
  std::string scheme;
  for (const char c : value) {
    if (c == ':') break;
    if (c == '/' || c == '?' || c == '#') return true;
    if (static_cast<unsigned char>(c) > ' ')
      scheme.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    if (c == '&') return false;  // a scheme hidden behind an entity
  }
  return scheme != "javascript" && scheme != "vbscript" && scheme != "data" && scheme != "file";
}

// "data:image/png;base64,..."; HL7's own narratives put a space behind the colon.
bool isImage(std::string_view value) noexcept {
  constexpr std::string_view scheme = "data:";
  if (!value.starts_with(scheme)) return false;
  value.remove_prefix(scheme.size());
  if (value.starts_with(' ')) value.remove_prefix(1);
  return value.starts_with("image/");
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool run() {
    skipBlanks();
    while (!rest_.empty()) {
      if (rest_[0] == '<' ? !markup() : !content()) return false;
      if (closed_) skipBlanks();
      if (closed_ && !rest_.empty()) return false;
    }
    return closed_ && filled_;
  }

 private:
  void skipBlanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

  bool take(std::string_view prefix) {
    if (!rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }

  std::string_view word() {
    const std::size_t end = std::min(rest_.find_first_of(" \t\r\n/>=<\"'"), rest_.size());
    const std::string_view result = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return result;
  }

  bool content() {
    if (open_.empty()) return false;
    const std::size_t end = std::min(rest_.find('<'), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    if (text.find_first_not_of(blanks) != std::string_view::npos) filled_ = true;
    for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
      const std::size_t stop = text.find(';', at);
      if (stop == std::string_view::npos || stop == at + 1 || stop - at > 12) return false;
    }
    rest_.remove_prefix(end);
    return true;
  }

  bool markup() {
    if (take("<!--")) {
      const std::size_t end = rest_.find("--");
      if (end == std::string_view::npos || !rest_.substr(end).starts_with("-->")) return false;
      rest_.remove_prefix(end + 3);
      return true;
    }
    if (take("</")) {
      const std::string_view name = word();
      skipBlanks();
      if (open_.empty() || open_.back() != name || !take(">")) return false;
      open_.pop_back();
      closed_ = open_.empty();
      return true;
    }
    rest_.remove_prefix(1);
    return element();
  }

  bool element() {
    const std::string_view name = word();
    if (open_.empty() ? name != "div" : !has(elements, name)) return false;
    if (name == "img") filled_ = true;
    for (;;) {
      skipBlanks();
      if (take("/>")) {
        closed_ = open_.empty();
        return true;
      }
      if (take(">")) {
        open_.push_back(name);
        return open_.size() <= maxNesting;
      }
      if (!attribute()) return false;
    }
  }

  bool attribute() {
    const std::string_view name = word();
    skipBlanks();
    if (!has(attributes, name) || !take("=")) return false;
    skipBlanks();
    if (rest_.empty() || (rest_[0] != '"' && rest_[0] != '\'')) return false;
    const std::size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) return false;
    const std::string_view value = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (value.find('<') != std::string_view::npos) return false;
    if (name == "src" && isImage(value)) return true;
    return (name != "href" && name != "src" && name != "cite" && name != "longdesc") || isSafeLink(value);
  }

  std::string_view rest_;
  std::vector<std::string_view> open_;
  bool closed_ = false;
  bool filled_ = false;
};

}  // namespace

bool isSafeNarrative(std::string_view xhtml) {
  return Scanner(xhtml).run();
}

}  // namespace fhir::fhirpath
