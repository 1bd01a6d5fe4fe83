#define BOOST_TEST_MODULE markup
#include <boost/test/unit_test.hpp>
#include <memory_resource>
#include <string>
#include <string_view>

#include "fhir/markup/narrative.h"
#include "fhir/markup/reader.h"
#include "fhir/markup/references.h"

using namespace fhir::markup;

namespace {

// All tokens in short, or what is wrong.
std::string tokens(std::string_view text) {
  if (const auto fault = findCharacterFault(text)) return "fault: " + std::string(fault->reason);
  std::pmr::monotonic_buffer_resource arena;
  Reader reader(text, arena);
  Token token;
  std::string all;
  while (reader.next(token)) {
    switch (token.kind) {
      case TokenKind::startTag:
        (all += '<') += token.name.local;
        for (const Attribute& each : reader.attributes())
          ((((all += ' ') += each.name.local) += '=') += each.value) += each.isRepeated ? "!" : "";
        all += token.isSelfClosed ? "/>" : ">";
        break;
      case TokenKind::endTag:
        ((all += "</") += token.name.local) += '>';
        break;
      case TokenKind::text:
      case TokenKind::characterData:
        all += token.raw;
        break;
      case TokenKind::comment:
        ((all += '{') += token.raw) += '}';
        break;
      case TokenKind::end:
        return all;
    }
  }
  return "fault: " + std::string(reader.fault().reason);
}

Namespace rootSpace(std::string_view text) {
  std::pmr::monotonic_buffer_resource arena;
  Reader reader(text, arena);
  Token token;
  BOOST_REQUIRE(reader.next(token));
  return token.name.space;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reading)

BOOST_AUTO_TEST_CASE(a_document_is_its_tokens) {
  BOOST_TEST(tokens("<a/>") == "<a/></a>");
  BOOST_TEST(tokens("<?xml version='1.0' encoding=\"utf-8\" standalone='yes' ?>\n<a b = 'c'\n d=\"e\" "
                    ">t<!--u--></a >\n") == "\n<a b=c d=e>t{u}</a>\n");
  BOOST_TEST(tokens("<!-- x --><a>&lt;<![CDATA[<&]]></a><!---->") == "{ x }<a>&lt;<&</a>{}");
  BOOST_TEST(tokens("<a b='&lt;&#65;&#x42;&quot;&apos;&amp;lt;'/>") == "<a b=<AB\"'&lt;/></a>");
  BOOST_TEST(tokens("<a b='1\t2\n3\r\n4\r5&#9;&#xA;&#xD;'/>") == "<a b=1 2 3 4 5\t\n\r/></a>");
  BOOST_TEST(tokens("<a b='1' b='2'/>") == "<a b=1 b=2!/></a>");
}

BOOST_AUTO_TEST_CASE(names_stand_in_their_namespaces) {
  BOOST_CHECK(rootSpace("<a xmlns='http://hl7.org/fhir'/>") == Namespace::fhir);
  BOOST_CHECK(rootSpace("<f:a xmlns:f='http://hl7.org/fhir'/>") == Namespace::fhir);
  BOOST_CHECK(rootSpace("<a xmlns='http://hl7.org/FHIR'/>") == Namespace::other);
  BOOST_CHECK(rootSpace("<a xmlns:f='http://hl7.org/fhir'/>") == Namespace::none);
  BOOST_CHECK(rootSpace("<f:a/>") == Namespace::undeclared);
  BOOST_CHECK(rootSpace("<a xmlns='http://www.w3.org/1999/xhtml'/>") == Namespace::xhtml);
  BOOST_TEST(
      tokens(
          "<a xmlns:p='u' xmlns:q='http://hl7.org/fhir' xmlns:r='http://hl7.org/fhir' q:b='1' r:b='2'/>") ==
      "<a b=1 b=2!/></a>");
}

BOOST_AUTO_TEST_CASE(what_is_not_well_formed_or_not_fhirs_is_refused) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<a>";
    return text;
  };
  std::string attributes = "<a";
  std::string declarations;
  for (int i = 0; i < 65; ++i) {
    attributes += " b" + std::to_string(i) + "=''";
    declarations += "<a xmlns:b" + std::to_string(i) + "='u'>";
  }
  const struct {
    std::string text;
    std::string_view says;
  } cases[] = {
      {"", "without an element"},
      {"  ", "without an element"},
      {"a", "text outside"},
      {"<a/>b", "text outside"},
      {"<a/><b/>", "second root"},
      {"<a>", "before that of an element"},
      {"<a></b>", "does not match"},
      {"<a></A>", "does not match"},
      {"</a>", "does not match"},
      {"<a", "without an end"},
      {"<a b", "without a value"},
      {"<a b=>", "without quotes"},
      {"<a b='c", "without an end"},
      {"<a b='c'd='e'/>", "without a space"},
      {"<a b='<'/>", "a '<'"},
      {"<a b='&x;'/>", "begins no reference"},
      {"<a>&x;</a>", "begins no reference"},
      {"<a>&</a>", "begins no reference"},
      {"<a>&#0;</a>", "begins no reference"},
      {"<a>&#xD800;</a>", "begins no reference"},
      {"<a>&#x110000;</a>", "begins no reference"},
      {"<a>&#xFFFFFFFFFFFF;</a>", "begins no reference"},
      {"<a>]]></a>", "']]>'"},
      {"<a><!-- -- --></a>", "a comment"},
      {"<a><!-- </a>", "a comment"},
      {"<a><![CDATA[</a>", "CDATA section without an end"},
      {"<![CDATA[]]><a/>", "text outside"},
      {"<a><b<c/></a>", "without a space"},
      {"<a <b/>", "begins no attribute"},
      {"<1/>", "begins no tag"},
      {"<a:b:c/>", "begins no tag"},
      {"<:a/>", "begins no tag"},
      {"< a/>", "begins no tag"},
      {"<a><?php ?></a>", "processing instruction"},
      {"<?pi?><a/>", "processing instruction"},
      {" <?xml version='1.0'?><a/>", "processing instruction"},
      {"<?xml version='1.1'?><a/>", "another version"},
      {"<?xml encoding='utf-8'?><a/>", "another version"},
      {"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "other than UTF-8"},
      {"<?xml version='1.0' encoding='UTF-16'?><a/>", "other than UTF-8"},
      {"<?xml version='1.0' encoding=''?><a/>", "other than UTF-8"},
      {"<?xml version='1.0' standalone='maybe'?><a/>", "malformed"},
      {"<?xml version='1.0'", "without an end"},
      {"<!DOCTYPE a><a/>", "DOCTYPE"},
      {"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "DOCTYPE"},
      {"<a><!ELEMENT b></a>", "DOCTYPE"},
      {"<a xmlns:p=''/>", "for no namespace"},
      {"<a xmlns='u' xmlns='v'/>", "stands twice"},
      {"<a xmlns:xml='u'/>", "reserved prefix"},
      {"<a xmlns:xmlns='u'/>", "reserved prefix"},
      {"<a>\x01</a>", "control character"},
      {std::string("<a>\0</a>", 8), "control character"},
      {"<a>\xFF</a>", "not UTF-8"},
      {"<a>\xC0\x80</a>", "not UTF-8"},
      {"<a>\xED\xA0\x80</a>", "not UTF-8"},
      {"\xFF\xFE<", "not UTF-8"},
      {"<a>\xEF\xBF\xBE</a>", "U+FFFE"},
      {nested(100'000), "512 deep"},
      {attributes + "/>", "64 attributes"},
      {declarations, "64 namespace declarations"},
  };
  for (const auto& each : cases) {
    const std::string found = tokens(each.text);
    BOOST_TEST((found.starts_with("fault: ") && found.find(each.says) != std::string::npos),
               each.text.substr(0, 80) << " gives: " << found);
  }
}

BOOST_AUTO_TEST_CASE(a_fault_has_its_place) {
  constexpr std::string_view text = "<a>\n <b>\n</c>";
  std::pmr::monotonic_buffer_resource arena;
  Reader reader(text, arena);
  Token token;
  while (reader.next(token)) continue;
  const Position position = positionOf(text, reader.fault().offset);
  BOOST_TEST(position.line == 3);
  BOOST_TEST(position.column == 1);
}

BOOST_AUTO_TEST_CASE(what_is_written_reads_back) {
  const std::string value = "<a & \"b\" 'c'>\t\r\n]]>\xC3\xA9";
  std::string text = "<a b=\"";
  appendAttributeValue(value, text);
  text += "\"/>";
  BOOST_TEST(tokens(text) == "<a b=" + value + "/></a>");
}

BOOST_AUTO_TEST_SUITE_END()
