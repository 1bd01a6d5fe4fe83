// A wrong mapping file is refused with file, line and the nearest right name.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/store/mapping/support.h"

namespace {

// A mapping of Patient whose elements start on line 3.
std::string withElements(const std::string& elements, const std::string& more = "") {
  return "{ \"resource\": \"Patient\",\n  \"table\": \"t\", \"elements\": [\n" + elements + "]" + more + "}";
}

std::string complaint(const std::string& elements, const std::string& more = "") {
  return test::messages("p.json", withElements(elements, more));
}

const std::string good = R"({"path":"birthDate","type":"date","column":"dob"})";

class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hv_mapping_XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(mapping_files)

BOOST_AUTO_TEST_CASE(comments_are_allowed) {
  BOOST_TEST(complaint("// line\n" + good + " /* block */") == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_named_with_its_line) {
  BOOST_TEST(test::messages("p.json", "{\n\n  nonsense }").starts_with("p.json:3: not JSON: "));
  BOOST_TEST(test::messages("p.json", "[]") == "p.json:1: a mapping file is one JSON object\n");
  BOOST_TEST(test::messages("p.json", std::string("{}\n\0{", 5)) == "p.json:2: a NUL character\n");
  BOOST_TEST(test::messages("p.json", "").starts_with("p.json:1: not JSON: "));
  BOOST_TEST(complaint("{\"path\":\"birthDate\",\n\"path\":\"gender\",\"type\":\"date\",\"column\":\"dob\"}")
                 .find("p.json:4: 'path' is given twice") == 0U);
}

BOOST_AUTO_TEST_CASE(an_unknown_resource_type_is_named_with_the_nearest) {
  BOOST_TEST(test::messages("p.json", "{\"table\":\"t\",\n\"resource\":\"Pateint\"}") ==
             "p.json:2: 'Pateint' is not a resource type, did you mean 'Patient'?\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_element_is_named_with_the_nearest) {
  BOOST_TEST(complaint(good + ",\n" + R"({"path":"birthdate","type":"date","column":"b"})") ==
             "p.json:4: path 'birthdate': Patient has no element 'birthdate', did you mean 'birthDate'?\n");
  BOOST_TEST(complaint(R"({"path":"name[0].famly","type":"string","column":"b"})") ==
             "p.json:3: path 'name[0].famly': HumanName has no element 'famly', did you mean 'family'?\n");
  BOOST_TEST(
      complaint(R"({"path":"deceased","type":"boolean","column":"b"})") ==
      "p.json:3: path 'deceased': 'deceased' has a type in its name: deceasedBoolean, deceasedDateTime\n");
}

BOOST_AUTO_TEST_CASE(a_wrong_selector_is_refused) {
  BOOST_TEST(complaint(R"({"path":"gender[0]","type":"string","column":"b"})") ==
             "p.json:3: path 'gender[0]': 'gender' does not repeat, so it takes no [...]\n");
  BOOST_TEST(complaint(R"({"path":"telecom[sytem=phone].value","type":"string","column":"b"})") ==
             "p.json:3: path 'telecom[sytem=phone].value': ContactPoint has no element 'sytem', did you mean "
             "'system'?\n");
  for (const char* path :
       {"telecom[1].value", "telecom[system].value", "telecom[system=].value", "telecom[system=phone"}) {
    BOOST_TEST(complaint(R"({"path":")" + std::string(path) + R"(","type":"string","column":"b"})")
                       .find("a selector is written [name=value] or [0]") != std::string::npos,
               path);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_type_or_key_is_named_with_the_nearest) {
  BOOST_TEST(complaint(R"({"path":"birthDate","type":"dat","column":"b"})") ==
             "p.json:3: unknown type 'dat', did you mean 'date'?\n");
  BOOST_TEST(complaint(R"({"path":"birthDate","type":"date","colunm":"b"})") ==
             "p.json:3: unknown key 'colunm', did you mean 'column'?\np.json:3: 'column' is missing\n");
  BOOST_TEST(complaint(good, ",\n\"serach\":[]") ==
             "p.json:4: unknown key 'serach', did you mean 'search'?\n");
}

BOOST_AUTO_TEST_CASE(a_converter_that_does_not_fit_the_element_is_refused) {
  BOOST_TEST(complaint(R"({"path":"birthDate","type":"boolean","column":"b"})") ==
             "p.json:3: 'boolean' does not convert date, but date does\n");
  BOOST_TEST(complaint(R"({"path":"name[0]","type":"address","column":"b"})")
                 .find("'address' does not convert HumanName, but humanName") != std::string::npos);
  BOOST_TEST(
      complaint(R"({"path":"name[0].given[0]","type":"string","column":"b"})").find("list of primitives") !=
      std::string::npos);
  BOOST_TEST(complaint(R"({"path":"maritalStatus","type":"items","column":"b","items":[]})")
                 .find("converts an element that repeats") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_wrong_column_is_refused) {
  BOOST_TEST(complaint(R"({"path":"birthDate","type":"date","column":"Dob"})") ==
             "p.json:3: column 'Dob': names have lower-case letters, digits and _ only\n");
  BOOST_TEST(complaint(R"({"path":"birthDate","type":"date","column":"dob; drop table users"})")
                 .find("lower-case letters") != std::string::npos);
  BOOST_TEST(complaint(R"({"path":"birthDate","type":"date","column":"dob","sqlType":"dat"})")
                 .find("unknown column type 'dat', did you mean 'date'?") != std::string::npos);
  BOOST_TEST(complaint(good + R"(,{"path":"gender","type":"string","column":"dob"})") ==
             "p.json:3: column 'dob' is date elsewhere and text here\n");
  BOOST_TEST(complaint(good + "," + good).find("is mapped already") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_code_outside_the_value_set_is_named_with_the_nearest) {
  BOOST_TEST(complaint(R"({"path":"gender","type":"code","column":"g","codes":{"femal":"F"}})") ==
             "p.json:3: 'femal' is not a code of http://hl7.org/fhir/ValueSet/administrative-gender, did you "
             "mean 'female'?\n");
  BOOST_TEST(complaint(R"({"path":"language","type":"code","column":"g"})").find("'codes' is missing") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_reference_to_a_wrong_type_is_refused) {
  const auto reference = [](const std::string& target) {
    return complaint(
        R"({"path":"managingOrganization.reference","type":"reference","column":"o","target":")" + target +
        R"(","targetTable":"t"})");
  };
  BOOST_TEST(reference("Organization") == "");
  BOOST_TEST(reference("Organisation") ==
             "p.json:3: Patient.managingOrganization does not refer to 'Organisation', did you mean "
             "'Organization'?\n");
  BOOST_TEST(reference("Location").find("does not refer to 'Location'") != std::string::npos);
  BOOST_TEST(
      complaint(
          R"({"path":"language","type":"reference","column":"o","target":"Patient","targetTable":"t"})") !=
      "");
}

BOOST_AUTO_TEST_CASE(a_wrong_search_parameter_is_named_with_the_nearest) {
  const auto search = [](const std::string& entry) {
    return complaint(good, ",\n\"search\":[" + entry + "]");
  };
  BOOST_TEST(search(R"({"parameter":"birthdate","kind":"date","columns":["dob"]})") == "");
  BOOST_TEST(search(R"({"parameter":"birthdat","kind":"date","columns":["dob"]})") ==
             "p.json:4: R4 has no search parameter 'birthdat' for Patient, did you mean 'birthdate'?\n");
  BOOST_TEST(search(R"({"parameter":"birthdate","kind":"dat","columns":["dob"]})") ==
             "p.json:4: unknown kind 'dat', did you mean 'date'?\n");
  BOOST_TEST(search(R"({"parameter":"birthdate","kind":"date","columns":["dbo"]})") ==
             "p.json:4: no element here has the column 'dbo', did you mean 'dob'?\n");
  BOOST_TEST(
      search(R"({"parameter":"gender","kind":"date","columns":["dob"]})").find("whose type is another") !=
      std::string::npos);
  BOOST_TEST(search(R"({"parameter":"birthdate","kind":"date","columns":["dob","dob"]})")
                 .find("needs \"columns\" with 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_encrypted_or_not_be_found_when_it_is_is_refused) {
  const auto has = [](const std::string& text, const char* words) {
    BOOST_TEST(text.find(words) != std::string::npos, text);
  };
  const std::string phone =
      R"({"path":"telecom[system=phone].value","type":"string","column":"c","encrypted":true})";
  const auto search = [](const char* one) { return std::string(R"(,"search":[)") + one + "]"; };
  BOOST_TEST(complaint(phone, search(R"({"parameter":"phone","kind":"code","columns":["c"]})")) == "");
  has(complaint(R"({"path":"birthDate","type":"date","column":"dob","encrypted":true})"),
      "cannot be encrypted");
  has(complaint(
          R"({"path":"telecom[system=phone].value","type":"string","column":"c","unique":true,"encrypted":true})"),
      "cannot be encrypted");
  has(complaint(R"({"path":"telecom[system=phone].value","type":"string","column":"c","encrypted":"yes"})"),
      "'encrypted' is");
  has(complaint(R"({"path":"telecom[system=phone].value","type":"string","column":"c","encrypted":["d"]})"),
      "'d'");
  has(complaint(R"({"path":"name[0].family","type":"string","column":"c","encrypted":true})",
                search(R"({"parameter":"family","kind":"string","columns":["c"]})")),
      "of kind 'code' alone");
}

BOOST_AUTO_TEST_CASE(wrong_constants_are_refused_by_the_json_codec) {
  BOOST_TEST(complaint(good, ",\n\"whenEmpty\":{\"gendr\":\"male\"}") ==
             "p.json:4: Patient has no element 'gendr', did you mean 'gender'?\n");
  BOOST_TEST(complaint(good, ",\n\"whenEmpty\":{\"maritalStatus\":{\"txt\":\"x\"}}")
                 .starts_with("p.json:4: Patient.maritalStatus"));
}

BOOST_AUTO_TEST_CASE(a_key_of_the_wrong_kind_is_refused_and_not_ignored) {
  BOOST_TEST(complaint(good, ",\n\"search\":{}") == "p.json:4: 'search' must be a list\n");
  BOOST_TEST(complaint(good, ",\n\"later\":[]") == "p.json:4: 'later' must be an object\n");
  BOOST_TEST(complaint(R"({"path":"birthDate","type":"date","column":"dob","required":"yes"})") ==
             "p.json:3: 'required' must be true or false\n");
  BOOST_TEST(complaint(R"({"path":"language","type":"string","column":"l","otherwise":"id"})") ==
             "p.json:3: 'otherwise' must be a list\n");
}

BOOST_AUTO_TEST_CASE(every_fault_is_named_not_just_the_first) {
  const std::string all = complaint(
      "{\"path\":\"a\",\"type\":\"date\",\"column\":\"b\"},\n{\"path\":\"b\",\"type\":\"date\",\"column\":"
      "\"b\"},\n{}");
  BOOST_TEST(all.find("p.json:3: ") != std::string::npos);
  BOOST_TEST(all.find("p.json:4: ") != std::string::npos);
  BOOST_TEST(all.find("p.json:5: 'path' is missing") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(any_cut_or_changed_file_is_refused_or_compiles_and_never_crashes) {
  const std::string text = withElements(
      good + R"(,{"path":"name[use=official|*]","type":"humanName","column":"n"})",
      R"(,"search":[{"parameter":"birthdate","kind":"date","columns":["dob"]}],"whenEmpty":{"active":true})");
  BOOST_REQUIRE_EQUAL(test::messages("p.json", text), "");
  for (std::size_t i = 0; i < text.size(); ++i) {
    BOOST_TEST(test::messages("p.json", text.substr(0, i)) != "");
    for (const char c : {'"', '[', ']', '.', '=', 'x', ' '}) {
      std::string changed = text;
      changed[i] = c;
      test::messages("p.json", changed);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_directory_is_loaded_whole_or_not_at_all) {
  const Directory directory;
  BOOST_TEST(!store::Mappings::load(directory.path()).ok());
  BOOST_TEST(!store::Mappings::load(directory.path() + "/none").ok());
  directory.write("b.json", withElements(good));
  directory.write("notes.txt", "no mapping");
  const auto one = store::Mappings::load(directory.path());
  BOOST_REQUIRE(one.ok());
  BOOST_TEST(one->all().size() == 1U);
  BOOST_TEST(one->find(*fhir::findResourceType("Patient")) == &one->all()[0]);
  BOOST_TEST(one->find(*fhir::findResourceType("Group")) == nullptr);
  directory.write("c.json", withElements(good));
  directory.write("a.json", "{}");
  const auto several = store::Mappings::load(directory.path());
  BOOST_REQUIRE(!several.ok());
  BOOST_TEST(several.outcome().issues().size() == 3U);
  BOOST_TEST(several.outcome().issues().back().diagnostics.find(
                 "c.json:1: Patient is mapped by another file already") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_contract_of_the_store_is_what_the_files_say) {
  const store::Mapping& appointment = test::mappingOf("Appointment");
  BOOST_TEST(appointment.table() == "appointments");
  const auto& columns = appointment.columns();
  const auto patient = std::find_if(columns.begin(), columns.end(),
                                    [](const auto& column) { return column.name == "patient_id"; });
  BOOST_REQUIRE(patient != columns.end());
  BOOST_TEST(patient->required);
  BOOST_TEST(patient->targetType == "Patient");
  BOOST_TEST(patient->targetTable == "patient_profile");
  BOOST_TEST(test::mappingOf("DocumentReference").constants()[0].second == "note");
  const auto* status = fhir::findSearchParameter(appointment.type(), "status");
  BOOST_REQUIRE(appointment.findSearch(*status) != nullptr);
  BOOST_TEST((appointment.findSearch(*status)->codes.front() ==
              std::pair<std::string, std::string>("pending", "requested")));
  BOOST_TEST(appointment.findSearch(*fhir::findSearchParameter(appointment.type(), "location")) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
