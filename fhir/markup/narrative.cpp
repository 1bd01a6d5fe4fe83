#include "fhir/markup/narrative.h"

#include <algorithm>
#include <array>
#include <memory_resource>

#include "fhir/markup/links.h"
#include "fhir/markup/references.h"

namespace fhir::markup {
namespace {

// Written so that it is not taken for a reference that the narrative has itself.
constexpr std::string_view carriageReturn = "&#x000D;";

constexpr std::array<std::string_view, 59> elements{
    "a",       "abbr",   "acronym", "address", "area",   "b",        "bdo", "big", "blockquote", "br",
    "caption", "center", "cite",    "code",    "col",    "colgroup", "dd",  "del", "dfn",        "div",
    "dl",      "dt",     "em",      "h1",      "h2",     "h3",       "h4",  "h5",  "h6",         "hr",
    "i",       "img",    "ins",     "kbd",     "li",     "map",      "ol",  "p",   "pre",        "q",
    "s",       "samp",   "small",   "span",    "strike", "strong",   "sub", "sup", "table",      "tbody",
    "td",      "tfoot",  "th",      "thead",   "tr",     "tt",       "u",   "ul",  "var"};

constexpr std::array<std::string_view, 49> attributes{
    "abbr",       "accesskey",   "align",       "alt",        "axis",   "bgcolor", "border",
    "cellhalign", "cellpadding", "cellspacing", "cellvalign", "char",   "charoff", "charset",
    "cite",       "class",       "colspan",     "compact",    "coords", "dir",     "frame",
    "headers",    "height",      "href",        "hreflang",   "hspace", "id",      "lang",
    "longdesc",   "name",        "nowrap",      "rel",        "rev",    "rowspan", "rules",
    "scope",      "shape",       "span",        "src",        "start",  "style",   "summary",
    "tabindex",   "title",       "type",        "valign",     "value",  "vspace",  "width"};

// What stands within a line, and so within a word: H<sub>2</sub>O.
constexpr std::array<std::string_view, 26> withinLine{
    "a",   "abbr", "acronym", "b",    "bdo",   "big",  "cite",   "code",   "del", "dfn", "em", "i", "ins",
    "kbd", "q",    "s",       "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var"};

constexpr std::array<std::string_view, 3> links{"cite", "href", "longdesc"};

static_assert(std::ranges::is_sorted(elements) && std::ranges::is_sorted(attributes) &&
              std::ranges::is_sorted(links) && std::ranges::is_sorted(withinLine));

template <class List>
bool has(const List& sorted, std::string_view word) noexcept {
  if (word.empty()) return false;
  const auto startsBefore = [](std::string_view each, char letter) { return each[0] < letter; };
  const auto* each = std::lower_bound(sorted.begin(), sorted.end(), word[0], startsBefore);
  for (; each != sorted.end() && (*each)[0] == word[0]; ++each)
    if (*each == word) return true;
  return false;
}

std::string_view faultOf(const Attribute& attribute) {
  const Name& name = attribute.name;
  if (attribute.isRepeated) return "an attribute that stands twice";
  const bool isXml = name.space == Namespace::xml && (name.local == "lang" || name.local == "space");
  if (!isXml && (!name.prefix.empty() || !has(attributes, name.local)))
    return "an attribute that a narrative may not have (no event handlers)";
  if (has(links, name.local) && !isSafeLink(attribute.value)) return "a link that runs code or opens a file";
  if (name.local == "src" && !isSafeSource(attribute.value))
    return "a picture from another place than the web, the text (data:image/...) or the resource";
  if (name.local == "style" && !isSafeStyle(attribute.value))
    return "a style that runs code, hides it or fetches something from elsewhere";
  return {};
}

struct Arena {
  std::array<std::byte, 2048> first;
  std::pmr::monotonic_buffer_resource memory{first.data(), first.size()};
};

}  // namespace

std::string_view NarrativeCheck::judgeTag(const Token& token, const Reader& reader) {
  if (depth_ > maxNarrativeNesting) return "elements nested more than 200 deep";
  if (!token.name.prefix.empty() || token.declaresPrefix) return "a namespace prefix";
  if (token.name.space != Namespace::xhtml || (depth_ == 1 && !token.declaresDefault))
    return "an element outside the namespace of XHTML: begin with <div "
           "xmlns=\"http://www.w3.org/1999/xhtml\">";
  if (depth_ == 1 && token.name.local != "div") return "another element than one <div>";
  if (!has(elements, token.name.local))
    return "an element that a narrative may not have (no scripts, forms, frames, objects or media)";
  for (const Attribute& attribute : reader.attributes())
    if (const std::string_view reason = faultOf(attribute); !reason.empty()) return reason;
  return {};
}

std::string_view NarrativeCheck::judge(const Token& token, const Reader& reader) {
  switch (token.kind) {
    case TokenKind::startTag:
      ++depth_;
      isOpened_ = true;
      hasContent_ |= token.name.local == "img";
      return judgeTag(token, reader);
    case TokenKind::endTag:
      --depth_;
      return {};
    case TokenKind::text:
      hasContent_ = hasContent_ || !isBlank(token.raw);
      return {};
    case TokenKind::characterData:
      return "a CDATA section";
    case TokenKind::comment:
      if (token.raw.starts_with('>') || token.raw.starts_with("->"))
        return "a comment that HTML ends sooner than XML";
      return {};
    case TokenKind::end:
      break;
  }
  return {};
}

NarrativeFindings checkNarrative(std::string_view xhtml) {
  if (const std::optional<Fault> fault = findCharacterFault(xhtml)) return {fault, false};
  if (xhtml.starts_with("<?")) return {Fault{0, "an XML declaration or processing instruction"}, false};
  Arena arena;
  Reader reader(xhtml, arena.memory);
  NarrativeCheck check;
  Token token;
  while (reader.next(token)) {
    if (token.kind == TokenKind::end) return {std::nullopt, check.hasContent()};
    if (const std::string_view reason = check.judge(token, reader); !reason.empty())
      return {Fault{token.offset, reason}, false};
  }
  return {reader.fault(), false};
}

void appendNarrativeText(std::string_view xhtml, std::string& out) {
  if (findCharacterFault(xhtml)) return;
  Arena arena;
  Reader reader(xhtml, arena.memory);
  Token token;
  while (reader.next(token) && token.kind != TokenKind::end) {
    if (token.kind == TokenKind::text) {
      if (const auto text = decodeAttribute(token.raw, arena.memory)) out += *text;
    } else if (token.kind != TokenKind::comment && !has(withinLine, token.name.local)) {
      out += ' ';
    }
  }
}

void appendNarrativeToXml(std::string_view xhtml, std::string& out) {
  if (xhtml.find('\r') == std::string_view::npos) {
    out += xhtml;
    return;
  }
  Arena arena;
  Reader reader(xhtml, arena.memory);
  Token token;
  for (std::size_t depth = 0; reader.next(token) && token.kind != TokenKind::end;) {
    const std::string_view written = xhtml.substr(token.offset, reader.offset() - token.offset);
    const bool isTag = token.kind == TokenKind::startTag;
    depth += isTag ? 1 : 0;
    if (depth == 0) continue;
    depth -= token.kind == TokenKind::endTag ? 1 : 0;
    if (!isTag && token.kind != TokenKind::text) {
      out += written;
      continue;
    }
    constexpr char none = '\0';
    char quote = none;  // the one that is open, in a tag
    for (const char c : written) {
      if (isTag && (quote == none ? c == '"' || c == '\'' : c == quote)) quote = quote == none ? c : none;
      c == '\r' && (!isTag || quote != none) ? out += carriageReturn : out += c;
    }
  }
}

std::string narrativeFromXml(std::string_view written) {
  std::string text;
  text.reserve(written.size());
  while (!written.empty()) {
    const std::size_t plain = std::min(written.find_first_of("\r&"), written.size());
    text += written.substr(0, plain);
    written.remove_prefix(plain);
    if (written.starts_with('\r')) {
      text += '\n';
      written.remove_prefix(written.starts_with("\r\n") ? 2 : 1);
    } else if (written.starts_with(carriageReturn)) {
      text += '\r';
      written.remove_prefix(carriageReturn.size());
    } else if (!written.empty()) {
      text += written.front();
      written.remove_prefix(1);
    }
  }
  return text;
}

}  // namespace fhir::markup
