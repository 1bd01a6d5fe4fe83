// What `hvfhir import` promises of files and Bundles, asked of its room.
#define BOOST_TEST_MODULE import
#include <bzlib.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "src/cli/import/importer.h"
#include "tests/store/fixture.h"

using support::SkipWithoutDatabase;
BOOST_TEST_GLOBAL_FIXTURE(SkipWithoutDatabase);

namespace {

namespace files = std::filesystem;

struct ImportFixture : fixture::StoreFixture {
  explicit ImportFixture(bool strictReferences = false) : StoreFixture(strictReferences) {
    files::create_directories(folder);
  }
  ~ImportFixture() { files::remove_all(folder); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  cli::ImportReport import() const {
    auto sources = cli::findSources({folder.string()});
    BOOST_REQUIRE(sources.ok());
    const auto rules = rules::Rules::load({.folders = {}, .required = {}});
    BOOST_REQUIRE(rules.ok());
    cli::Importer importer(store, **rules, 2, false);
    auto report = importer.run(std::move(sources->sources));
    BOOST_REQUIRE(report.ok());
    return *std::move(report);
  }
  std::string textOf(const std::string& typeName, const std::string& id) {
    const auto found = read(typeName, id);
    return found ? found->json : std::string();
  }

  files::path folder = files::temp_directory_path() / ("hvfhir-import-" + database.name());
};

struct StrictImportFixture : ImportFixture {
  StrictImportFixture() : ImportFixture(true) {}
};

std::string patient(const std::string& id, const std::string& more = "") {
  return R"({"resourceType":"Patient","id":")" + id + "\"" + more + "}";
}
std::string condition(const std::string& id, const std::string& reference) {
  return R"({"resourceType":"Condition","id":")" + id +
         R"(","subject":{"reference":"Patient/p"},"asserter":{"reference":")" + reference + "\"}}";
}
std::string practitioner(const std::string& id, const std::string& number) {
  return R"({"resourceType":"Practitioner","id":")" + id +
         R"(","identifier":[{"system":"urn:npi","value":")" + number + "\"}]}";
}
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(import_of_files, ImportFixture)

BOOST_AUTO_TEST_CASE(a_broken_line_is_refused_with_its_place_and_the_others_are_stored) {
  write("a.ndjson", "\xEF\xBB\xBF" + patient("p1") + "\n{broken\n\n" + patient("p2", R"(,"foo":1)") +
                        "\r\n\xFF\xFE\n" + patient("p3", R"(,"gender":"m")") + "\n[]\n" + patient("p 4") +
                        "\n" + patient("p5"));
  const auto report = import();
  BOOST_TEST(report.created == 2U);
  std::vector<std::int64_t> lines;
  for (const auto& refusal : report.refused) lines.push_back(refusal.position);
  BOOST_TEST(lines == (std::vector<std::int64_t>{2, 4, 5, 6, 7, 8}), boost::test_tools::per_element());
  BOOST_TEST(report.refused[3].resource == "Patient");
  BOOST_TEST(report.refused[3].outcome.issues().front().expression == "Patient.gender");
  BOOST_TEST(read("Patient", "p1").has_value());
  BOOST_TEST(read("Patient", "p5").has_value());
}

BOOST_AUTO_TEST_CASE(a_second_run_stores_nothing_again_and_reports_the_same_refusals) {
  write("a.ndjson", patient("p1") + "\n{broken\n" + R"({"resourceType":"Patient","gender":"male"})" + "\n");
  write("b.json", R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":)" + patient("p2") +
                      R"(},{"resource":)" + patient("p3", R"(,"gender":"m")") + "}]}");
  const auto first = import();
  BOOST_TEST(first.created == 3U);
  BOOST_TEST(first.refused.size() == 2U);
  const auto second = import();
  BOOST_TEST(second.resources() == 0U);
  BOOST_TEST(second.skipped == 3U);
  BOOST_TEST(second.refused.size() == 2U);
  BOOST_TEST(count("patient_profile") == 3);
}

BOOST_AUTO_TEST_CASE(a_resource_without_an_id_gets_the_same_one_at_each_import) {
  const std::string nameless = R"({"resourceType":"Patient","gender":"other"})";
  write("a.ndjson", nameless + "\n" + nameless + "\n");
  write("b.json", nameless);
  write("c.json", R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":)" + nameless + "}]}");
  BOOST_TEST(import().created == 4U);
  database.run("DELETE FROM fhir.import_progress");
  BOOST_TEST(import().unchanged == 4U);
}

BOOST_AUTO_TEST_CASE(conditional_references_of_lines_are_resolved_whatever_the_order_of_the_files) {
  write("Acondition.ndjson", condition("c0", "Practitioner/x") + "\n" +
                                 condition("c1", "Practitioner?identifier=urn:npi|7") + "\n{broken\n" +
                                 condition("c2", "Practitioner?identifier=urn:npi|8") + "\n");
  write("Zdoctors.ndjson", practitioner("d7", "7") + "\n");
  write("one.json", condition("c3", "Practitioner?identifier=urn:npi|7"));
  write("p.json", patient("p"));
  const auto report = import();
  BOOST_TEST(has(textOf("Condition", "c1"), R"("Practitioner/d7")"));
  BOOST_TEST(has(textOf("Condition", "c3"), R"("Practitioner/d7")"));
  BOOST_TEST(read("Condition", "c1")->versionId == 1);
  BOOST_REQUIRE(report.refused.size() == 2U);  // the broken line, once, and the one that nobody answers to
  BOOST_TEST(report.refused[0].position == 3);
  BOOST_TEST(report.refused[1].position == 4);
  BOOST_TEST(report.refused[1].outcome.issues().front().expression == "Condition.asserter.reference");
  BOOST_TEST(has(textOf("Condition", "c2"), "Practitioner?identifier=urn:npi|8"));
  // The next run finds who has come.
  put(practitioner("d8", "8"));
  BOOST_TEST(import().refused.size() == 1U);
  BOOST_TEST(has(textOf("Condition", "c2"), R"("Practitioner/d8")"));
}

BOOST_FIXTURE_TEST_CASE(what_the_store_refused_is_tried_again_by_the_next_run, StrictImportFixture) {
  write("a.ndjson", patient("p1") + "\n" + condition("c", "Practitioner/d") + "\n" + patient("p2") + "\n");
  const auto first = import();
  BOOST_TEST(first.created == 2U);
  BOOST_TEST(first.refused.size() == 1U);
  put(patient("p"));
  put(practitioner("d", "1"));
  const auto second = import();
  BOOST_TEST(second.refused.empty());
  BOOST_TEST(second.created == 1U);
  BOOST_TEST(second.unchanged == 1U);
  BOOST_TEST(second.skipped == 1U);
}

BOOST_FIXTURE_TEST_CASE(strict_references_may_point_to_what_comes_later_in_the_file, StrictImportFixture) {
  write("a.ndjson", condition("c1", "Practitioner/d") + "\n" + condition("c2", "Practitioner/nobody") + "\n" +
                        patient("p", R"(,"link":[{"other":{"reference":"Patient/p"},"type":"seealso"}])") +
                        "\n" + practitioner("d", "1") + "\n");
  const auto report = import();
  BOOST_TEST(report.created == 3U);
  BOOST_REQUIRE(report.refused.size() == 1U);
  BOOST_TEST(report.refused[0].position == 2);
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_too_early_is_refused_whole_and_one_of_several_streams_is_read_whole) {
  const auto packed = [](std::string text) {
    std::string out(text.size() + 1000, '\0');
    auto size = static_cast<unsigned>(out.size());
    BOOST_REQUIRE(BZ2_bzBuffToBuffCompress(out.data(), &size, text.data(), static_cast<unsigned>(text.size()),
                                           9, 0, 0) == BZ_OK);
    return out.substr(0, size);
  };
  write("two.ndjson.bz2", packed(patient("a") + "\n") + packed(patient("b") + "\n"));
  write("cut.ndjson.bz2", packed(patient("c") + "\n") + packed(patient("d") + "\n").substr(0, 40));
  // gzip of a line, without its end.
  write("cut.ndjson.gz", std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10) +
                             std::string("\x01\x05\x00\xfa\xff", 5) + patient("e").substr(0, 4));
  const auto report = import();
  BOOST_TEST(report.created == 2U);
  BOOST_REQUIRE(report.refused.size() == 2U);
  for (const auto& refusal : report.refused) BOOST_TEST(refusal.source.starts_with("cut."));
}

BOOST_AUTO_TEST_CASE(files_of_other_endings_are_named_and_what_cannot_be_opened_is_refused) {
  write("a.json", patient("a"));
  write("b.txt", "x");
  files::create_symlink("/nonexistent", folder / "gone.json");
  files::create_directories(folder / "folder.json");
  const auto sources = cli::findSources({folder.string()});
  BOOST_REQUIRE(sources.ok());
  BOOST_TEST(sources->leftOut == (std::vector<std::string>{"b.txt"}), boost::test_tools::per_element());
  const auto report = import();
  BOOST_REQUIRE(report.refused.size() == 1U);
  BOOST_TEST(report.refused[0].source == "gone.json");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(import_of_bundles, ImportFixture)

BOOST_AUTO_TEST_CASE(requests_that_an_import_does_not_make_are_refused_by_entry) {
  put(patient("kept"));
  write("b.json", R"({"resourceType":"Bundle","type":"transaction","entry":[
    {"request":{"method":"DELETE","url":"Patient/kept"}},
    {"resource":)" + patient("q") +
                      R"(,"request":{"method":"PUT","url":"Patient/other"}},
    {"resource":{"resourceType":"Patient"},"request":{"method":"PUT","url":"Patient/named"}},
    {"resource":)" + patient("r") +
                      R"(,"request":{"method":"POST","url":"Patient","ifNoneExist":"name=x"}}]})");
  const auto report = import();
  BOOST_TEST(report.refused.size() == 3U);
  BOOST_TEST(report.created == 1U);
  BOOST_TEST(read("Patient", "named").has_value());
  BOOST_TEST(!read("Patient", "kept")->deleted);
  BOOST_TEST(!read("Patient", "q"));
}

BOOST_AUTO_TEST_CASE(what_exists_already_is_not_made_twice_and_is_referred_to) {
  put(practitioner("known", "7"));
  const std::string doctor =
      R"({"resourceType":"Practitioner","identifier":[{"system":"urn:npi","value":"7"}]})";
  write("b.json",
        R"({"resourceType":"Bundle","type":"transaction","entry":[
    {"fullUrl":"urn:uuid:11111111-1111-4111-8111-111111111111","resource":)" +
            doctor +
            R"(,"request":{"method":"POST","url":"Practitioner","ifNoneExist":"identifier=urn:npi|7"}},
    {"resource":)" +
            condition("c", "urn:uuid:11111111-1111-4111-8111-111111111111") +
            R"(,"request":{"method":"POST","url":"Condition"}},
    {"resource":)" +
            condition("lost", "urn:uuid:22222222-2222-4222-8222-222222222222") +
            R"(,"request":{"method":"POST","url":"Condition"}}]})");
  const auto report = import();
  BOOST_TEST(has(textOf("Condition", "c"), R"("Practitioner/known")"));
  BOOST_TEST(count("doctor_profile") == 1);
  BOOST_REQUIRE(report.refused.size() == 1U);
  BOOST_TEST(report.refused[0].position == 3);
}

BOOST_AUTO_TEST_CASE(a_history_is_refused) {
  write("b.json", R"({"resourceType":"Bundle","type":"history","entry":[
    {"fullUrl":"http://x/Patient/h","resource":)" +
                      patient("h") +
                      R"(,"request":{"method":"POST","url":"Patient"},"response":{"status":"201"}}]})");
  BOOST_TEST(import().refused.size() == 1U);
  BOOST_TEST(!read("Patient", "h"));
}

BOOST_AUTO_TEST_SUITE_END()
