#include "fhir/markup/reader.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "fhir/markup/references.h"

namespace fhir::markup {
namespace {

constexpr std::string_view badReference =
    "a '&' that begins no reference (only &lt; &gt; &amp; &quot; &apos; and &#...; exist)";

bool equalsIgnoringCase(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

void dropBlanks(std::string_view& text) noexcept {
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
}

// Takes ` name="value"` off the start of an XML declaration's rest; nothing when it has none.
std::optional<std::string_view> takeDeclared(std::string_view name, std::string_view& rest) noexcept {
  std::string_view text = rest;
  dropBlanks(text);
  if (text.size() == rest.size() || !text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  dropBlanks(text);
  if (!text.starts_with('=')) return std::nullopt;
  text.remove_prefix(1);
  dropBlanks(text);
  if (text.empty() || (text.front() != '"' && text.front() != '\'')) return std::nullopt;
  const std::size_t close = text.find(text.front(), 1);
  if (close == std::string_view::npos) return std::nullopt;
  rest = text.substr(close + 1);
  return text.substr(1, close - 1);
}

}  // namespace

bool Reader::fail(std::size_t offset, std::string_view reason) {
  fault_ = {offset, reason};
  return false;
}

bool Reader::skipBlanks() noexcept {
  const std::size_t before = at_;
  while (at_ < text_.size() && isBlank(text_[at_])) ++at_;
  return at_ != before;
}

bool Reader::next(Token& token) {
  std::construct_at(&token);  // in place: an assignment would go by a copy, at every tag
  if (!isStarted_) {
    isStarted_ = true;
    if (begins("<?xml") && at_ + 5 < text_.size() && isBlank(text_[at_ + 5]) && !declaration()) return false;
  }
  token.offset = at_;
  if (closesNext_) {
    closesNext_ = false;
    close(token);
    return true;
  }
  if (at_ == text_.size()) return atEnd(token);
  if (text_[at_] != '<') return content(token);
  switch (at_ + 1 < text_.size() ? text_[at_ + 1] : '\0') {
    case '/':
      return endTag(token);
    case '!':
      if (begins("<!--")) return comment(token);
      if (begins("<![CDATA[")) return characterData(token);
      return fail(at_, "a DOCTYPE or other declaration, which FHIR's XML does not have,");
    case '?':
      return fail(at_, "a processing instruction, which FHIR's XML does not have,");
    default:
      return startTag(token);
  }
}

// <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
bool Reader::declaration() {
  const std::size_t end = text_.find("?>");
  if (end == std::string_view::npos) return fail(0, "an XML declaration without an end");
  std::string_view rest = text_.substr(5, end - 5);
  if (takeDeclared("version", rest) != "1.0")
    return fail(0, "an XML declaration of another version than 1.0");
  const std::optional<std::string_view> encoding = takeDeclared("encoding", rest);
  if (encoding && !equalsIgnoringCase(*encoding, "utf-8"))
    return fail(0, "an encoding other than UTF-8, which FHIR's XML is always in,");
  const std::optional<std::string_view> standalone = takeDeclared("standalone", rest);
  if ((standalone && *standalone != "yes" && *standalone != "no") || !isBlank(rest))
    return fail(0, "an XML declaration that is malformed");
  at_ = end + 2;
  return true;
}

bool Reader::atEnd(Token& token) {
  if (!open_.empty()) return fail(at_, "the end of the text before that of an element");
  if (!hasRoot_) return fail(at_, "a text without an element");
  token.kind = TokenKind::end;
  return true;
}

bool Reader::content(Token& token) {
  const std::size_t end = std::min(text_.find('<', at_), text_.size());
  token.kind = TokenKind::text;
  token.raw = text_.substr(at_, end - at_);
  if (open_.empty() && !isBlank(token.raw)) return fail(at_, "text outside the root element");
  if (!hasGoodReferences(token.raw)) return fail(at_, badReference);
  if (token.raw.find("]]>") != std::string_view::npos) return fail(at_, "']]>' in text");
  at_ = end;
  return true;
}

bool Reader::comment(Token& token) {
  const std::size_t start = at_ + 4;
  const std::size_t end = text_.find("--", start);
  if (end == std::string_view::npos || !text_.substr(end).starts_with("-->"))
    return fail(at_, "a comment with '--' in it or without an end");
  token.kind = TokenKind::comment;
  token.raw = text_.substr(start, end - start);
  at_ = end + 3;
  return true;
}

bool Reader::characterData(Token& token) {
  if (open_.empty()) return fail(at_, "text outside the root element");
  const std::size_t start = at_ + 9;
  const std::size_t end = text_.find("]]>", start);
  if (end == std::string_view::npos) return fail(at_, "a CDATA section without an end");
  token.kind = TokenKind::characterData;
  token.raw = text_.substr(start, end - start);
  at_ = end + 3;
  return true;
}

bool Reader::startTag(Token& token) {
  if (open_.empty() && hasRoot_) return fail(at_, "a second root element");
  if (open_.size() == maxDepth) return fail(at_, "elements nested more than 512 deep");
  const std::string_view written = takeName(text_.substr(++at_));
  if (written.empty()) return fail(token.offset, "a '<' that begins no tag");
  at_ += written.size();
  token.kind = TokenKind::startTag;
  token.name = splitName(written);
  attributes_.clear();
  bindingsBefore_ = bindings_.size();
  for (std::size_t count = 0;; ++count) {
    const bool isApart = skipBlanks();
    if (begins("/>") || begins(">")) break;
    if (at_ == text_.size()) return fail(token.offset, "a tag without an end");
    if (!isApart) return fail(at_, "an attribute without a space before it");
    if (count == maxAttributes) return fail(at_, "more than 64 attributes in one tag");
    if (!attribute(token)) return false;
  }
  token.isSelfClosed = text_[at_] == '/';
  at_ += token.isSelfClosed ? 2 : 1;
  resolve(token);
  open_.push_back({written, token.name, bindingsBefore_});
  hasRoot_ = true;
  closesNext_ = token.isSelfClosed;
  return true;
}

bool Reader::attribute(Token& token) {
  const std::size_t start = at_;
  const std::string_view written = takeName(text_.substr(at_));
  if (written.empty()) return fail(start, "a character that begins no attribute");
  at_ += written.size();
  skipBlanks();
  if (!begins("=")) return fail(start, "an attribute without a value");
  ++at_;
  skipBlanks();
  if (!begins("\"") && !begins("'")) return fail(start, "an attribute's value without quotes");
  const std::size_t end = text_.find(text_[at_], at_ + 1);
  if (end == std::string_view::npos) return fail(start, "an attribute's value without an end");
  const std::string_view raw = text_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  if (raw.find('<') != std::string_view::npos) return fail(start, "a '<' in an attribute's value");
  const std::optional<std::string_view> value = decodeAttribute(raw, arena_);
  if (!value) return fail(start, badReference);
  const Name name = splitName(written);
  if (written != "xmlns" && name.prefix != "xmlns") {
    attributes_.push_back({name, *value, raw, false});
    return true;
  }
  (name.prefix.empty() ? token.declaresDefault : token.declaresPrefix) = true;
  const std::string_view prefix = name.prefix.empty() ? std::string_view{} : name.local;
  const std::string_view wrong = bindings_.declare(prefix, *value, bindingsBefore_);
  return wrong.empty() || fail(start, wrong);
}

// Finds the namespaces of the tag and its attributes, now that all declarations are known.
void Reader::resolve(Token& token) {
  token.name.space = bindings_.find(token.name.prefix);
  for (std::size_t i = 0; i < attributes_.size(); ++i) {
    Name& name = attributes_[i].name;
    if (!name.prefix.empty()) name.space = bindings_.find(name.prefix);
    for (std::size_t before = 0; before < i; ++before) {
      const Name& other = attributes_[before].name;
      const bool isKnown = name.space != Namespace::other && name.space != Namespace::undeclared;
      if (other == name || (isKnown && other.space == name.space && other.local == name.local))
        attributes_[i].isRepeated = true;
    }
  }
}

bool Reader::endTag(Token& token) {
  at_ += 2;
  const std::string_view written = takeName(text_.substr(at_));
  at_ += written.size();
  skipBlanks();
  if (written.empty() || !begins(">")) return fail(token.offset, "an end tag that is malformed");
  ++at_;
  if (open_.empty() || open_.back().written != written)
    return fail(token.offset, "an end tag that does not match its start tag");
  close(token);
  return true;
}

void Reader::close(Token& token) {
  token.kind = TokenKind::endTag;
  token.name = open_.back().name;
  bindings_.shrink(open_.back().bindings);
  open_.pop_back();
}

}  // namespace fhir::markup
