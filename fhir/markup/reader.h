// Reader: XML 1.0 with namespaces, as a stream of tokens. It never recurses, keeps only the open elements and
// expands nothing.
//
// What FHIR's XML does not have ends the reading as a fault: a DOCTYPE, entities of its own, processing
// instructions, an encoding other than UTF-8. Everything that makes a text not well-formed does too, but for
// two things that are told so that all faults can be: attributes that stand twice, and prefixes that nobody
// declared.
//
// Specification: XML 1.0 (5th edition), Namespaces in XML 1.0 (3rd edition). Threading: one thread at a time.
// Ownership: tokens are views of the text, attributes' values of the text or the arena.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "fhir/markup/characters.h"
#include "fhir/markup/names.h"

namespace fhir::markup {

struct Attribute {
  Name name;
  std::string_view value;  // references replaced
  std::string_view raw;    // as it is written between its quotes
  bool isRepeated;         // another one of the same name stands before it
};

enum class TokenKind : std::uint8_t { startTag, endTag, text, characterData, comment, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::size_t offset = 0;
  Name name;             // startTag and endTag
  std::string_view raw;  // text with its references; what a CDATA section or comment encloses
  bool isSelfClosed = false;
  bool declaresDefault = false;  // the tag has xmlns="..."
  bool declaresPrefix = false;   // ... or xmlns:p="..."
};

class Reader {
 public:
  static constexpr std::size_t maxDepth = 512;      // elements open at once
  static constexpr std::size_t maxAttributes = 64;  // of one tag, declarations included

  // `text` must have passed findCharacterFault and have no byte order mark. Both must outlive the reader.
  Reader(std::string_view text, std::pmr::memory_resource& arena)
      : text_(text), arena_(arena), open_(&arena), attributes_(&arena), bindings_(arena) {}

  // The next token; a tag that closes itself gives a startTag and an endTag. After the `end` of a document
  // with one root element, or a fault, it is not to be called again. False: fault() says why.
  bool next(Token& token);

  // Of the last startTag, without namespace declarations.
  std::span<const Attribute> attributes() const noexcept { return attributes_; }
  // Where the next token begins.
  std::size_t offset() const noexcept { return at_; }
  const Fault& fault() const noexcept { return fault_; }

 private:
  struct Open {
    std::string_view written;
    Name name;
    std::size_t bindings;  // how many there were before it
  };

  bool fail(std::size_t offset, std::string_view reason);
  bool begins(std::string_view prefix) const noexcept { return text_.substr(at_).starts_with(prefix); }
  bool skipBlanks() noexcept;
  bool declaration();
  bool atEnd(Token& token);
  bool content(Token& token);
  bool comment(Token& token);
  bool characterData(Token& token);
  bool startTag(Token& token);
  bool endTag(Token& token);
  bool attribute(Token& token);
  void resolve(Token& token);
  void close(Token& token);

  std::string_view text_;
  std::pmr::memory_resource& arena_;
  std::size_t at_ = 0;
  std::pmr::vector<Open> open_;
  std::pmr::vector<Attribute> attributes_;
  Bindings bindings_;
  std::size_t bindingsBefore_ = 0;
  bool isStarted_ = false;
  bool hasRoot_ = false;
  bool closesNext_ = false;
  Fault fault_{0, {}};
};

}  // namespace fhir::markup
