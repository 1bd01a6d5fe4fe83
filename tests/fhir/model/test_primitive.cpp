#include <boost/test/unit_test.hpp>

#include "fhir/model/primitive.h"

using namespace fhir;

namespace {

struct Case {
  Primitive type;
  std::string_view text;
  bool valid;
};

constexpr Case cases[] = {
    {Primitive::date, "2015", true},
    {Primitive::date, "2015-02", true},
    {Primitive::date, "2015-02-28", true},
    {Primitive::date, "2016-02-29", true},
    {Primitive::date, "2000-02-29", true},
    {Primitive::date, "1900-02-29", false},
    {Primitive::date, "2015-02-29", false},
    {Primitive::date, "2015-02-30", false},
    {Primitive::date, "2015-04-31", false},
    {Primitive::date, "2015-13", false},
    {Primitive::date, "2015-00", false},
    {Primitive::date, "2015-1-1", false},
    {Primitive::date, "0000", false},
    {Primitive::date, "15", false},
    {Primitive::date, "2015-02-07 ", false},
    {Primitive::date, "2015-02-07T13:28:17Z", false},
    {Primitive::date, "-2015", false},
    {Primitive::dateTime, "2015", true},
    {Primitive::dateTime, "2015-02-07", true},
    {Primitive::dateTime, "2015-02-07T13:28:17Z", true},
    {Primitive::dateTime, "2015-02-07T13:28:17.239-05:30", true},
    {Primitive::dateTime, "2015-02-07T13:28:60Z", true},
    {Primitive::dateTime, "2015-02-07T13:28:17+14:00", true},
    {Primitive::dateTime, "2015-02-07T13:28:17+14:01", false},
    {Primitive::dateTime, "2015-02-07T13:28:17", false},
    {Primitive::dateTime, "2015-02-07T13:28Z", false},
    {Primitive::dateTime, "2015-02-07T24:00:00Z", false},
    {Primitive::dateTime, "2015-02-07T13:28:17.Z", false},
    {Primitive::dateTime, "2015-02-30T13:28:17Z", false},
    {Primitive::dateTime, "2015-02T13:28:17Z", false},
    {Primitive::dateTime, "2015-02-07 13:28:17Z", false},
    {Primitive::dateTime, "2015-02-07T", false},
    {Primitive::instant, "2015-02-07T13:28:17.239+02:00", true},
    {Primitive::instant, "2015-02-07T13:28:17Z", true},
    {Primitive::instant, "2015-02-07", false},
    {Primitive::instant, "2015-02-07T13:28:17", false},
    {Primitive::time, "14:35:00", true},
    {Primitive::time, "14:35:00.5", true},
    {Primitive::time, "14:35", false},
    {Primitive::time, "24:00:00", false},
    {Primitive::time, "14:35:00Z", false},
    {Primitive::integer, "0", true},
    {Primitive::integer, "-2147483648", true},
    {Primitive::integer, "2147483647", true},
    {Primitive::integer, "2147483648", false},
    {Primitive::integer, "-2147483649", false},
    {Primitive::integer, "1.0", false},
    {Primitive::integer, "1e3", false},
    {Primitive::integer, "01", false},
    {Primitive::integer, "+1", false},
    {Primitive::integer, "", false},
    {Primitive::integer, "-", false},
    {Primitive::unsignedInt, "0", true},
    {Primitive::unsignedInt, "-1", false},
    {Primitive::positiveInt, "1", true},
    {Primitive::positiveInt, "0", false},
    {Primitive::positiveInt, "99999999999999999999", false},
    {Primitive::decimal, "1.50", true},
    {Primitive::decimal, "-0.001e-10", true},
    {Primitive::decimal, "123456789012345678901234567890.123456789", true},
    {Primitive::decimal, "1.", false},
    {Primitive::decimal, ".5", false},
    {Primitive::decimal, "00.5", false},
    {Primitive::decimal, "NaN", false},
    {Primitive::decimal, "9.99e+300", true},
    {Primitive::decimal, "10e300", false},
    {Primitive::decimal, "1E301", false},
    {Primitive::decimal, "1e18446744073709551617", false},
    {Primitive::decimal, "1e-18446744073709551617", true},
    {Primitive::boolean, "true", true},
    {Primitive::boolean, "True", false},
    {Primitive::code, "final", true},
    {Primitive::code, "entered in error", true},
    {Primitive::code, " final", false},
    {Primitive::code, "final ", false},
    {Primitive::code, "in  error", false},
    {Primitive::code, "", false},
    {Primitive::code, "a\x01", false},
    {Primitive::id, "a-1.B", true},
    {Primitive::id, "a_1", false},
    {Primitive::id, "a b", false},
    {Primitive::id, "", false},
    {Primitive::id, "1234567890123456789012345678901234567890123456789012345678901234", true},
    {Primitive::id, "12345678901234567890123456789012345678901234567890123456789012345", false},
    {Primitive::oid, "urn:oid:1.2.3", true},
    {Primitive::oid, "urn:oid:2.16.840.1.113883", true},
    {Primitive::oid, "1.2.3", false},
    {Primitive::oid, "urn:oid:3.2", false},
    {Primitive::oid, "urn:oid:1", false},
    {Primitive::oid, "urn:oid:1.02", false},
    {Primitive::oid, "urn:oid:1.2.", false},
    {Primitive::uuid, "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", true},
    {Primitive::uuid, "urn:uuid:C757873D-ec9a-4326-a141-556f43239520", false},
    {Primitive::uuid, "c757873d-ec9a-4326-a141-556f43239520", false},
    {Primitive::uri, "http://example.org/a?b=c#d", true},
    {Primitive::uri, "urn:ietf:rfc:3986", true},
    {Primitive::uri, "Patient/1", true},
    {Primitive::uri, "http://example.org/a b", false},
    {Primitive::uri, " http://example.org", false},
    {Primitive::canonical, "http://example.org/a|1.0", true},
    {Primitive::url, "a\tb", false},
    {Primitive::base64Binary, "aGVhbHRo", true},
    {Primitive::base64Binary, "aGVh bHRo\n", true},
    {Primitive::base64Binary, "aGVhbA==", true},
    {Primitive::base64Binary, "aGVhbA=", false},
    {Primitive::base64Binary, "aGVh=HRo", false},
    {Primitive::base64Binary, "a===", false},
    {Primitive::base64Binary, "aGVh*HRo", false},
    {Primitive::base64Binary, "", false},
    {Primitive::string, "a", true},
    {Primitive::string, " tab\tand\r\nlines ", true},
    {Primitive::string, "bell\x07", false},
    {Primitive::string, "", false},
    {Primitive::markdown, "# Title\n", true},
    {Primitive::xhtml, "<div xmlns='http://www.w3.org/1999/xhtml'>\n</div>", true},
    {Primitive::xhtml, "<div>no namespace</div>", false},
    {Primitive::xhtml, "<div xmlns='http://www.w3.org/1999/xhtml'><script/></div>", false},
    {Primitive::xhtml, "", false},
};

}  // namespace

BOOST_AUTO_TEST_CASE(each_primitive_takes_what_the_specification_allows_and_nothing_else) {
  for (const Case& each : cases)
    BOOST_TEST(isValid(each.type, each.text) == each.valid, "type " << static_cast<int>(each.type) << ": \""
                                                                    << each.text << "\" must be "
                                                                    << (each.valid ? "valid" : "refused"));
}

BOOST_AUTO_TEST_CASE(strings_end_at_one_mebibyte) {
  BOOST_TEST(isValid(Primitive::string, std::string(maxStringSize, 'x')));
  BOOST_TEST(!isValid(Primitive::string, std::string(maxStringSize + 1, 'x')));
  BOOST_TEST(!isValid(Primitive::markdown, std::string(maxStringSize + 1, 'x')));
}

BOOST_AUTO_TEST_CASE(every_primitive_says_what_a_value_looks_like) {
  for (int i = 1; i <= static_cast<int>(Primitive::xhtml); ++i)
    BOOST_TEST(!describe(static_cast<Primitive>(i)).empty());
  BOOST_TEST((describe(Primitive::dateTime).find("2015-02-07T13:28:17+02:00") != std::string_view::npos));
  BOOST_TEST((describe(Primitive::string) == describe(Primitive::markdown)));
  BOOST_TEST((describe(Primitive::unsignedInt).find("from 0") != std::string_view::npos));
}
