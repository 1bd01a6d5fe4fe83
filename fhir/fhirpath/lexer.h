// Text to tokens. Specification: FHIRPath N1, section 9 Lexical Elements, and its grammar (section 12).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/fhirpath/fhirpath.h"

namespace fhir::fhirpath {

struct Token {
  enum class Type : std::uint8_t {
    end,
    identifier,  // a bare word, keywords too
    delimited,   // `word`
    string,
    number,  // digits, perhaps with a point
    date,
    dateTime,
    time,
    symbol,  // an operator or punctuation mark; also "$this", "$index" and "$total"
  };
  Type type = Type::end;
  std::size_t position = 1;  // 1-based character where it starts
  std::string text;          // unescaped; dates without "@"

  bool is(std::string_view symbol) const noexcept { return type == Type::symbol && text == symbol; }
  bool isWord(std::string_view word) const noexcept { return type == Type::identifier && text == word; }
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) noexcept : text_(text) {}
  // The next token; Type::end at the end, again and again.
  Result<Token> next();

 private:
  std::optional<Outcome> skipBlanks();
  Result<Token> quoted(char quote);
  Result<Token> temporal();
  Token number();
  std::optional<Outcome> escape(std::string& out);
  bool hexadecimal(unsigned& value);
  std::string_view run(std::string_view allowed);
  bool at(char c) const noexcept { return offset_ < text_.size() && text_[offset_] == c; }
  bool atDigit(std::size_t ahead = 0) const noexcept;

  std::string_view text_;
  std::size_t offset_ = 0;
};

}  // namespace fhir::fhirpath
