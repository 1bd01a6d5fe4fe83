#include <boost/test/unit_test.hpp>
#include <string_view>

#include "fhir/markup/links.h"

using namespace fhir::markup;

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(a_link_leads_somewhere_and_runs_nothing) {
  for (const std::string_view good :
       {"http://example.org", "HTTPS://example.org/a:b", "mailto:a@example.org", "tel:+15551234", "#top",
        "Patient/1", "?a=b:c", "//example.org", "", "urn:oid:1.2"})
    BOOST_TEST(isSafeLink(good), good);
  for (const std::string_view bad :
       {"javascript:x()", "JavaScript:x()", " java\tscript\n:x()", "\x01javascript:x()", "vbscript:x",
        "data:text/html,<script>", "data:image/svg+xml,<svg/>", "file:///etc/passwd", "view-source:x",
        "blob:x", ":x", "livescript:x"})
    BOOST_TEST(!isSafeLink(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_picture_comes_from_the_text_the_resource_or_the_web) {
  for (const std::string_view good :
       {"data:image/png;base64,AA==", "data: image/png;base64,AA==", "#p1", "a.png",
        "https://example.org/a.png", "Binary/1", "urn:uuid:5f0b7a5e-0000-4000-8000-000000000001"})
    BOOST_TEST(isSafeSource(good), good);
  for (const std::string_view bad :
       {"javascript:x()", "data:text/html,x", "file:///a.png", "mailto:a", ":a", "ftp://example.org/a.png"})
    BOOST_TEST(!isSafeSource(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_style_only_describes) {
  for (const std::string_view good :
       {"", "color: red; border: 1px solid", "background: url(data:image/png;base64,AA//BB==)",
        "background: url('tbl.png')", "background-image: url( \"#p\" )"})
    BOOST_TEST(isSafeStyle(good), good);
  for (const std::string_view bad :
       {"background: url(http://example.org/a)", "background: URL( 'https://example.org/a' )",
        "background: url(//example.org/a)", "background: url(data:text/html,x)",
        "a: url(x); b: url(http://x)", "width: expression(alert(1))", "behavior: url(a.htc)",
        "-moz-binding: url(a.xml#b)", "a: javascript:x", "@import 'a.css'", "a: image-set('http://x' 1x)",
        "a: u\\72l(http://x)", "a: '/*'; b: url(http://x); '*/'", "a: ur/**/l(http://x)",
        "a: src('http://x')", "a: exp/**/ression(x)"})
    BOOST_TEST(!isSafeStyle(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
