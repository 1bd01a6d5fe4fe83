// Expat judges our reader: both read the same texts, changed at random (by a fixed seed), and must agree on
// which are well-formed and on what stands in them.
#include <expat.h>
#include <strings.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <memory_resource>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "fhir/markup/narrative.h"
#include "fhir/markup/reader.h"
#include "fhir/markup/references.h"
#include "tests/support/mangled.h"

using namespace fhir::markup;

namespace {

const std::string_view seeds[] = {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Patient xmlns=\"http://hl7.org/fhir\">\n <id "
    "value=\"a\"/>\n"
    " <text><status value='generated'/><div xmlns=\"http://www.w3.org/1999/xhtml\"><p class=\"x\">a &amp; "
    "b<br/>"
    "<!-- c --></p></div></text>\n <active id=\"i\" value=\"true\"/>\n</Patient>\n",
    "<f:a xmlns:f=\"http://hl7.org/fhir\" xmlns='u' xml:lang='en'><f:b f:c='&#xE9;&lt;\t' d=\"e\r\n\"/>"
    "t\xC3\xA9<![CDATA[<&]]></f:a><!-- end -->",
};

constexpr std::string_view pieces[] = {"<",
                                       ">",
                                       "/",
                                       "\"",
                                       "'",
                                       "=",
                                       "&",
                                       ";",
                                       "<!--",
                                       "-->",
                                       "--",
                                       "<b>",
                                       "</b>",
                                       "<b/>",
                                       "]]>",
                                       "<![CDATA[",
                                       "&lt;",
                                       "&#65;",
                                       "&#x;",
                                       "&#0;",
                                       "&bad;",
                                       " ",
                                       "\n",
                                       "\r",
                                       "\x01",
                                       "\xff",
                                       "\xC3",
                                       "\xEF\xBF\xBF",
                                       "xmlns=''",
                                       " a='1'",
                                       " a='1' a='2'",
                                       "p:",
                                       ":",
                                       "f:",
                                       "\xE2\x82\xAC"};

const support::Mangling printable{pieces, 3, ' ', '~'};

constexpr char separator = '\x01';  // between namespace and name; no text can hold it

// What both say of a text: its tags, their attributes and all characters.
struct Account {
  std::string text;
  bool isBeyond = false;  // holds what FHIR's XML does not have
};

void XMLCALL onStart(void* account, const XML_Char* name, const XML_Char** attributes) {
  std::string& text = static_cast<Account*>(account)->text;
  (text += "\n<") += std::string_view(name).substr(std::string_view(name).rfind(separator) + 1);
  for (; *attributes; attributes += 2) {
    const std::string_view written = attributes[0];
    (((text += ' ') += written.substr(written.rfind(separator) + 1)) += '=') += attributes[1];
  }
  text += '>';
}
void XMLCALL onEnd(void* account, const XML_Char*) {
  static_cast<Account*>(account)->text += "\n/";
}
void XMLCALL onText(void* account, const XML_Char* characters, int size) {
  static_cast<Account*>(account)->text.append(characters, static_cast<std::size_t>(size));
}
void XMLCALL onDoctype(void* account, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<Account*>(account)->isBeyond = true;
}
void XMLCALL onInstruction(void* account, const XML_Char*, const XML_Char*) {
  static_cast<Account*>(account)->isBeyond = true;
}
void XMLCALL onDeclaration(void* account, const XML_Char* version, const XML_Char* encoding, int) {
  if (version && std::string_view(version) != "1.0") static_cast<Account*>(account)->isBeyond = true;
  if (encoding && strcasecmp(encoding, "UTF-8") != 0) static_cast<Account*>(account)->isBeyond = true;
}

// No value when it is not well-formed.
std::optional<Account> expats(const std::string& text) {
  const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreateNS("UTF-8", separator),
                                                                       XML_ParserFree);
  Account account;
  XML_SetUserData(parser.get(), &account);
  XML_SetElementHandler(parser.get(), onStart, onEnd);
  XML_SetCharacterDataHandler(parser.get(), onText);
  XML_SetStartDoctypeDeclHandler(parser.get(), onDoctype);
  XML_SetProcessingInstructionHandler(parser.get(), onInstruction);
  XML_SetXmlDeclHandler(parser.get(), onDeclaration);
  if (XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), 1) != XML_STATUS_OK)
    return std::nullopt;
  return account;
}

// Text between tags as it is meant; in a CDATA section nothing is a reference.
std::string meant(std::string_view raw, bool hasReferences) {
  std::pmr::monotonic_buffer_resource arena;
  std::string text;
  for (std::size_t at = 0; at < raw.size();) {
    if (hasReferences && raw[at] == '&') {
      const std::size_t end = raw.find(';', at) + 1;
      text += *decodeAttribute(raw.substr(at, end - at), arena);
      at = end;
    } else if (raw[at] == '\r') {
      text += '\n';
      at += raw.substr(at).starts_with("\r\n") ? 2 : 1;
    } else {
      text += raw[at++];
    }
  }
  return text;
}

std::optional<std::string> ours(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (findCharacterFault(text)) return std::nullopt;
  std::pmr::monotonic_buffer_resource arena;
  Reader reader(text, arena);
  Token token;
  std::string all;
  std::size_t depth = 0;
  while (reader.next(token)) {
    if (token.kind == TokenKind::end) return all;
    if (token.kind == TokenKind::startTag) {
      ++depth;
      if (token.name.space == Namespace::undeclared) return std::nullopt;
      (all += "\n<") += token.name.local;
      for (const Attribute& each : reader.attributes()) {
        if (each.isRepeated || each.name.space == Namespace::undeclared) return std::nullopt;
        (((all += ' ') += each.name.local) += '=') += each.value;
      }
      all += '>';
    } else if (token.kind == TokenKind::endTag) {
      --depth;
      all += "\n/";
    } else if (token.kind == TokenKind::text && depth > 0) {
      all += meant(token.raw, true);
    } else if (token.kind == TokenKind::characterData) {
      all += meant(token.raw, false);
    }
  }
  return std::nullopt;
}

// What only one of the two refuses, for a good reason: reserved prefixes bound to other names, names in
// letters that no FHIR name has, references longer than any that says something.
bool isTold(const std::string& text) {
  return text.find("xmlns:xml") != std::string::npos || text.find("\xE2\x82\xAC") != std::string::npos ||
         text.find('\xC3') != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(expat_agrees_on_what_is_well_formed_and_what_it_says) {
  std::mt19937 random(20240229);
  std::size_t taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = support::mangled(
        std::string(seeds[static_cast<std::size_t>(i) % std::size(seeds)]), printable, random);
    const std::optional<Account> theirs = expats(text);
    const std::optional<std::string> own = ours(text);
    if (theirs && theirs->isBeyond) {
      BOOST_REQUIRE_MESSAGE(!own, text);
      continue;
    }
    if (isTold(text) && theirs.has_value() != own.has_value()) continue;
    BOOST_REQUIRE_MESSAGE(theirs.has_value() == own.has_value(), (own ? "only we take " : "only Expat takes ")
                                                                     << text);
    if (!own) continue;
    ++taken;
    BOOST_REQUIRE_MESSAGE(theirs->text == *own,
                          text << " is to Expat " << theirs->text << " and to us " << *own);
  }
  BOOST_TEST_MESSAGE(taken << " mangled texts were still well-formed");
  BOOST_TEST(taken > 1000U);
}
