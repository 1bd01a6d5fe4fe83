#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "fhir/markup/narrative.h"

using namespace fhir::markup;

namespace {

std::string div(std::string_view inner) {
  return "<div xmlns=\"http://www.w3.org/1999/xhtml\">" + std::string(inner) + "</div>";
}

// What is wrong with it; empty when nothing is.
std::string_view fault(std::string_view xhtml) {
  const NarrativeFindings findings = checkNarrative(xhtml);
  return findings.fault ? findings.fault->reason : std::string_view{};
}

struct Case {
  std::string text;
  std::string_view says;  // part of the reason
};

}  // namespace

BOOST_AUTO_TEST_SUITE(narratives)

BOOST_AUTO_TEST_CASE(formatted_text_is_taken) {
  for (const std::string_view inner :
       {"<p>Hello <b>you</b> &amp; me<br/></p><!-- note --><table class='x'><tr><td>1</td></tr></table>",
        "<a href=\"https://example.org\">x</a><img src=\"data:image/png;base64,AA==\" alt=\"a\"/>",
        "<p style=\"color: red\" xml:lang=\"en\" title='&lt;script>'>&#233;&#xE9;</p>", "&lt;script&gt;",
        "a\r\nb"})
    BOOST_TEST(fault(div(inner)) == "", inner);
  BOOST_TEST(fault("  <div xmlns='http://www.w3.org/1999/xhtml'>a</div>\n<!-- end -->") == "");
  BOOST_TEST(fault(div("<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>")) == "");
}

BOOST_AUTO_TEST_CASE(what_acts_is_refused) {
  const Case cases[] = {
      {div("<script>1</script>"), "no scripts"},
      {div("<SCRIPT>1</SCRIPT>"), "no scripts"},
      {div("<p onclick=\"x()\">a</p>"), "event handlers"},
      {div("<p onmouseover='x()'>a</p>"), "event handlers"},
      {div("<a href=\"javascript:x()\">a</a>"), "runs code"},
      {div("<a href=\" java&#115;cript:x\">a</a>"), "runs code"},
      {div("<a href=\"java&#x0A;script&#x3a;x\">a</a>"), "runs code"},
      {div("<a href=\"data:text/html,x\">a</a>"), "runs code"},
      {div("<q cite=\"javascript:x\">a</q>"), "runs code"},
      {div("<img src=\"javascript:x\"/>"), "a picture"},
      {div("<p style=\"background:url(http://example.org)\">a</p>"), "a style"},
      {div("<p style=\"width:expression(x)\">a</p>"), "a style"},
      {div("<iframe src=\"/\"/>a"), "frames"},
      {div("<object/>a"), "objects"},
      {div("<form>a</form>"), "forms"},
      {div("<input/>"), "forms"},
      {div("<style>p{}</style>"), "may not have"},
      {div("<link rel='stylesheet' href='a.css'/>"), "may not have"},
      {div("<base href='http://example.org'/>"), "may not have"},
      {div("<meta/>"), "may not have"},
      {div("<svg><script/></svg>"), "may not have"},
      {div("<svg xmlns='http://www.w3.org/2000/svg'/>"), "outside the namespace"},
      {div("<video/>"), "media"},
      {div("<a target='_blank' href='#a'>a</a>"), "an attribute"},
      {div("<p xml:base='http://example.org'>a</p>"), "an attribute"},
      {div("<h:p xmlns:h='http://www.w3.org/1999/xhtml'>a</h:p>"), "prefix"},
      {div("<p xmlns:h='http://example.org'>a</p>"), "prefix"},
      {div("<![CDATA[<script>]]>"), "CDATA"},
      {div("<!--><script>x</script>-->"), "HTML ends sooner"},
      {div("<!---><b>-->"), "HTML ends sooner"},
  };
  for (const Case& each : cases)
    BOOST_TEST((fault(each.text).find(each.says) != std::string_view::npos),
               each.text << ": " << fault(each.text));
}

BOOST_AUTO_TEST_CASE(what_is_not_one_well_formed_div_is_refused) {
  const Case cases[] = {
      {"", "without an element"},
      {"text", "outside the root"},
      {"<p xmlns=\"http://www.w3.org/1999/xhtml\">a</p>", "one <div>"},
      {"<div>a</div>", "namespace of XHTML"},
      {"<div xmlns=\"http://hl7.org/fhir\">a</div>", "namespace of XHTML"},
      {div("a") + div("b"), "second root"},
      {div("<p>a"), "does not match"},
      {div("a</p>"), "does not match"},
      {div("<p a=b>a</p>"), "without quotes"},
      {div("<p class='a' class='b'>a</p>"), "stands twice"},
      {div("<p style=>a</p>"), "without quotes"},
      {div("a & b"), "begins no reference"},
      {div("a&nbsp;b"), "begins no reference"},
      {div("<!doctype x>a"), "DOCTYPE"},
      {"<!DOCTYPE div>" + div("a"), "DOCTYPE"},
      {"<?xml version=\"1.0\"?>" + div("a"), "declaration"},
      {div("<?php x ?>"), "processing instruction"},
      {div("a\x01"), "control character"},
      {div("\xC3"), "not UTF-8"},
      {div("\xEF\xBF\xBF"), "U+FFFF"},
  };
  for (const Case& each : cases)
    BOOST_TEST((fault(each.text).find(each.says) != std::string_view::npos),
               each.text << ": " << fault(each.text));
}

BOOST_AUTO_TEST_CASE(a_narrative_ends_somewhere) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<b>";
    text += 'x';
    for (std::size_t i = 0; i < depth; ++i) text += "</b>";
    return div(text);
  };
  BOOST_TEST(fault(nested(maxNarrativeNesting - 1)) == "");
  BOOST_TEST((fault(nested(maxNarrativeNesting)).find("200 deep") != std::string_view::npos));
  BOOST_TEST((fault(nested(100'000)).find("200 deep") != std::string_view::npos));
}

BOOST_AUTO_TEST_CASE(content_is_text_or_a_picture) {
  BOOST_TEST(checkNarrative(div("a")).hasContent);
  BOOST_TEST(checkNarrative(div("<p><img src='#a'/></p>")).hasContent);
  BOOST_TEST(checkNarrative(div("&#x20;")).hasContent);
  BOOST_TEST(!checkNarrative(div(" \n\t")).hasContent);
  BOOST_TEST(!checkNarrative(div("<p><!-- a --></p><br/>")).hasContent);
}

BOOST_AUTO_TEST_CASE(carriage_returns_come_through_xml) {
  const std::string json = div("a\r\nb\rc<p title='x'>\r</p>");
  std::string xml;
  appendNarrativeToXml(json, xml);
  BOOST_TEST(xml == div("a&#x000D;\nb&#x000D;c<p title='x'>&#x000D;</p>"));
  BOOST_TEST(narrativeFromXml(xml) == json);
  BOOST_TEST(narrativeFromXml(div("a\r\nb\rc&amp;&#xE9;&")) == div("a\nb\nc&amp;&#xE9;&"));
}

BOOST_AUTO_TEST_CASE(carriage_returns_around_the_div_are_no_text_in_xml) {
  for (const std::string& json :
       {"\r\n" + div("a"), div("a") + "\r", "<!-- \r -->\r" + div("a") + "\r\n<!-- b -->\r"}) {
    BOOST_TEST(!checkNarrative(json).fault);
    std::string xml;
    appendNarrativeToXml(json, xml);
    BOOST_TEST(xml == div("a"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
