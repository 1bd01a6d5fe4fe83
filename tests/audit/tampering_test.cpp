// The tampering table: each way to change the trail, done as the database's superuser, and what finds it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <iostream>

#include "src/audit/access.h"
#include "tests/audit/fixture.h"

using fixture::Copy;

namespace {

// Triggers are no hindrance for a superuser.
constexpr const char* kFree = "SET session_replication_role = replica; ";

// Chain 1 made anew from a position on, each row with its right hash, and the head with it.
constexpr const char* kRechain = R"(
  CREATE FUNCTION pg_temp.rechain(first bigint) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE r audit_logs; former bytea := (SELECT l.hash FROM audit_logs l WHERE l.chain = 1 AND l.position = first - 1); place bigint := first;
  BEGIN
    FOR r IN SELECT * FROM audit_logs l WHERE l.chain = 1 AND l.position >= first ORDER BY l.position, l.id LOOP
      r.previous := former; r.position := place;
      UPDATE audit_logs l SET previous = former, position = place, hash = fhir.audit_hash(r) WHERE l.id = r.id;
      former := fhir.audit_hash(r); place := place + 1;
    END LOOP;
    UPDATE fhir.audit_head h SET position = place - 1, hash = former WHERE h.chain = 1;
  END $$; )";

struct Way {
  std::string name;
  std::string sql;
  std::string kind;       // of a finding, which ...
  std::string names;      // has this text
  bool exported = false;  // found with an earlier export alone
};

const std::vector<Way>& ways() {
  static const std::vector<Way> all{
      {"change a row, triggers disabled",
       "ALTER TABLE audit_logs DISABLE TRIGGER ALL; UPDATE audit_logs SET action = 'x' WHERE chain = 1 AND "
       "position = 5",
       "changed", "chain 1 position 5 id "},
      {"change a row, session_replication_role",
       "UPDATE audit_logs SET action = 'x' WHERE chain = 1 AND position = 5", "changed",
       "chain 1 position 5 id "},
      {"change a row and its hash",
       "UPDATE audit_logs SET action = 'x' WHERE chain = 1 AND position = 5; UPDATE audit_logs l SET hash = "
       "fhir.audit_hash(l) WHERE chain = 1 AND position = 5",
       "unlinked", "chain 1 position 6 id "},
      {"change the last row", "UPDATE audit_logs SET action = 'x' WHERE chain = 1 AND position = 10",
       "changed", "chain 1 position 10 id "},
      {"delete the first row", "DELETE FROM audit_logs WHERE chain = 1 AND position = 1", "removed",
       "chain 1 position 1: removed (between the beginning and id "},
      {"delete a row in the middle", "DELETE FROM audit_logs WHERE chain = 1 AND position IN (4, 5)",
       "removed", "chain 1 positions 4 to 5: removed (between id "},
      {"delete the last row", "DELETE FROM audit_logs WHERE chain = 1 AND position = 10", "removed",
       "chain 1 position 10: removed (after position 9 id "},
      {"delete all rows of a chain", "DELETE FROM audit_logs WHERE chain = 9", "removed",
       "chain 9 positions 1 to 4: removed"},
      {"delete a chain with its head",
       "DELETE FROM audit_logs WHERE chain = 9; DELETE FROM fhir.audit_head WHERE chain = 9", "removed",
       "chain 9 positions 1 to 4: removed"},
      {"empty the table", "TRUNCATE audit_logs", "removed", "chain 1 positions 1 to 10: removed"},
      {"cut the tail, with the head",
       std::string(kRechain) +
           "DELETE FROM audit_logs WHERE chain = 1 AND position > 5; SELECT pg_temp.rechain(5)",
       "removed", "chain 1 positions 6 to 8: removed (after position 5 id "},
      {"put a row between, at a place that is taken",
       "INSERT INTO audit_logs (action, chain, position, previous, hash) SELECT 'x', 1, 5, previous, hash "
       "FROM audit_logs WHERE chain = 1 AND position = 5",
       "ed", "chain 1 position 5 id "},
      {"put a row between and move the others on",
       "UPDATE audit_logs SET position = position + 1 WHERE chain = 1 AND position >= 5; INSERT INTO "
       "audit_logs (action, chain, position, previous, hash) SELECT 'x', 1, 5, hash, 'x' FROM audit_logs "
       "WHERE chain = 1 AND position = 4",
       "changed", "chain 1 position 5 id "},
      {"put a row between, all made anew",
       std::string(kRechain) + "INSERT INTO audit_logs (action, chain, position, previous, hash) VALUES "
                               "('x', 1, 4, '', ''); SELECT pg_temp.rechain(4)",
       "rewritten", "chain 1 position 6 id "},
      {"exchange two rows",
       "UPDATE audit_logs SET position = CASE position WHEN 3 THEN 4 ELSE 3 END WHERE chain = 1 AND position "
       "IN (3, 4)",
       "changed", "chain 1 position 3 id "},
      {"exchange the contents of two rows",
       "UPDATE audit_logs l SET target_id = o.target_id FROM audit_logs o WHERE l.chain = 1 AND o.chain = 1 "
       "AND l.position IN (3, 4) AND o.position IN (3, 4) AND l.position <> o.position",
       "changed", "chain 1 position 4 id "},
      {"move a row to another chain",
       "UPDATE audit_logs SET chain = 9, position = 5 WHERE chain = 1 AND position = 10", "changed",
       "chain 9 position 5 id "},
      {"make all anew from a row on",
       std::string(kRechain) +
           "UPDATE audit_logs SET action = 'x' WHERE chain = 1 AND position = 4; SELECT pg_temp.rechain(4)",
       "rewritten", "chain 1 position 6 id "},
      {"make all anew after the first checkpoint",
       std::string(kRechain) +
           "UPDATE audit_logs SET action = 'x' WHERE chain = 1 AND position = 7; SELECT pg_temp.rechain(7)",
       "rewritten", "of chain 1 positions 7 to 8 may be made anew"},
      {"move a row to another month's partition",
       R"(UPDATE audit_logs SET "timestamp" = "timestamp" + interval '1 month' WHERE chain = 1 AND position = 5)",
       "changed", "chain 1 position 5 id "},
      {"drop a partition",
       "DO $$ BEGIN EXECUTE format('DROP TABLE %s', (SELECT tableoid::regclass FROM audit_logs WHERE chain = "
       "9 LIMIT 1)); END $$",
       "removed", "chain 9 positions 1 to 4: removed"},
      {"detach a partition",
       "DO $$ BEGIN EXECUTE format('ALTER TABLE audit_logs DETACH PARTITION %s', (SELECT tableoid::regclass "
       "FROM audit_logs WHERE chain = 9 LIMIT 1)); END $$",
       "removed", "chain 9 positions 1 to 4: removed"},
      {"set a head back", "UPDATE fhir.audit_head SET position = 3 WHERE chain = 1", "head",
       "chain 1: the head stands at position 3"},
      {"set a head to another hash", "UPDATE fhir.audit_head SET hash = sha256('x') WHERE chain = 1", "head",
       "chain 1: the head stands at position 10"},
      {"remove a head", "DELETE FROM fhir.audit_head WHERE chain = 1", "head",
       "chain 1: its head was removed"},
      {"remove a checkpoint", "DELETE FROM audit_checkpoints WHERE number = 1", "checkpoint",
       "checkpoint 1 was removed"},
      {"remove the last checkpoint", "DELETE FROM audit_checkpoints WHERE number = 2", "checkpoint",
       "checkpoint 2 was exported and is not here any more", true},
      {"change a checkpoint",
       "UPDATE audit_checkpoints SET statement = replace(statement, 'chain 1 6', 'chain 1 5') WHERE number = "
       "1",
       "checkpoint", "checkpoint 1 has a signature that its key has not made"},
      {"put a checkpoint in the place of another",
       "DELETE FROM audit_checkpoints WHERE number = 1; UPDATE audit_checkpoints SET number = 1",
       "checkpoint", "checkpoint 1 is not a statement of its number and key"},
      {"a checkpoint with another's signature",
       "UPDATE audit_checkpoints SET signature = (SELECT signature FROM audit_checkpoints WHERE number = 1)",
       "checkpoint", "checkpoint 2 has a signature that its key has not made"},
      {"cut the tail with head and checkpoints",
       std::string(kRechain) + "DELETE FROM audit_logs WHERE chain = 1 AND position > 5; SELECT "
                               "pg_temp.rechain(5); DELETE FROM audit_checkpoints",
       "removed", "chain 1 positions 6 to 8: removed", true},
      {"make all anew and remove the checkpoints",
       std::string(kRechain) + "UPDATE audit_logs SET action = 'x' WHERE chain = 1 AND position = 4; SELECT "
                               "pg_temp.rechain(4); DELETE FROM audit_checkpoints",
       "rewritten", "chain 1 position 6 id ", true},
  };
  return all;
}

bool has(const std::vector<std::string>& findings, const std::string& kind, const std::string& text) {
  return std::ranges::any_of(findings, [&](const std::string& finding) {
    const std::size_t colon = finding.find(": ");
    return finding.substr(0, colon).ends_with(kind) && finding.find(text) != std::string::npos;
  });
}

void print(const std::string& way, const std::string& found) {
  std::cout << fmt::format("| {} | {} |\n", way, found);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tampering, fixture::TrailFixture)

BOOST_AUTO_TEST_CASE(a_trail_that_nobody_touched_is_whole) {
  Copy copy(database);
  BOOST_TEST(copy.verify(key.keys) == std::vector<std::string>(), boost::test_tools::per_element());
  BOOST_TEST(copy.value("SELECT count(*) FROM audit_checkpoints") == "2");
}

BOOST_AUTO_TEST_CASE(each_way_is_found_and_the_row_named) {
  const std::filesystem::path exported = key.file.string() + ".ndjson";
  Copy(database).exportTo(exported, key.keys);
  std::cout << "| What a superuser does | What verify says |\n|---|---|\n";
  for (const Way& way : ways()) {
    Copy copy(database);
    copy.run(kFree + way.sql);
    if (way.exported) BOOST_TEST(!has(copy.verify(key.keys), way.kind, way.names), way.name);
    const auto findings = copy.verify(key.keys, way.exported ? exported : "");
    BOOST_TEST(has(findings, way.kind, way.names), way.name);
    const auto named =
        std::ranges::find_if(findings, [&](const auto& f) { return has({f}, way.kind, way.names); });
    print(way.name + (way.exported ? " (with an earlier export)" : ""), named != findings.end() ? *named
                                                                        : findings.empty()
                                                                            ? "NOTHING"
                                                                            : findings.front());
  }
  std::filesystem::remove(exported);
}

BOOST_AUTO_TEST_CASE(a_change_of_any_column_is_found_and_the_row_named) {
  const std::string columns = database.run(
      "SELECT string_agg(a.attname || '=' || CASE format_type(a.atttypid, NULL) WHEN 'uuid' THEN "
      "'gen_random_uuid()' WHEN 'uuid[]' THEN "
      "'ARRAY[gen_random_uuid()]' WHEN 'timestamp with time zone' THEN '\"timestamp\" + interval ''1 us''' "
      "WHEN 'jsonb' THEN '''{}''' WHEN 'bytea' THEN "
      "'sha256(''x'')' WHEN 'text' THEN '''other''' ELSE '77' END, E'\\n') FROM pg_attribute a WHERE "
      "a.attrelid = 'audit_logs'::regclass AND a.attnum > 0");
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < columns.size();) {
    const std::size_t end = std::min(columns.find('\n', begin), columns.size());
    const std::string change = columns.substr(begin, end - begin);
    begin = end + 1;
    ++count;
    Copy copy(database);
    // A user's id is the one column of a foreign key.
    const std::string name = change.substr(0, change.find('='));
    copy.run(std::string(kFree) + "UPDATE audit_logs SET \"" + name +
             "\" = " + change.substr(name.size() + 1) + " WHERE chain = 1 AND position = 5");
    const auto findings = copy.verify(key.keys);
    BOOST_TEST((has(findings, "", "chain 1 position 5 id ") ||
                has(findings, "removed", "chain 1 position 5: removed")),
               name);
    print("change " + name, findings.empty() ? "NOTHING" : findings.front());
  }
  BOOST_TEST(count == audit::columns().size());
}

BOOST_AUTO_TEST_CASE(a_line_of_a_row_of_accesses_that_is_touched_is_named) {
  std::string ids, entries;
  std::vector<audit::Line> lines;
  for (const std::string request : {"one", "two", "three", "four"}) {
    audit::Access access;
    access.interaction = "read";
    access.status = 200;
    access.request = request;
    lines.push_back(audit::lineOf(access));
  }
  for (int i = 0; i < 3; ++i) {
    ids += (i == 0 ? "" : ",") + lines[static_cast<std::size_t>(i)].id;
    entries += (i == 0 ? "" : "\n") + lines[static_cast<std::size_t>(i)].text;
  }
  const std::string row = "INSERT INTO audit_logs (action, targets, entries) VALUES ('access', '{" + ids +
                          "}', '" + entries + "')";
  const std::string at = " WHERE chain = 1 AND position = 11";
  const auto update = [&](const std::string& sql) { return "UPDATE audit_logs SET " + sql + at; };
  const std::string place = "chain 1 position 11 id ";
  struct Touched {
    std::string name, sql, kind, says;
  };
  const std::vector<Touched> all{
      {"change a line", update("entries = replace(entries, '\"two\"', '\"TWO\"')"), "changed",
       "(accesses changed: " + lines[1].id + ")"},
      {"remove a line", update("entries = replace(entries, E'\\n" + lines[1].text + "', '')"), "changed",
       "(accesses removed: " + lines[1].id + ")"},
      {"add a line", update("entries = entries || E'\\n" + lines[3].text + "'"), "changed",
       "(accesses added: " + lines[3].id + ")"},
      {"change a line and its id",
       update("entries = replace(entries, '" + lines[1].text + "', '" + lines[3].text + "')"), "changed",
       "(accesses removed: " + lines[1].id + "; added: " + lines[3].id + ")"},
      {"put another text in a line's place",
       update("entries = replace(entries, '" + lines[1].text + "', 'x')"), "changed",
       "(accesses removed: " + lines[1].id + "; added: no line)"},
      {"change a line, its id and the list",
       update("entries = replace(entries, '" + lines[1].text + "', '" + lines[3].text +
              "'), targets = array_replace(targets, '" + lines[1].id + "', '" + lines[3].id + "')"),
       "changed", place},
      {"exchange two lines",
       update("entries = '" + lines[1].text + "' || E'\\n' || '" + lines[0].text + "' || E'\\n' || '" +
              lines[2].text + "'"),
       "changed", place},
      {"remove all lines", update("entries = NULL"), "changed", place},
      {"say that they are of nobody", update("patients = ARRAY[gen_random_uuid()]"), "changed", place},
      {"change a line and the row's hash",
       update("entries = replace(entries, '\"two\"', '\"TWO\"')") +
           "; UPDATE audit_logs l SET hash = fhir.audit_hash(l)" + at,
       "unlinked", "chain 1 position 12 id "},
      {"remove the row", "DELETE FROM audit_logs" + at, "removed", "chain 1 position 11: removed"},
  };
  const std::filesystem::path file = key.file.string() + ".ndjson";
  for (const Touched& each : all) {
    Copy copy(database);
    copy.run(row);
    copy.run("INSERT INTO audit_logs (action) VALUES ('read')");
    BOOST_TEST(copy.verify(key.keys).empty());
    copy.run(kFree + each.sql);
    const auto findings = copy.verify(key.keys);
    BOOST_TEST(has(findings, each.kind, each.says),
               each.name << ": " << (findings.empty() ? "nothing" : findings.front()));
    print(each.name, findings.empty() ? "NOTHING" : findings.front());
    copy.exportTo(file, key.keys);
    BOOST_TEST(has(fixture::verifyExport(file, key.keys), each.kind, each.says), each.name);
  }
  std::filesystem::remove(file);
}

// docs/audit.md says so: what fits, and no checkpoint has seen, cannot be told.
BOOST_AUTO_TEST_CASE(what_is_made_anew_after_the_last_checkpoint_is_not_seen_until_there_is_one) {
  Copy copy(database);
  copy.run(std::string(kFree) + kRechain +
           "UPDATE audit_logs SET action = 'x' WHERE chain = 1 AND position = 9; SELECT pg_temp.rechain(9)");
  BOOST_TEST(copy.verify(key.keys).empty());
  print("make the rows after the last checkpoint anew", "nothing: the window of docs/audit.md");
  Copy sooner(database);
  sooner.checkpoint(key.keys);
  sooner.run(
      std::string(kFree) + kRechain +
      "UPDATE audit_logs SET action = 'x' WHERE chain = 1 AND position = 9; SELECT pg_temp.rechain(9)");
  BOOST_TEST(has(sooner.verify(key.keys), "rewritten", "chain 1 position 10 id "));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_of_another_key_is_none) {
  const fixture::KeyFile other;
  Copy copy(database);
  copy.checkpoint(other.keys);
  BOOST_TEST(
      has(copy.verify(key.keys), "checkpoint", "checkpoint 3 is signed by a key that is not known here"));
  // Without any key nothing can be said of signatures, and the rest is checked.
  BOOST_TEST(copy.verify({}).empty());
}

BOOST_AUTO_TEST_CASE(a_former_key_that_is_listed_proves_its_checkpoints) {
  const fixture::KeyFile other;
  Copy copy(database);
  copy.checkpoint(other.keys);
  audit::Keys both = key.keys;
  for (const auto& [id, bytes] : other.keys.publicKeys()) BOOST_TEST(both.trust(bytes));
  BOOST_TEST(copy.verify(both).empty());
}

BOOST_AUTO_TEST_CASE(an_export_is_checked_without_the_database) {
  const std::filesystem::path file = key.file.string() + ".ndjson";
  Copy copy(database);
  copy.exportTo(file, key.keys);
  BOOST_TEST(fixture::verifyExport(file, key.keys).empty());
  BOOST_TEST(fixture::verifyExport(file, {}).empty());
  const std::string sed =
      "sed -i '/\"position\":\"5\"/s/\"action\":\"read\"/\"action\":\"rood\"/' " + file.string();
  BOOST_REQUIRE(std::system(sed.c_str()) == 0);
  BOOST_TEST(has(fixture::verifyExport(file, key.keys), "changed", "chain 1 position 5 id "));
  copy.run(std::string(kFree) + "UPDATE audit_logs SET action = 'x' WHERE chain = 1 AND position = 5");
  copy.exportTo(file, key.keys);
  BOOST_TEST(has(fixture::verifyExport(file, key.keys), "changed", "chain 1 position 5 id "));
  // Cut off: it says how many rows it has.
  BOOST_REQUIRE(std::system(("sed -i '$d' " + file.string()).c_str()) == 0);
  audit::Keys keys = key.keys;
  BOOST_TEST(!audit::trailOf(file.string(), keys).ok());
  std::filesystem::remove(file);
}

BOOST_AUTO_TEST_CASE(an_export_of_some_time_begins_and_ends_where_it_says) {
  const std::filesystem::path file = key.file.string() + ".ndjson";
  Copy copy(database);
  const std::string from =
      copy.value("SELECT \"timestamp\"::text FROM audit_logs WHERE chain = 1 AND position = 3");
  const std::string to =
      copy.value("SELECT \"timestamp\"::text FROM audit_logs WHERE chain = 1 AND position = 8");
  copy.exportTo(file, key.keys, {from, to});
  BOOST_TEST(fixture::verifyExport(file, key.keys).empty());
  BOOST_REQUIRE(std::system(("test $(grep -c '\"kind\":\"row\"' " + file.string() + ") = 5").c_str()) == 0);
  BOOST_REQUIRE(
      std::system(
          ("sed -i -e '/\"position\":\"5\"/d' -e 's/\"rows\":5/\"rows\":4/' " + file.string()).c_str()) == 0);
  BOOST_TEST(has(fixture::verifyExport(file, key.keys), "removed", "chain 1 position 5: removed"));
  std::filesystem::remove(file);
}

BOOST_AUTO_TEST_SUITE_END()
