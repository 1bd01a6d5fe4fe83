// Whom a person may choose as the patient of an app.
#include "src/smart/people/care_patients.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/smart/people/fixture.h"

using people::Role;

namespace {

struct CareFixture : fixture::PeopleFixture {
  CareFixture() {
    user("asha@clinic.example");
    user("doc@clinic.example", Role::doctor);
    user("chief@clinic.example", Role::admin);
    database.run("UPDATE patient_profile SET full_name = 'Asha Devi', dob = '1990-02-03'");
    database.run(
        "INSERT INTO patient_profile (fhir_id, full_name) VALUES ('binod', 'Binod Kumar'), ('meera', 'Meera "
        "Kumari'), "
        "('nameless', NULL), ('gone', 'Gone Kumar'), ('stranger', 'Stranger Kumar')");
    database.run("UPDATE patient_profile SET is_deleted = true WHERE fhir_id = 'gone'");
  }
  people::Person who(const std::string& email) { return person(attempt(email)); }
  std::string found(const people::Person& person, std::string_view text = "", std::size_t most = 10) {
    const auto choices = patients.find(server, person, {"192.0.2.7", {}}, text, most);
    if (!choices) BOOST_FAIL(choices.outcome().toJson());
    std::string out;
    for (const people::PatientChoice& choice : *choices)
      out += (out.empty() ? "" : ", ") + (choice.name.empty() ? choice.id : choice.name);
    return out;
  }
  bool has(const people::Person& person, std::string_view id) {
    const auto choice = patients.get(server, person, {"192.0.2.7", {}}, id);
    if (!choice) BOOST_FAIL(choice.outcome().toJson());
    return choice->has_value();
  }
  void inCare(const std::string& fhirId, const std::string& more = "") {
    database.run("INSERT INTO care_relationships (patient_id, doctor_id, source, starts_at" +
                 std::string(more.empty() ? "" : ", ends_at") +
                 ") SELECT p.id, d.id, 'assigned', now() - interval '2 days'" + more +
                 " FROM patient_profile p, doctor_profile d WHERE p.fhir_id = '" + fhirId + "'");
  }
  void grants(const std::string& fhirId, const std::string& starts) {
    database.run("INSERT INTO patient_grants (holder, patient_id, starts_at) SELECT h.id, p.id, " + starts +
                 " FROM patient_profile h, patient_profile p WHERE h.user_id IS NOT NULL AND p.fhir_id = '" +
                 fhirId + "'");
  }

  people::CarePatients patients;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(care_patients, CareFixture)

BOOST_AUTO_TEST_CASE(a_patient_has_herself_and_who_has_granted_it) {
  const people::Person asha = who("asha@clinic.example");
  BOOST_TEST(found(asha) == "Asha Devi");
  grants("binod", "now() - interval '1 day'");
  grants("gone", "now() - interval '1 day'");
  grants("meera", "now() + interval '1 day'");
  BOOST_TEST(found(asha) == "Asha Devi, Binod Kumar");
  BOOST_TEST(has(asha, "binod"));
  BOOST_TEST(has(asha, asha.id));
  BOOST_TEST(!has(asha, "meera"));
  BOOST_TEST(!has(asha, "gone"));
  database.run("UPDATE patient_grants SET revoked_at = now()");
  BOOST_TEST(found(asha) == "Asha Devi");
  BOOST_TEST(!has(asha, "binod"));
}

BOOST_AUTO_TEST_CASE(a_doctor_has_those_in_care_now) {
  const people::Person doctor = who("doc@clinic.example");
  BOOST_TEST(found(doctor).empty());
  inCare("binod");
  inCare("meera");
  inCare("nameless");
  inCare("gone");
  inCare("stranger", ", now() - interval '1 day'");
  BOOST_TEST(found(doctor) == "Binod Kumar, Meera Kumari, nameless");
  BOOST_TEST(found(doctor, "", 2) == "Binod Kumar, Meera Kumari");
  BOOST_TEST(!has(doctor, "stranger"));
  database.run(
      "UPDATE care_relationships SET revoked_at = now() WHERE patient_id = (SELECT id FROM patient_profile "
      "WHERE fhir_id = 'binod')");
  BOOST_TEST(!has(doctor, "binod"));
  BOOST_TEST(has(doctor, "meera"));
}

BOOST_AUTO_TEST_CASE(a_name_is_found_by_its_words_in_any_order_and_case) {
  const people::Person doctor = who("doc@clinic.example");
  for (const char* id : {"binod", "meera", "nameless"}) inCare(id);
  BOOST_TEST(found(doctor, "KUMAR") == "Binod Kumar, Meera Kumari");
  BOOST_TEST(found(doctor, "kumari  mee") == "Meera Kumari");
  BOOST_TEST(found(doctor, "%").empty());
  BOOST_TEST(found(doctor, "'; DROP TABLE users --").empty());
  BOOST_TEST(found(doctor, std::string_view("a\0b", 3)).empty());
  BOOST_TEST(!has(doctor, std::string_view("meera\0", 6)));
}

BOOST_AUTO_TEST_CASE(who_was_shown_is_in_the_trail) {
  const auto rows = [&] {
    return database.run(
        "SELECT string_agg(concat_ws(' ', l.person_type, l.address, l.interaction, l.resource_type, "
        "l.outcome, "
        "(SELECT string_agg(p.fhir_id, ',' ORDER BY p.fhir_id) FROM patient_profile p WHERE p.id = ANY "
        "(l.patients))), '; ' ORDER BY l.position) FROM audit_logs l JOIN users u ON u.id = l.actor_user_id "
        "WHERE l.action = 'choices shown' AND u.email = 'doc@clinic.example'");
  };
  const people::Person doctor = who("doc@clinic.example");
  found(doctor);
  has(doctor, "binod");
  BOOST_TEST(rows() == "");
  inCare("binod");
  inCare("meera");
  found(doctor, "kumar");
  has(doctor, "meera");
  BOOST_TEST(rows() ==
             "Practitioner 192.0.2.7 page Patient success binod,meera; Practitioner 192.0.2.7 page Patient "
             "success meera");
}

BOOST_AUTO_TEST_CASE(an_administrator_has_nobody) {
  const people::Person admin = who("chief@clinic.example");
  BOOST_TEST(found(admin).empty());
  BOOST_TEST(!has(admin, "binod"));
}

BOOST_AUTO_TEST_SUITE_END()
