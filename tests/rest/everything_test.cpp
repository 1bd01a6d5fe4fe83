// Patient/$everything.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

#include "tests/rest/api_fixture.h"
#include "tests/rest/terminology.h"

using namespace fixture;

namespace {

std::string reference(const std::string& name, const std::string& target) {
  return '"' + name + R"(":{"reference":")" + target + R"("})";
}

std::string named(const std::string& type, const std::string& id) {
  return R"({"resourceType":")" + type + R"(","id":")" + id + '"';
}

// A patient with care in the years 2020 and 2021, and another one; both refer to the same doctor.
void fill() {
  static bool done = false;
  if (std::exchange(done, true)) return;
  Server& s = server();
  s.put("Organization/ev-org", named("Organization", "ev-org") + R"(,"name":"Clinic"})");
  s.put("Practitioner/ev-doc", named("Practitioner", "ev-doc") + R"(,"name":[{"family":"Doc"}]})");
  s.put("Medication/ev-med", named("Medication", "ev-med") + R"(,"code":{"text":"m"}})");
  s.put("Location/ev-far", named("Location", "ev-far") + R"(,"name":"Far"})");
  for (const std::string p : {"ev-1", "ev-2"}) {
    s.put("Patient/" + p, named("Patient", p) + R"(,"name":[{"family":"All"}],)" +
                              reference("managingOrganization", "Organization/ev-org") + "}");
    const std::string subject = reference("subject", "Patient/" + p);
    for (const std::string year : {"2020", "2021"}) {
      s.put("Observation/" + p + "-o" + year,
            named("Observation", p + "-o" + year) + R"(,"status":"final","code":{"text":"c"},)" + subject +
                R"(,"performer":[{"reference":"Practitioner/ev-doc"}],"effectiveDateTime":")" + year +
                R"(-06-01T10:00:00Z"})");
      s.put("Encounter/" + p + "-e" + year,
            named("Encounter", p + "-e" + year) + R"(,"status":"finished","class":{"code":"AMB"},)" +
                subject + R"(,"period":{"start":")" + year + R"(-06-01","end":")" + year + R"(-06-02"}})");
    }
    s.put("MedicationStatement/" + p + "-m",
          named("MedicationStatement", p + "-m") + R"(,"status":"active",)" +
              reference("medicationReference", "Medication/ev-med") + "," + subject + "}");
    s.put(
        "Condition/" + p + "-c",
        named("Condition", p + "-c") + "," + subject +
            R"(,"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"resolved"}]},"onsetDateTime":"2010-01-01","abatementDateTime":"2020-12-01"})");
  }
}

// "Type/id" of the entries of all pages with their mode; each at most once.
std::map<std::string, std::string> all(const std::string& target, int* pages = nullptr) {
  std::map<std::string, std::string> found;
  std::string next = "/" + target;
  for (int page = 0; !next.empty() && page < 100; ++page) {
    const auto response = server().ask("GET", next);
    BOOST_TEST(checkedStatus(response) == 200, response.body);
    const int count = countAt(response, "Bundle.entry");
    for (int i = 0; i < count; ++i) {
      const std::string entry = "Bundle.entry[" + std::to_string(i) + "]";
      const std::string url = at(response, entry + ".fullUrl").substr(kBase.size() + 1);
      BOOST_TEST(found.emplace(url, at(response, entry + ".search.mode")).second, url);
    }
    next = link(response, "next");
    if (!next.empty()) BOOST_TEST(next.find("/$everything?") != std::string::npos);
    if (pages != nullptr) *pages = page + 1;
  }
  return found;
}

std::string listed(const std::map<std::string, std::string>& found) {
  std::string out;
  for (const auto& [name, mode] : found) out += (out.empty() ? "" : " ") + name;
  return out;
}

const std::string kOfOne =
    "Condition/ev-1-c Encounter/ev-1-e2020 Encounter/ev-1-e2021 Medication/ev-med MedicationStatement/ev-1-m "
    "Observation/ev-1-o2020 Observation/ev-1-o2021 Organization/ev-org Patient/ev-1 Practitioner/ev-doc";

}  // namespace

BOOST_AUTO_TEST_SUITE(everything)

BOOST_AUTO_TEST_CASE(the_compartment_and_what_it_refers_to) {
  fill();
  const auto found = all("Patient/ev-1/$everything");
  BOOST_TEST(listed(found) == kOfOne);
  BOOST_TEST(found.at("Patient/ev-1") == "match");
  BOOST_TEST(found.at("Observation/ev-1-o2020") == "match");
  BOOST_TEST(found.at("Practitioner/ev-doc") == "include");
  BOOST_TEST(found.at("Medication/ev-med") == "include");
  const auto response = server().ask("GET", "/Patient/ev-1/$everything");
  BOOST_TEST(at(response, "Bundle.type") == "searchset");
  BOOST_TEST(at(response, "Bundle.total") == "7");
  BOOST_TEST(countAt(server().ask("POST", "/Patient/ev-1/$everything"), "Bundle.entry") == 10);
}

BOOST_AUTO_TEST_CASE(each_once_over_all_pages) {
  fill();
  for (const int count : {1, 2, 3, 7, 8}) {
    int pages = 0;
    BOOST_TEST(listed(all("Patient/ev-1/$everything?_count=" + std::to_string(count), &pages)) == kOfOne);
    BOOST_TEST(pages == (10 + count - 1) / count);
  }
  const auto second =
      server().ask("GET", link(server().ask("GET", "/Patient/ev-1/$everything?_count=2"), "next"));
  BOOST_TEST(listed(all(link(second, "previous").substr(1) + "&_pretty=false")) == kOfOne);
  const auto posted = terms::post("Patient/ev-1/$everything", R"({"name":"_count","valueInteger":3})");
  BOOST_TEST(countAt(posted, "Bundle.entry") == 3);
  BOOST_TEST(checkedStatus(server().ask("GET", link(posted, "next"))) == 200);
  const auto counted = server().ask("GET", "/Patient/ev-1/$everything?_count=0");
  BOOST_TEST(at(counted, "Bundle.total") == "7");
  BOOST_TEST(countAt(counted, "Bundle.entry") == 0);
}

BOOST_AUTO_TEST_CASE(start_and_end_are_dates_of_care) {
  fill();
  const auto asked = [](const std::string& query) {
    return listed(all("Patient/ev-1/$everything?" + query));
  };
  BOOST_TEST(asked("start=2021-01-01") ==
             "Encounter/ev-1-e2021 Medication/ev-med MedicationStatement/ev-1-m Observation/ev-1-o2021 "
             "Organization/ev-org Patient/ev-1 Practitioner/ev-doc");
  BOOST_TEST(
      asked("end=2019") ==
      "Condition/ev-1-c Medication/ev-med MedicationStatement/ev-1-m Organization/ev-org Patient/ev-1");
  BOOST_TEST(asked("start=2020-06-01&end=2020-06-01&_type=Observation,Encounter") ==
             "Encounter/ev-1-e2020 Observation/ev-1-o2020");
}

BOOST_AUTO_TEST_CASE(types_are_chosen_among_what_refers_and_what_is_referred_to) {
  fill();
  const auto asked = [](const std::string& query) {
    return listed(all("Patient/ev-1/$everything?" + query));
  };
  BOOST_TEST(asked("_type=Observation") == "Observation/ev-1-o2020 Observation/ev-1-o2021");
  BOOST_TEST(asked("_type=Practitioner&_type=Patient") == "Patient/ev-1 Practitioner/ev-doc");
  BOOST_TEST(asked("_type=Practitioner,Organization&_count=1") == "Organization/ev-org Practitioner/ev-doc");
  BOOST_TEST(asked("_type=Location") == "");
}

BOOST_AUTO_TEST_CASE(since_asks_for_what_was_changed) {
  fill();
  const auto changed = server().ask(
      "POST", "/Observation/ev-1-o2021/$meta-add", {},
      R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{"tag":[{"code":"t"}]}}]})");
  const auto time = at(changed, "Parameters.parameter.value.lastUpdated");
  BOOST_TEST(listed(all("Patient/ev-1/$everything?_since=" + time)) ==
             "Observation/ev-1-o2021 Practitioner/ev-doc");
  BOOST_TEST(listed(all("Patient/ev-1/$everything?_since=2999-01-01T00:00:00Z")) == "");
}

BOOST_AUTO_TEST_CASE(of_all_patients) {
  fill();
  const auto found = all("Patient/$everything?_count=100&_type=Observation,Practitioner,Patient");
  for (const std::string name :
       {"Observation/ev-1-o2020", "Observation/ev-2-o2020", "Patient/ev-1", "Patient/ev-2"})
    BOOST_TEST(found.contains(name), name);
  BOOST_TEST(found.at("Practitioner/ev-doc") == "include");
  BOOST_TEST(!all("Patient/$everything?_type=Location").contains("Location/ev-far"));
}

BOOST_AUTO_TEST_CASE(what_it_cannot_do_is_refused_by_name) {
  fill();
  const auto refused = [](const std::string& target) {
    return terms::refusal(terms::get("Patient/" + target));
  };
  BOOST_TEST(refused("none/$everything") == "404 not-found");
  BOOST_TEST(refused("_x/$everything") == "404 not-found");
  BOOST_TEST(refused("ev-1/$everything?start=never") == "400 value start");
  BOOST_TEST(refused("ev-1/$everything?start=2021&end=2020") == "400 value end");
  BOOST_TEST(refused("ev-1/$everything?_since=2021-01-01") == "400 value _since");
  BOOST_TEST(refused("ev-1/$everything?_type=Observaton") == "400 value _type");
  BOOST_TEST(refused("ev-1/$everything?_type=") == "400 value _type");
  BOOST_TEST(refused("ev-1/$everything?_count=x") == "400 value _count");
  BOOST_TEST(refused("ev-1/$everything?_cursor=x") == "400 value _cursor");
  BOOST_TEST(checkedStatus(terms::get("Patient/ev-1/$everything?until=2020")) == 400);
  BOOST_TEST(
      terms::refusal(terms::post("Patient/ev-1/$everything", R"({"name":"until","valueDate":"2020"})")) ==
      "400 not-supported Parameters.parameter[0]");
  // A cursor is of its own question.
  const auto next = link(server().ask("GET", "/Patient/ev-1/$everything?_count=9"), "next");
  BOOST_TEST(refused("ev-2/$everything" + next.substr(next.find('?'))) == "400 value _cursor");
  BOOST_TEST(checkedStatus(terms::get("Encounter/ev-1-e2020/$everything")) == 501);
  server().put("Patient/ev-gone", named("Patient", "ev-gone") + "}");
  BOOST_TEST(server().ask("DELETE", "/Patient/ev-gone").status == 204);
  BOOST_TEST(refused("ev-gone/$everything") == "410 deleted");
  BOOST_TEST(at(server().ask("GET", "/metadata"),
                "CapabilityStatement.rest.resource.where(type = 'Patient').operation.where(name = "
                "'everything').definition") == "http://hl7.org/fhir/OperationDefinition/Patient-everything");
}

BOOST_AUTO_TEST_CASE(what_is_referred_to_comes_once_over_pages_of_any_size) {
  Server& s = server();
  const std::string start = "5f0b7a5e-0000-4000-8000-00000000e";  // ids as others' servers make them
  s.put("Patient/ev-pages", named("Patient", "ev-pages") + "}");
  const char* types[] = {"Location", "Organization", "Practitioner"};
  for (int i = 0; i < 9; ++i) {
    const std::string type = types[i % 3], id = start + "00" + std::to_string(i);
    s.put(type + "/" + id, named(type, id) + (type == "Organization" ? R"(,"name":"O"})" : "}"));
    const std::string encounter = start + "10" + std::to_string(i);
    s.put("Encounter/" + encounter,
          named("Encounter", encounter) + R"(,"status":"finished","class":{"code":"AMB"},)" +
              reference("subject", "Patient/ev-pages") +
              R"(,"extension":[{"url":"http://x.example/e","valueReference":)" +
              R"({"reference":"Patient/ev-pages"}}],)" +
              (type == "Location" ? R"("location":[{)" + reference("location", "Location/" + id) + "}]"
               : type == "Organization"
                   ? reference("serviceProvider", "Organization/" + id)
                   : R"("participant":[{)" + reference("individual", "Practitioner/" + id) + "}]") +
              "}");
  }
  const auto whole = listed(all("Patient/ev-pages/$everything"));
  BOOST_TEST(whole.find("Location/" + start + "003") != std::string::npos, whole);
  for (const auto* size : {"1", "2", "3", "7"})
    BOOST_TEST(listed(all("Patient/ev-pages/$everything?_count=" + std::string(size))) == whole, size);
}

BOOST_AUTO_TEST_SUITE_END()
