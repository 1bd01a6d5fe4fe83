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
  // The current key of a use as a program of the platform has it: its id, and its bytes as SQL's literal.
  std::pair<std::string, std::string> currentKey(keys::StoredKey::Use use) const {
    store::Connection connection({.databaseUrl = store.options().databaseUrl});
    auto provider = keys::provider(store.options().encryption);
    BOOST_REQUIRE(provider.ok());
    const auto stored = store::readDataKeys(connection);
    BOOST_REQUIRE(stored.ok());
    for (const keys::StoredKey& key : *stored) {
      if (key.use != use || !key.current) continue;
      const auto secret = (*provider)->unwrap(key.wrapped, keys::bindingOf(key.id, use));
      BOOST_REQUIRE(secret.ok());
      std::string hex;
      for (const std::uint8_t byte : secret->bytes()) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex.append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
      }
      return {key.id, "'\\x" + hex + "'"};
    }
    BOOST_FAIL("no current key");
    return {};
  }
  // fhir.seal and fhir.unseal of a column of `table` in a statement on it; `clear` and `sealed` are SQL.
  std::string seal(const std::string& table, const std::string& column, const std::string& clear,
                   bool isSearched = false, const std::string& row = "id::text") const {
    const auto [id, key] = currentKey(keys::StoredKey::Use::data);
    const std::string place = ", '" + table + "', '" + column + "', " + row + ", ";
    return "fhir.seal(" + key + ", '" + id + "'" + place + clear +
           (isSearched ? ", " + currentKey(keys::StoredKey::Use::blind).second : "") + ")";
  }
  std::string unseal(const std::string& table, const std::string& column, const std::string& sealed,
                     const std::string& row = "id::text") const {
    return "fhir.unseal(" + currentKey(keys::StoredKey::Use::data).second + ", '" + table + "', '" + column +
           "', " + row + ", " + sealed + ")";
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

BOOST_FIXTURE_TEST_CASE(what_a_rule_over_the_audit_trail_tells_is_encrypted_and_can_be_read, Encrypted) {
  write(*this);
  finish();
  database.run(
      "WITH a AS (INSERT INTO users (email, password_hash, role) VALUES ('a@b.example', 'x', 'admin') "
      "RETURNING id)"
      " INSERT INTO admin_duties (user_id, duty) SELECT id, 'audit' FROM a");
  store::Connection connection({.databaseUrl = store.options().databaseUrl});
  BOOST_REQUIRE(
      connection
          .run("SELECT fhir.raise_audit_alarm('refusals', 'address', '192.0.2.7', '', 'more than 3 accesses',"
               " now(), now(), '1 hour')")
          .ok());
  finish();
  BOOST_TEST(tablesWith("refusals: address") == "");
  const std::string key = database.run("SELECT id FROM notifications WHERE kind = 'audit_alarm'");
  const std::string body = database.run("SELECT body FROM notifications WHERE kind = 'audit_alarm'");
  const auto sealed = keys::readSealed(body);
  BOOST_REQUIRE(sealed.has_value());
  const auto dataKey = store.keyring().find(sealed->key);
  BOOST_REQUIRE(dataKey.ok());
  const auto said = (*dataKey)->open(*sealed, {"notifications", "body", key});
  BOOST_REQUIRE(said.has_value());
  BOOST_TEST(said->starts_with("Audit rule refusals: address 192.0.2.7, more than 3 accesses, from 20"),
             *said);
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

BOOST_FIXTURE_TEST_CASE(sql_opens_what_the_server_has_encrypted, Encrypted) {
  write(*this);
  const auto opened = [&](const std::string& table, const std::string& column, const std::string& sealed,
                          const std::string& row = "id::text") {
    return database.run("SELECT " + unseal(table, column, sealed, row) + " FROM " + table);
  };
  const auto has = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  BOOST_TEST(opened("patient_profile", "contact_number", "contact_number") == "+91 98-55501");
  BOOST_TEST(opened("patient_profile", "medical_summary", "medical_summary") == "Zanzibarosis since 2011");
  BOOST_TEST(has(opened("patient_profile", "fhir_residual", "fhir_residual ->> '$sealed'"), "secretmail"));
  BOOST_TEST(opened("ehr_observations", "note", "note") == "looks like quixotitis");
  BOOST_TEST(has(opened("ehr_observations", "components", "components -> 0 ->> '$sealed'"), "wobble"));
  BOOST_TEST(has(
      opened("fhir.resource", "fhir_residual", "fhir_residual ->> '$sealed'", "resource_type || '/' || id"),
      "narratovirus"));
  // The same row by its hash, as a program of the platform looks for it.
  BOOST_TEST(database.run("SELECT fhir_id FROM patient_profile WHERE contact_number LIKE 'hv1:%' AND "
                          "split_part(contact_number, ':', 3) = fhir.blind_hash(" +
                          currentKey(keys::StoredKey::Use::blind).second + ", '+91 98-55501')") == "p1");
}

BOOST_FIXTURE_TEST_CASE(what_sql_has_encrypted_is_read_found_and_encrypted_anew, Encrypted) {
  const std::vector<std::string> p1{"p1"};
  const std::string other = "0f8fad5b-d9cb-469f-a165-70867728950e";
  write(*this);
  finish();
  database.run("UPDATE patient_profile SET contact_number = " +
               seal("patient_profile", "contact_number", "'+91 98-55777'", true) + ", medical_summary = " +
               seal("patient_profile", "medical_summary", "'zanzibarosis: Dürre Füße'") +
               ", fhir_residual = json_build_object('$sealed', " +
               seal("patient_profile", "fhir_residual",
                    "replace(" + unseal("patient_profile", "fhir_residual", "fhir_residual ->> '$sealed'") +
                        ", 'asha@', 'rao@')") +
               ")");
  database.run("UPDATE fhir.resource SET fhir_residual = json_build_object('$sealed', " +
               seal("fhir.resource", "fhir_residual",
                    "replace(" +
                        unseal("fhir.resource", "fhir_residual", "fhir_residual ->> '$sealed'",
                               "resource_type || '/' || id") +
                        ", 'suspected', 'confirmed')",
                    false, "resource_type || '/' || id") +
               ") WHERE resource_type = 'Condition'");
  // Without what it is found by: the server adds that.
  database.run("INSERT INTO patient_profile (id, contact_number) VALUES ('" + other + "', " +
               seal("patient_profile", "contact_number", "'+91 98-55778'", false, "'" + other + "'") + ")");
  const auto isThere = [&] {
    BOOST_TEST(find("Patient", "phone=+91 98-55777") == p1);
    BOOST_TEST(find("Patient", "phone=+91 98-55501").empty());
    BOOST_TEST(find("Patient", "email=rao@secretmail.example") == p1);
    BOOST_TEST(find("Patient", "email=asha@secretmail.example").empty());
    const auto patient = read("Patient", "p1");
    BOOST_TEST(patient->json.find("zanzibarosis: Dürre Füße") != std::string::npos);
    BOOST_TEST(patient->json.find("+91 98-55777") != std::string::npos);
    BOOST_TEST(patient->json.find("rao@secretmail") != std::string::npos);
    BOOST_TEST(read("Patient", other)->json.find("+91 98-55778") != std::string::npos);
    BOOST_TEST(read("Condition", "c1")->json.find("grumblepox confirmed") != std::string::npos);
    nothingIsClear(*this);
  };
  isThere();
  finish();
  isThere();
  BOOST_TEST(find("Patient", "phone=+91 98-55778") == std::vector<std::string>{other});
  BOOST_TEST(database.run("SELECT version_id FROM patient_profile WHERE id = '" + other + "'") == "1");
  const std::string former = currentKey(keys::StoredKey::Use::data).first;
  rotate(true);
  isThere();
  finish();
  isThere();
  BOOST_TEST(find("Patient", "phone=+91 98-55778") == std::vector<std::string>{other});
  BOOST_TEST(tablesWith("hv1:" + former) == "");
}

BOOST_FIXTURE_TEST_CASE(a_value_that_sql_has_encrypted_for_another_row_fails_and_nothing_else, Encrypted) {
  const std::vector<std::string> p2{"p2"};
  write(*this);
  put(R"({"resourceType":"Patient","id":"p2","name":[{"family":"Iyer"}],"telecom":[{"system":"phone","value":"+91 98-55508"},{"system":"email","value":"iyer@secretmail.example"}]})");
  finish();
  // In every place that is opened in the background: found by a hash, and not.
  for (const std::string column : {"contact_number", "medical_summary"}) {
    database.run("UPDATE patient_profile SET " + column + " = " +
                 seal("patient_profile", column, "'+91 98-55509'", column == "contact_number",
                      "(SELECT o.id::text FROM patient_profile o WHERE o.fhir_id = 'p2')") +
                 ", " +
                 (column == "contact_number" ? "medical_summary = 'zanzibarosis'" : "contact_number = NULL") +
                 " WHERE fhir_id = 'p1'");
    const auto onlyItFails = [&] {
      const auto wrong = session.read(type("Patient"), "p1");
      BOOST_REQUIRE(!wrong.ok());
      BOOST_CHECK(wrong.outcome().failure() == fhir::Failure::internal);
      BOOST_TEST(wrong.outcome().toJson().find("55509") == std::string::npos);
      BOOST_TEST(find("Patient", "phone=+91 98-55508") == p2);
      BOOST_TEST(find("Patient", "email=iyer@secretmail.example") == p2);
      BOOST_TEST(find("Patient", "family=Iyer") == p2);
      BOOST_TEST(read("Patient", "p2").has_value());
      BOOST_TEST(read("Condition", "c1").has_value());
    };
    onlyItFails();
    BOOST_REQUIRE(session.encryptSome(50).ok());
    onlyItFails();
    BOOST_TEST(count("fhir.encryption_queue") == 0);
    BOOST_TEST(count("fhir.reindex_queue") == 0);
    nothingIsClear(*this);
  }
  rotate(true);
  for (int steps = 0; steps < 500 && count("fhir.encryption_job WHERE ended_at IS NULL") != 0; ++steps) {
    BOOST_REQUIRE(session.encryptSome(50).ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  BOOST_TEST(count("fhir.encryption_job WHERE ended_at IS NOT NULL AND failed > 0") == 1);
  BOOST_TEST(find("Patient", "phone=+91 98-55508") == p2);
  // Written anew it is as any other.
  database.run(
      "UPDATE patient_profile SET contact_number = '+91 98-55501', medical_summary = 'Zanzibarosis since "
      "2011' WHERE fhir_id = 'p1'");
  allComesBack(*this);
  BOOST_TEST(find("Patient", "phone=+91 98-55501") == std::vector<std::string>{"p1"});
  BOOST_TEST(find("Patient", "email=asha@secretmail.example") == std::vector<std::string>{"p1"});
}

BOOST_FIXTURE_TEST_CASE(a_value_of_a_key_that_nobody_has_fails_and_nothing_else, Encrypted) {
  write(*this);
  put(R"({"resourceType":"Patient","id":"p2","telecom":[{"system":"email","value":"iyer@secretmail.example"}]})");
  finish();
  const std::string condition = " WHERE fhir_id = 'p1'";
  database.run(
      "UPDATE patient_profile SET medical_summary = regexp_replace(medical_summary, "
      "'^hv1:[0-9a-f]*', 'hv1:00000000'), contact_number = '+91 98-55507'" +
      condition);
  database.run("UPDATE patient_profile SET medical_summary = 'zanzibarosis' WHERE fhir_id = 'p2'");
  const auto wrong = session.read(type("Patient"), "p1");
  BOOST_REQUIRE(!wrong.ok());
  BOOST_CHECK(wrong.outcome().failure() == fhir::Failure::unavailable);
  BOOST_TEST(find("Patient", "email=iyer@secretmail.example") == std::vector<std::string>{"p2"});
  BOOST_REQUIRE(session.encryptSome(50).ok());
  BOOST_TEST(count("fhir.encryption_queue") == 0);
  nothingIsClear(*this);
  BOOST_TEST(find("Patient", "email=iyer@secretmail.example") == std::vector<std::string>{"p2"});
  BOOST_TEST(read("Patient", "p2").has_value());
  database.run(
      "UPDATE patient_profile SET medical_summary = 'Zanzibarosis since 2011', contact_number = '+91 "
      "98-55501'" +
      condition);
  allComesBack(*this);
  BOOST_TEST(find("Patient", "phone=+91 98-55501") == std::vector<std::string>{"p1"});
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
