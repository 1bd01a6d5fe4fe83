#include "src/rules/folder.h"

#include <boost/test/unit_test.hpp>

#include "fhir/json/json.h"
#include "fhir/xml/xml.h"
#include "tests/rules/temporary_folder.h"

using rules::test::profileJson;
using rules::test::TemporaryFolder;

namespace {

const std::string kOwn = "http://example.org/StructureDefinition/";

std::string xmlOf(const std::string& json) {
  const auto resource = fhir::json::parse(json);
  BOOST_REQUIRE_MESSAGE(resource.ok(), "no resource");
  return fhir::xml::toString(*resource);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(folders)

BOOST_AUTO_TEST_CASE(json_and_xml_files_are_read_and_what_else_a_package_holds_is_passed_over) {
  const TemporaryFolder folder;
  folder.write("package.json", R"({"name":"example.package","version":"1.0.0","type":"fhir.ig"})");
  folder.write(".index.json", R"({"index-version":1,"files":[{"resourceType":"StructureDefinition"}]})");
  folder.write("StructureDefinition-a.json", profileJson(kOwn + "a", "1.0"));
  folder.write("StructureDefinition-b.xml", xmlOf(profileJson(kOwn + "b")));
  folder.write("Patient-x.json", R"({"resourceType":"Patient","id":"x"})");
  folder.write("notes.txt", "StructureDefinition");
  folder.write("example/StructureDefinition-c.json", profileJson(kOwn + "c"));
  fhir::profiles::ProfileSetBuilder builder;
  const auto found = rules::addFolder(folder.path(), builder);
  BOOST_REQUIRE(found.ok());
  const auto set = builder.finish().set;
  BOOST_TEST(set.knows(kOwn + "a"));
  BOOST_TEST(set.knows(kOwn + "a|1.0"));
  BOOST_TEST(set.knows(kOwn + "b"));
  BOOST_TEST(!set.knows(kOwn + "c"));
  int leftOut = 0;
  for (const auto& file : *found) leftOut += file.faults.hasErrors() ? 1 : 0;
  BOOST_TEST(leftOut == 1);  // the index, which names definitions and is none
}

BOOST_AUTO_TEST_CASE(a_file_that_is_wrong_is_told_and_the_others_count) {
  const TemporaryFolder folder;
  folder.write("a.json", profileJson(kOwn + "a"));
  folder.write("b.json", profileJson(kOwn + "b").substr(0, 200));
  folder.write(
      "c.json",
      R"({"resourceType":"StructureDefinition","url":"http://example.org/c","name":"C","status":"active",)"
      R"("kind":"resource","abstract":false,"type":"Patient","derivation":"constraint",)"
      R"("baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient"})");
  fhir::profiles::ProfileSetBuilder builder;
  const auto found = rules::addFolder(folder.path(), builder);
  BOOST_REQUIRE(found.ok());
  BOOST_REQUIRE(found->size() == 3U);
  BOOST_TEST(!(*found)[0].faults.hasErrors());
  BOOST_TEST((*found)[1].faults.hasErrors());
  BOOST_TEST((*found)[2].faults.hasErrors());  // it has no snapshot
  BOOST_TEST(builder.finish().set.knows(kOwn + "a"));
}

BOOST_AUTO_TEST_CASE(a_folder_without_definitions_or_none_at_all_is_an_error_that_names_it) {
  const TemporaryFolder folder;
  folder.write("package.json", "{}");
  for (const std::string& path : {folder.path(), folder.path() + "/none"}) {
    fhir::profiles::ProfileSetBuilder builder;
    const auto found = rules::addFolder(path, builder);
    BOOST_REQUIRE(!found.ok());
    BOOST_TEST(found.outcome().issues().front().diagnostics.find(path) != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
