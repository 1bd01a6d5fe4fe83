#include "fhir/search/reference_link.h"

#include <boost/test/unit_test.hpp>
#include <string>

using fhir::search::isId;
using fhir::search::referenceLink;
using Kind = fhir::search::ReferenceLink::Kind;

BOOST_AUTO_TEST_SUITE(reference_links)

namespace {

struct Row {
  const char* text;
  Kind kind;
  const char* type;
  const char* id;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_reference_is_local_absolute_a_fragment_or_none_of_them) {
  const Row rows[] = {
      {"Patient/1", Kind::local, "Patient", "1"},
      {"Patient/1/_history/2", Kind::local, "Patient", "1"},
      {"http://here/fhir/Patient/1", Kind::local, "Patient", "1"},
      {"http://here/fhir/Patient/1/_history/7", Kind::local, "Patient", "1"},
      {"http://here/fhirother/Patient/1", Kind::absolute, "Patient", "1"},
      {"http://here/fhir/x/Patient/1", Kind::absolute, "", ""},
      {"http://here/fhir//Patient/1", Kind::absolute, "", ""},
      {"http://here/fhir", Kind::absolute, "", ""},
      {"https://there/Patient/1", Kind::absolute, "Patient", "1"},
      {"https://there/Patient?id=/Patient/1", Kind::absolute, "", ""},
      {"urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7", Kind::absolute, "", ""},
      {"http://hl7.org/fhir/ValueSet/x|4.0", Kind::absolute, "", ""},
      {"#p1", Kind::fragment, "", "p1"},
      {"#", Kind::fragment, "", ""},
      {"", Kind::other, "", ""},
      {"Patient", Kind::other, "", ""},
      {"/Patient/1", Kind::other, "", ""},
      {"x/Patient/1", Kind::other, "", ""},
      {"../Patient/1", Kind::other, "", ""},
      {"Person1/1", Kind::other, "", ""},
      {"Resource/1", Kind::other, "", ""},
      {"Patient/a_b", Kind::other, "", ""},
      {"Patient/", Kind::other, "", ""},
      {"Patient/1/_history/", Kind::other, "", ""},
      {"Practitioner?identifier=a|b", Kind::other, "", ""},
  };
  for (const auto& row : rows) {
    for (const char* base : {"http://here/fhir", "http://here/fhir/"}) {
      const auto link = referenceLink(row.text, base);
      BOOST_TEST(static_cast<int>(link.kind) == static_cast<int>(row.kind), row.text);
      BOOST_TEST(link.type == row.type, row.text);
      BOOST_TEST(link.id == row.id, row.text);
    }
  }
  BOOST_TEST(referenceLink("Patient/1/_history/2", "").version == "2");
  BOOST_TEST((referenceLink("http://here/Patient/1", "").kind == Kind::absolute));
}

BOOST_AUTO_TEST_CASE(an_id_has_1_to_64_of_its_characters) {
  BOOST_TEST(isId("a"));
  BOOST_TEST(isId("A-z.0-9"));
  BOOST_TEST(isId(std::string(64, 'x')));
  BOOST_TEST(!isId(std::string(65, 'x')));
  BOOST_TEST(!isId(""));
  BOOST_TEST(!isId("a_b"));
  BOOST_TEST(!isId("a/b"));
  BOOST_TEST(!isId("ä"));
}

BOOST_AUTO_TEST_SUITE_END()
