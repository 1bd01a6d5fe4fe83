// pkcs11: URIs (RFC 7512): what is taken, and what is said of the rest.
#include <boost/test/unit_test.hpp>
#include <utility>
#include <vector>

#include "src/keys/pkcs11_uri.h"

using keys::parsePkcs11Uri;
using keys::versionOf;

BOOST_AUTO_TEST_SUITE(pkcs11_uris)

BOOST_AUTO_TEST_CASE(attributes_come_in_any_order_and_are_decoded) {
  const auto uri = parsePkcs11Uri(
      "object=hv-kek;id=%00%ff1;token=The%20software%20PKCS%2311?pin-source=file:///etc/pin&module-path=/"
      "a%2Fb.so");
  BOOST_REQUIRE(uri.ok());
  BOOST_TEST(uri->token == "The software PKCS#11");
  BOOST_TEST(uri->object == "hv-kek");
  BOOST_TEST(uri->id == std::string("\0\xFF"
                                    "1",
                                    3));
  BOOST_TEST(uri->modulePath == "/a/b.so");
  BOOST_TEST(uri->pinSource == "/etc/pin");
}

BOOST_AUTO_TEST_CASE(a_pin_source_is_the_path_of_a_file) {
  const auto source = [](const std::string& text) {
    const auto uri = parsePkcs11Uri("token=t;object=o?module-path=/x.so&pin-source=" + text);
    return uri.ok() ? uri->pinSource : "refused";
  };
  BOOST_TEST(source("/etc/pin") == "/etc/pin");
  BOOST_TEST(source("file:/etc/pin") == "/etc/pin");
  BOOST_TEST(source("file:///etc/pin") == "/etc/pin");
  for (const char* text : {"pin", "file:pin", "file://host/pin", "%7C/bin/pin", "https://pin", "//host/pin"})
    BOOST_TEST(source(text) == "refused", text);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named) {
  for (const auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
           {"", "needs token="},
           {"token=t?module-path=/x", "needs object="},
           {"object=o?module-path=/x", "needs token="},
           {"token=t;object=o", "needs ?module-path="},
           {"token=t;object=o?module-path=x.so", "needs ?module-path="},
           {"token=t;object=a%20b?module-path=/x", "needs object=LABEL, of printable ASCII"},
           {"token=t;object=a%C3%A4?module-path=/x", "needs object=LABEL, of printable ASCII"},
           {"token=123456789012345678901234567890123;object=o?module-path=/x", "up to 32 bytes"},
           {"token=t;token=u;object=o?module-path=/x", "has the attribute token twice"},
           {"token=t;object=o;slot-id=1?module-path=/x", "has the attribute slot-id;"},
           {"token=t;object=o;module-path=/x", "has the attribute module-path;"},
           {"token=t;object=o?module-path=/x&token=u", "has the attribute token after the '?';"},
           {"token=t;object=o?module-path=/x&pin-value=1234", "has a pin-value"},
           {"token=;object=o?module-path=/x", "has no proper value of token"},
           {"token;object=o?module-path=/x", "has no proper value of token"},
           {"token=%4;object=o?module-path=/x", "has no proper value of token"},
           {"token=%zz;object=o?module-path=/x", "has no proper value of token"},
           {"token=%-1;object=o?module-path=/x", "has no proper value of token"}}) {
    const auto uri = parsePkcs11Uri(text);
    BOOST_REQUIRE_MESSAGE(!uri.ok(), text);
    const std::string said = uri.outcome().issues().front().diagnostics;
    BOOST_TEST(said.find(words) != std::string::npos, said);
    BOOST_TEST(said.find("1234 ") == std::string::npos, said);
  }
}

BOOST_AUTO_TEST_CASE(versions_of_an_object_are_numbered) {
  BOOST_TEST(versionOf("kek", "kek").value_or(99) == 0U);
  BOOST_TEST(versionOf("kek.1", "kek").value_or(99) == 1U);
  BOOST_TEST(versionOf("kek.20260101", "kek").value_or(99) == 20260101U);
  BOOST_TEST(versionOf("kek.1.2", "kek.1").value_or(99) == 2U);
  for (const char* label :
       {"", "ke", "kek.", "kek.0", "kek.01", "kek.x", "kek.1x", "kek.-1", "kek1", "kek.1.2", "kek.999999999"})
    BOOST_TEST(!versionOf(label, "kek").has_value(), label);
}

BOOST_AUTO_TEST_SUITE_END()
