#include "fhir/fhirpath/lexer.h"

#include <algorithm>
#include <array>

#include "fhir/fhirpath/characters.h"
#include "fhir/fhirpath/node.h"

namespace fhir::fhirpath {
namespace {

constexpr std::string_view digits = "0123456789";

bool isWordStart(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool isWordPart(char c) noexcept {
  return isWordStart(c) || (c >= '0' && c <= '9');
}

}  // namespace

Outcome syntaxError(std::size_t position, std::string_view message) {
  std::string text = "FHIRPath, character " + std::to_string(position) + ": ";
  text += message;
  return Outcome(Failure::badRequest, IssueType::invalid, std::move(text));
}

bool Lexer::atDigit(std::size_t ahead) const noexcept {
  const std::size_t i = offset_ + ahead;
  return i < text_.size() && text_[i] >= '0' && text_[i] <= '9';
}

std::optional<Outcome> Lexer::skipBlanks() {
  for (;;) {
    offset_ = std::min(text_.find_first_not_of(" \t\r\n", offset_), text_.size());
    const std::string_view rest = text_.substr(offset_);
    if (rest.starts_with("//")) {
      offset_ = std::min(text_.find('\n', offset_), text_.size());
    } else if (rest.starts_with("/*")) {
      const std::size_t end = text_.find("*/", offset_ + 2);
      if (end == std::string_view::npos)
        return syntaxError(offset_ + 1, "the comment has no end; expected */.");
      offset_ = end + 2;
    } else {
      return std::nullopt;
    }
  }
}

Result<Token> Lexer::next() {
  if (auto fault = skipBlanks()) return *std::move(fault);
  Token token;
  token.position = offset_ + 1;
  if (offset_ == text_.size()) return token;
  const char c = text_[offset_];
  if (isWordStart(c)) {
    const std::size_t start = offset_;
    while (offset_ < text_.size() && isWordPart(text_[offset_])) ++offset_;
    token.type = Token::Type::identifier;
    token.text = text_.substr(start, offset_ - start);
    return token;
  }
  if (atDigit()) return number();
  if (c == '\'' || c == '`' || c == '"') return quoted(c);
  if (c == '@') return temporal();
  static constexpr std::array<std::string_view, 30> symbols{
      "$this", "$index", "$total", "!=", "!~", "<=", ">=", "<", ">", "=", "~", "|", "&", "+", "-",
      "*",     "/",      ".",      ",",  "(",  ")",  "[",  "]", "{", "}", "%", "$", "!", ":", ";"};
  for (const std::string_view symbol : symbols) {
    if (!text_.substr(offset_).starts_with(symbol)) continue;
    offset_ += symbol.size();
    token.type = Token::Type::symbol;
    token.text = symbol;
    return token;
  }
  return syntaxError(offset_ + 1, "this character has no meaning here.");
}

std::string_view Lexer::run(std::string_view allowed) {
  const std::size_t start = offset_;
  offset_ = std::min(text_.find_first_not_of(allowed, offset_), text_.size());
  return text_.substr(start, offset_ - start);
}

Token Lexer::number() {
  Token token{Token::Type::number, offset_ + 1, std::string(run(digits))};
  if (at('.') && atDigit(1)) {
    ++offset_;
    token.text += '.';
    token.text += run(digits);
  }
  return token;
}

Result<Token> Lexer::temporal() {
  Token token{Token::Type::date, offset_ + 1, {}};
  ++offset_;
  const std::size_t start = offset_;
  if (!at('T')) run("0123456789-");
  if (at('T')) {
    token.type = offset_ == start ? Token::Type::time : Token::Type::dateTime;
    ++offset_;
    run("0123456789:");
    if (at('.') && atDigit(1)) {
      ++offset_;
      run(digits);
    }
    if (token.type == Token::Type::dateTime && text_[offset_ - 1] != 'T') {
      if (at('Z')) {
        ++offset_;
      } else if ((at('+') || at('-')) && atDigit(1) && atDigit(2) &&
                 text_.substr(offset_ + 3).starts_with(':')) {
        ++offset_;
        run("0123456789:");
      }
    }
  }
  token.text = text_.substr(start, offset_ - start);
  if (token.type == Token::Type::dateTime && token.text.back() == 'T') token.text.pop_back();
  return token;
}

Result<Token> Lexer::quoted(char quote) {
  Token token{quote == '\'' ? Token::Type::string : Token::Type::delimited, offset_ + 1, {}};
  for (++offset_; offset_ < text_.size();) {
    const char c = text_[offset_++];
    if (c == quote) return token;
    if (c != '\\') {
      token.text.push_back(c);
    } else if (auto fault = escape(token.text)) {
      return *std::move(fault);
    }
  }
  return syntaxError(token.position, "the quotation has no end.");
}

bool Lexer::hexadecimal(unsigned& value) {
  value = 0;
  for (int i = 0; i < 4; ++i, ++offset_) {
    if (offset_ >= text_.size()) return false;
    const char c = text_[offset_];
    const std::size_t digit =
        std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
    if (digit == std::string_view::npos) return false;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return true;
}

std::optional<Outcome> Lexer::escape(std::string& out) {
  const std::size_t position = offset_;
  const char c = offset_ < text_.size() ? text_[offset_++] : '\0';
  static constexpr std::string_view names = "'\"`\\/frnt";
  static constexpr std::string_view values = "'\"`\\/\f\r\n\t";
  if (const std::size_t i = names.find(c); c != '\0' && i != std::string_view::npos) {
    out.push_back(values[i]);
    return std::nullopt;
  }
  unsigned code = 0;
  if (c != 'u' || !hexadecimal(code))
    return syntaxError(position,
                       "no such escape; expected one of \\' \\\" \\` \\\\ \\/ \\f \\r \\n \\t \\uXXXX.");
  if (code >= 0xD800 && code < 0xDC00 && text_.substr(offset_).starts_with("\\u")) {
    offset_ += 2;
    unsigned low = 0;
    if (!hexadecimal(low) || low < 0xDC00 || low > 0xDFFF)
      return syntaxError(position, "half of a surrogate pair is missing.");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  if (code >= 0xD800 && code < 0xE000) return syntaxError(position, "half of a surrogate pair is missing.");
  append(out, static_cast<char32_t>(code));
  return std::nullopt;
}

}  // namespace fhir::fhirpath
