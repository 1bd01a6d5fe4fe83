// Encrypted values: nothing of them is in the database, all of them come back, through rotations and lost
// keys.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <thread>

#include "src/keys/keyring.h"
#include "src/store/data_keys.h"
#include "tests/store/fixture.h"
#include "tests/support/temporary_folder.h"

BOOST_AUTO_TEST_SUITE(encryption)

namespace {

// Two keys of 32 bytes, of tests alone.
constexpr std::string_view kFirst = "first AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
constexpr std::string_view kSecond = "second AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n";

struct Folder {
  support::TemporaryFolder folder;
  std::string file = folder / "keys";
  Folder() { support::writeFile(file, kFirst); }
};

store::StoreOptions encrypted(const std::string& file) {
  store::StoreOptions options;
  options.encryption.uri = "file:" + file;
  options.keysKept = std::chrono::milliseconds(50);
  options.keysReloaded = std::chrono::milliseconds(20);
  return options;
}

// Until nothing waits and the walk has ended.
void finishAll(fixture::StoreFixture& fixture) {
  for (int steps = 0; steps < 500; ++steps) {
    const auto done = fixture.session.encryptSome(50);
    if (!done) BOOST_FAIL("encrypt: " << done.outcome().toJson());
    BOOST_TEST(done->failed == 0U);
    if (done->rows == 0 && fixture.count("fhir.encryption_job WHERE ended_at IS NULL") == 0 &&
        fixture.count("fhir.encryption_queue") == 0)
      return;
    if (done->rows == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  BOOST_FAIL("the encryption does not end");
}

// The folder is there before the store and after it.
struct Encrypted : Folder, fixture::StoreFixture {
  Encrypted() : StoreFixture(encrypted(file)) {}
  explicit Encrypted(bool isOn) : StoreFixture(isOn ? encrypted(file) : store::StoreOptions()) {}

  void finish() { finishAll(*this); }
  void rotate(bool hashes) {
    store::Connection connection({.databaseUrl = store.options().databaseUrl});
    auto provider = keys::provider(store.options().encryption);
    BOOST_REQUIRE(provider.ok());
    using Use = keys::StoredKey::Use;
    if (hashes) BOOST_REQUIRE(*store::addDataKey(connection, **provider, Use::blind, true));
    BOOST_REQUIRE(*store::addDataKey(connection, **provider, Use::data, true));
    store.keyring().forget();
  }
  // Every row of every table that has a text in it, whatever the column.
  std::string tablesWith(const std::string& text) const {
    return database.run(
        "CREATE OR REPLACE FUNCTION pg_temp.tables_with(sought text) RETURNS text LANGUAGE plpgsql AS $$"
        " DECLARE place regclass; found boolean; out text := '';"
        " BEGIN FOR place IN SELECT c.oid FROM pg_class c WHERE c.relkind IN ('r', 'm') AND c.relnamespace IN"
        " ('public'::regnamespace, 'history'::regnamespace, 'fhir'::regnamespace, 'smart'::regnamespace) LOOP"
        " EXECUTE format('SELECT EXISTS (SELECT FROM %s t WHERE lower(t::text) LIKE %L)', place, '%' || "
        "lower(sought) || '%') INTO found;"
        " IF found THEN out := out || place || ' '; END IF; END LOOP; RETURN out; END $$;"
        "SELECT pg_temp.tables_with('" +
        text + "')");
  }
};

constexpr std::string_view kPatient =
    R"({"resourceType":"Patient","id":"p1","name":[{"family":"Rao","given":["Asha"]}],
    "telecom":[{"system":"phone","value":"+91 98-55501"},{"system":"email","value":"asha@secretmail.example"},{"system":"phone","value":"+91 98-55502","use":"work"}],
    "extension":[{"url":"http://healthvillage.example/fhir/StructureDefinition/medical-summary","valueString":"Zanzibarosis since 2011"}],
    "contact":[{"telecom":[{"system":"phone","value":"+91 98-55503"}]}]})";
constexpr std::string_view kObservation =
    R"({"resourceType":"Observation","id":"o1","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],
    "code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2026-01-01T10:00:00Z",
    "note":[{"text":"looks like quixotitis"}],"bodySite":{"text":"cuffomania"},
    "component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueString":"hundred-wobble"}]})";
constexpr std::string_view kCondition =
    R"({"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/p1"},"note":[{"text":"grumblepox suspected"}],
    "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">narratovirus</div>"}})";
constexpr std::string_view kDocument =
    R"({"resourceType":"DocumentReference","id":"d1","status":"current","subject":{"reference":"Patient/p1"},
    "content":[{"attachment":{"contentType":"text/plain","data":"ZmxpYmJlcnRpdGlzIGlzIHNlcmlvdXM="}}]})";

const std::vector<std::string> kSecrets{"98-5550",      "secretmail", "zanzibarosis", "quixotitis",
                                        "cuffomania",   "wobble",     "grumblepox",   "narratovirus",
                                        "flibbertitis", "ZmxpYmJlcn"};

void write(fixture::StoreFixture& fixture) {
  for (const std::string_view each : {kPatient, kObservation, kCondition, kDocument}) fixture.put(each);
}

void nothingIsClear(const Encrypted& fixture) {
  for (const std::string& secret : kSecrets) BOOST_TEST(fixture.tablesWith(secret) == "", secret);
}

void allComesBack(fixture::StoreFixture& fixture) {
  using fixture::same;
  for (const std::string_view each : {kPatient, kObservation, kCondition, kDocument}) {
    const fhir::Resource sent = fixture::StoreFixture::resource(each);
    const auto back = fixture.read(sent.type().name, sent.id());
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST(same(fixture::content(back->json), fixture::content(each)), back->json);
  }
}

void allIsFound(fixture::StoreFixture& fixture) {
  const std::vector<std::string> p1{"p1"};
  BOOST_TEST(fixture.find("Patient", "phone=+91 98-55501") == p1);
  BOOST_TEST(fixture.find("Patient", "phone=+91 98-55502") == p1);
  BOOST_TEST(fixture.find("Patient", "email=asha@secretmail.example") == p1);
  BOOST_TEST(fixture.find("Patient", "telecom=+91 98-55501") == p1);
  BOOST_TEST(fixture.find("Patient", "phone=+91 98-5550").empty());
  BOOST_TEST(fixture.find("Patient", "phone:not=+91 98-55501").empty());
  BOOST_TEST(fixture.find("Patient", "phone:missing=true").empty());
  BOOST_TEST(fixture.find("Condition", "subject:Patient.phone=+91 98-55501") ==
             std::vector<std::string>{"c1"});
  BOOST_TEST(fixture.find("Condition", "_content=grumblepox") == std::vector<std::string>{"c1"});
  BOOST_TEST(fixture.find("Condition", "_text=narratovirus") == std::vector<std::string>{"c1"});
  BOOST_TEST(fixture.find("Observation", "_content=quixotitis") == std::vector<std::string>{"o1"});
  BOOST_TEST(fixture.find("Patient", "name=rao") == p1);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(nothing_of_what_is_encrypted_is_in_a_table_and_all_of_it_comes_back, Encrypted) {
  write(*this);
  put(R"({"resourceType":"Patient","id":"p1","telecom":[{"system":"phone","value":"+91 98-55509"}]})");
  BOOST_REQUIRE(session.remove(type("Condition"), "c1").ok());
  nothingIsClear(*this);
  write(*this);
  nothingIsClear(*this);
  allComesBack(*this);
  allIsFound(*this);
  BOOST_TEST(history("Patient", "p1").size() == 3U);
  BOOST_TEST(
      fixture::same(fixture::content(history("Patient", "p1")[2].resource.json), fixture::content(kPatient)));
  BOOST_TEST(find("Patient", "phone=+91 98-55509").empty());
}

BOOST_FIXTURE_TEST_CASE(the_same_content_makes_no_version, Encrypted) {
  write(*this);
  BOOST_CHECK(put(kPatient).change == store::Change::unchanged);
  BOOST_CHECK(put(kObservation).change == store::Change::unchanged);
  BOOST_CHECK(put(kCondition).change == store::Change::unchanged);
}

BOOST_FIXTURE_TEST_CASE(what_a_hash_cannot_answer_is_refused, Encrypted) {
  write(*this);
  for (const auto& [name, query] : std::vector<std::pair<std::string, std::string>>{
           {"Condition", "_content=grumble*"}, {"Patient", "phone:text=98"}}) {
    auto parsed = fhir::search::parse(
        type(name), {{query.substr(0, query.find('=')), query.substr(query.find('=') + 1)}}, store.catalog(),
        {.lenient = false, .baseUrl = "http://localhost/fhir", .maxCount = 100});
    BOOST_REQUIRE_MESSAGE(parsed.ok(), query);
    const auto page = session.search(*parsed);
    BOOST_REQUIRE(!page.ok());
    BOOST_CHECK(page.outcome().failure() == fhir::Failure::badRequest);
    BOOST_CHECK(page.outcome().issues()[0].type == fhir::IssueType::notSupported);
  }
}

BOOST_FIXTURE_TEST_CASE(what_plain_sql_wrote_is_read_as_it_is_and_encrypted_without_a_version, Encrypted) {
  write(*this);
  finish();
  const std::string key = database.run("SELECT id FROM patient_profile");
  database.run(
      "UPDATE patient_profile SET contact_number = '+91 98-55777', medical_summary = 'zanzibarosis'");
  database.run("UPDATE patient_profile SET medical_summary = 'zanzibarosis again'");
  database.run(
      "INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES ('" + key +
      R"(', 'vital', '{"observations":[{"code":"x","note":"quixotitis","secret":"cuffomania"}],"remark":"grumblepox"}'))");
  database.run("INSERT INTO doctor_profile (full_name) VALUES ('Dr')");
  database.run("INSERT INTO prescriptions (patient_id, doctor_id, medications) SELECT '" + key +
               R"(', d.id, '[{"drug_name":"Aspirin","notes":"against quixotitis"}]' FROM doctor_profile d)");
  database.run("INSERT INTO users (email, password_hash, role) VALUES ('a@b.example', 'x', 'patient')");
  database.run(
      "INSERT INTO notifications (user_id, kind, body) SELECT id, 'reminder', 'your quixotitis' FROM users");
  BOOST_TEST(tablesWith("quixotitis") != "");
  BOOST_TEST(find("Patient", "phone=+91 98-55777") == std::vector<std::string>{"p1"});
  const std::string versions =
      "SELECT string_agg(v, ' ' ORDER BY v) FROM (SELECT 'p' || id || version_id || updated_at AS v FROM "
      "patient_profile "
      "UNION ALL SELECT 'o' || id || version_id || updated_at FROM ehr_observations UNION ALL SELECT 'e' || "
      "id || version_id || updated_at FROM electronic_health_records "
      "UNION ALL SELECT 'r' || id || version_id || updated_at FROM prescriptions UNION ALL SELECT 'h' || "
      "count(*) FROM history.patient_profile UNION ALL SELECT 'a' || count(*) FROM audit_logs) x";
  const std::string before = database.run(versions);
  finish();
  BOOST_TEST(database.run(versions) == before);
  for (const std::string& secret : kSecrets) BOOST_TEST(tablesWith(secret) == "", secret);
  BOOST_TEST(tablesWith("98-55777") == "");
  BOOST_TEST(count("fhir.encryption_queue") == 0);
  BOOST_TEST(find("Patient", "phone=+91 98-55777") == std::vector<std::string>{"p1"});
  const auto back = read("Patient", "p1");
  BOOST_TEST(back->json.find("zanzibarosis again") != std::string::npos);
  const auto observation = search("Observation", "code=x").matches;
  BOOST_REQUIRE(observation.size() == 1U);
  BOOST_TEST(observation[0].json.find("quixotitis") != std::string::npos);
  // The platform writes back what it has read, and changes another member: the encrypted ones go with it.
  database.run(
      "UPDATE electronic_health_records SET content = jsonb_set(content::jsonb, '{observations,0,display}', "
      "'\"shown\"')::text "
      "WHERE record_type = 'vital' AND content LIKE '%remark%' OR content LIKE '%sealed%' AND content NOT "
      "LIKE '%85354-9%'");
  const auto changed = search("Observation", "code=x").matches;
  BOOST_REQUIRE(changed.size() == 1U);
  BOOST_TEST(changed[0].json.find("quixotitis") != std::string::npos);
  BOOST_TEST(changed[0].json.find("shown") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_database_of_before_is_encrypted_while_it_is_searched) {
  Folder folder;
  fixture::StoreFixture clear{store::StoreOptions()};
  write(clear);
  clear.put(R"({"resourceType":"Patient","id":"p1","telecom":[{"system":"phone","value":"+91 98-55509"}]})");
  write(clear);
  allIsFound(clear);
  clear.reopen(encrypted(folder.file));
  allIsFound(clear);
  allComesBack(clear);
  for (int steps = 0; clear.count("fhir.encryption_job WHERE ended_at IS NULL") != 0 && steps < 400;
       ++steps) {
    const auto done = clear.session.encryptSome(1);
    BOOST_REQUIRE(done.ok());
    if (done->rows == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (steps % 10 == 0) allIsFound(clear);
  }
  allIsFound(clear);
  allComesBack(clear);
  for (const std::string& secret : kSecrets) {
    BOOST_TEST(clear.count("history.patient_profile t WHERE t::text LIKE '%" + secret + "%'") == 0, secret);
    BOOST_TEST(clear.count("fhir.resource t WHERE t::text LIKE '%" + secret + "%'") == 0, secret);
    BOOST_TEST(clear.count("fhir.idx_words t WHERE t::text LIKE '%" + secret + "%'") == 0, secret);
    BOOST_TEST(clear.count("fhir.idx_token t WHERE t::text LIKE '%" + secret + "%'") == 0, secret);
  }
}

BOOST_FIXTURE_TEST_CASE(a_rotation_leaves_nothing_of_the_former_key_and_all_can_be_read_meanwhile,
                        Encrypted) {
  write(*this);
  put(R"({"resourceType":"Patient","id":"p1","telecom":[{"system":"phone","value":"+91 98-55509"}]})");
  write(*this);
  finish();
  for (const bool hashes : {false, true}) {
    const std::string former = database.run("SELECT id FROM fhir.data_key WHERE use = 'data' AND is_current");
    rotate(hashes);
    allComesBack(*this);
    allIsFound(*this);
    BOOST_REQUIRE(session.encryptSome(2).ok());
    allComesBack(*this);
    allIsFound(*this);
    finish();
    allComesBack(*this);
    allIsFound(*this);
    nothingIsClear(*this);
    BOOST_TEST(tablesWith("hv1:" + former) == "");
  }
}

BOOST_FIXTURE_TEST_CASE(a_rotation_ends_while_the_platform_writes_without_a_pause, Encrypted) {
  write(*this);
  finish();
  rotate(false);
  int steps = 0;
  for (; steps < 500 && count("fhir.encryption_job WHERE ended_at IS NULL") != 0; ++steps) {
    database.run("UPDATE patient_profile SET medical_summary = 'said " + std::to_string(steps) + "'");
    BOOST_REQUIRE(session.encryptSome(50).ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  BOOST_TEST(steps < 500);
}

BOOST_FIXTURE_TEST_CASE(keys_are_wrapped_anew_and_the_former_wrapping_key_may_go, Encrypted) {
  write(*this);
  support::writeFile(file, std::string(kFirst) + std::string(kSecond));
  store::Connection connection({.databaseUrl = store.options().databaseUrl});
  auto provider = keys::provider(store.options().encryption);
  BOOST_REQUIRE(provider.ok());
  const auto wrapped = store::rewrapDataKeys(connection, **provider);
  BOOST_REQUIRE(wrapped.ok());
  BOOST_TEST(*wrapped == 2U);
  BOOST_TEST(*store::rewrapDataKeys(connection, **provider) == 0U);
  support::writeFile(file, kSecond);
  store.keyring().forget();
  allComesBack(*this);
  allIsFound(*this);
}

BOOST_FIXTURE_TEST_CASE(without_the_key_what_needs_it_is_503_and_the_rest_goes_on, Encrypted) {
  write(*this);
  put(R"({"resourceType":"ValueSet","id":"v1","url":"http://x.example/v","status":"active"})");
  put(R"({"resourceType":"Appointment","id":"a1","status":"proposed","participant":[{"status":"accepted"}]})");
  const auto isAway = [](const auto& result) {
    BOOST_REQUIRE(!result.ok());
    BOOST_CHECK(result.outcome().failure() == fhir::Failure::unavailable);
  };
  std::filesystem::rename(file, file + ".away");
  store.keyring().forget();
  isAway(session.read(type("Patient"), "p1"));
  isAway(session.read(type("Condition"), "c1"));
  isAway(session.create(resource(kCondition)));
  isAway(session.encryptSome(10));
  BOOST_TEST(read("ValueSet", "v1").has_value());
  BOOST_TEST(find("ValueSet", "url=http://x.example/v").size() == 1U);
  BOOST_TEST(!read("Patient", "nobody").has_value());
  std::filesystem::rename(file + ".away", file);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // how long a failure is remembered
  allComesBack(*this);
  allIsFound(*this);
  nothingIsClear(*this);
}

BOOST_FIXTURE_TEST_CASE(a_key_ends_when_it_is_withdrawn_and_was_kept_long_enough, Encrypted) {
  write(*this);
  std::filesystem::remove(file);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  BOOST_TEST(!session.read(type("Patient"), "p1").ok());
}

BOOST_FIXTURE_TEST_CASE(a_value_counts_where_it_was_written_alone, Encrypted) {
  write(*this);
  put(R"({"resourceType":"Patient","id":"p2","telecom":[{"system":"phone","value":"+91 98-55508"}]})");
  database.run(
      "UPDATE patient_profile SET contact_number = (SELECT contact_number FROM patient_profile WHERE fhir_id "
      "= 'p1') WHERE fhir_id = 'p2'");
  const auto moved = session.read(type("Patient"), "p2");
  BOOST_REQUIRE(!moved.ok());
  BOOST_CHECK(moved.outcome().failure() == fhir::Failure::internal);
  allComesBack(*this);
}

BOOST_AUTO_TEST_CASE(a_text_in_the_form_of_an_encrypted_one_is_refused_while_there_are_no_keys) {
  fixture::StoreFixture clear{store::StoreOptions()};
  const auto refused = clear.session.create(fixture::StoreFixture::resource(
      R"({"resourceType":"Patient","telecom":[{"system":"phone","value":"hv1:01234567::AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]})"));
  BOOST_REQUIRE(!refused.ok());
  BOOST_CHECK(refused.outcome().failure() == fhir::Failure::unprocessable);
}

BOOST_FIXTURE_TEST_CASE(the_same_text_is_encrypted_like_any_other_when_there_are, Encrypted) {
  const auto kept = create(
      R"({"resourceType":"Patient","telecom":[{"system":"phone","value":"hv1:01234567::AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]})");
  BOOST_TEST(read("Patient", kept.id)->json.find("hv1:01234567::AAAA") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_consent_opens_the_record_though_it_is_encrypted, Encrypted) {
  write(*this);
  put(R"({"resourceType":"Practitioner","id":"dr"})");
  put(R"({"resourceType":"Consent","id":"k1","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
    "category":[{"text":"secretly"}],"patient":{"reference":"Patient/p1"},"policyRule":{"text":"x"},
    "provision":{"type":"permit","actor":[{"role":{"text":"r"},"reference":{"reference":"Practitioner/dr"}}]}})");
  BOOST_TEST(count("care_relationships WHERE source = 'consent' AND revoked_at IS NULL") == 1);
  BOOST_TEST(count("fhir.resource t WHERE t::text LIKE '%secretly%'") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
