#define BOOST_TEST_MODULE model
#include <boost/test/unit_test.hpp>

#include "fhir/model/resource.h"

using namespace fhir;

namespace {

Resource make(std::string_view type) {
  return Resource(*findResourceType(type));
}

std::string names(const Element& element) {
  std::string text;
  for (const Element* each = element.firstChild; each; each = each->next)
    text += std::string(each->name()) + " ";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(elements_stand_in_canonical_order_whatever_the_order_of_appending) {
  Resource patient = make("Patient");
  patient.appendText(patient.root(), "birthDate", "1974-12-25");
  patient.require(patient.root(), "meta");
  Element& second = patient.append(patient.root(), *patient.type().find("name"));
  patient.appendText(patient.root(), "id", "p1");
  Element& third = patient.append(patient.root(), *patient.type().find("name"));
  patient.appendText(patient.root(), "active", "true");
  BOOST_TEST(names(patient.root()) == "id meta active name name birthDate ");
  BOOST_TEST(second.nextSame() == &third);
  BOOST_TEST(third.nextSame() == nullptr);
  BOOST_TEST(patient.root().lastChild->name() == "birthDate");
  BOOST_TEST(patient.id() == "p1");
}

BOOST_AUTO_TEST_CASE(paths_name_array_items_by_index_and_choices_by_their_element) {
  Resource patient = make("Patient");
  Element& name = patient.append(patient.root(), *patient.type().find("name"));
  patient.appendText(name, "given", "Ann");
  BOOST_TEST(patient.appendText(name, "given", "Lee").path() == "Patient.name[0].given[1]");
  BOOST_TEST(patient.appendText(patient.root(), "deceasedBoolean", "false").path() == "Patient.deceased");
  Element& contained =
      patient.append(patient.root(), *patient.type().find("contained"), findType("Observation"));
  BOOST_TEST(patient.appendText(contained, "status", "final").path() == "Patient.contained[0].status");
  BOOST_TEST(contained.type == findType("Observation"));
}

BOOST_AUTO_TEST_CASE(a_single_element_is_set_again_and_a_repeating_one_added) {
  Resource patient = make("Patient");
  patient.appendText(patient.root(), "gender", "male");
  patient.appendText(patient.root(), "gender", "female");
  BOOST_TEST(names(patient.root()) == "gender ");
  BOOST_TEST(patient.root().childText("gender") == "female");
  BOOST_TEST(&patient.require(patient.root(), "gender") == patient.root().child("gender"));
}

BOOST_AUTO_TEST_CASE(removing_any_of_several_elements_keeps_the_list_whole) {
  for (int removed = 0; removed < 3; ++removed) {
    Resource patient = make("Patient");
    Element* names[3];
    for (Element*& each : names) each = &patient.append(patient.root(), *patient.type().find("name"));
    patient.remove(*names[removed]);
    BOOST_TEST(patient.root().firstChild == names[removed == 0 ? 1 : 0]);
    BOOST_TEST(patient.root().lastChild == names[removed == 2 ? 1 : 2]);
    patient.appendText(patient.root(), "gender", "other");
    BOOST_TEST(patient.root().lastChild->name() == "gender");
  }
}

BOOST_AUTO_TEST_CASE(a_clone_is_equal_and_independent) {
  Resource patient = make("Patient");
  Element& name = patient.append(patient.root(), *patient.type().find("name"));
  patient.appendText(name, "family", "Chalmers");
  Element& birthDate = patient.require(patient.root(), "birthDate");
  Element& extension = patient.append(birthDate, *birthDate.type->find("extension"));
  patient.appendText(extension, "url", "http://example.org/unknown");
  Resource copy = patient.clone();
  patient.setText(*name.firstChild, "Changed");
  BOOST_TEST(copy.root().child("name")->childText("family") == "Chalmers");
  const Element* copied = copy.root().child("birthDate");
  BOOST_REQUIRE(copied);
  BOOST_TEST(!copied->hasValue());
  BOOST_TEST(copied->child("extension")->childText("url") == "http://example.org/unknown");
}

BOOST_AUTO_TEST_CASE(a_moved_resource_keeps_its_elements) {
  Resource patient = make("Patient");
  const Element* gender = &patient.appendText(patient.root(), "gender", "male");
  Resource moved = std::move(patient);
  BOOST_TEST(moved.root().child("gender") == gender);
  BOOST_TEST(gender->parent == &moved.root());
}

BOOST_AUTO_TEST_CASE(an_empty_text_is_a_value_and_no_text_is_none) {
  Resource patient = make("Patient");
  BOOST_TEST(!patient.require(patient.root(), "gender").hasValue());
  BOOST_TEST(patient.appendText(patient.root(), "gender", "").hasValue());
}
