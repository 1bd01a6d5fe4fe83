#include "tests/audit/fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace fixture {
namespace {

int copies = 0;

store::Connection connect(const std::string& url) {
  return store::Connection({.databaseUrl = url});
}

std::string temporary(const std::string& suffix) {
  static int count = 0;
  return (std::filesystem::temp_directory_path() /
          ("hv_audit_" + std::to_string(::getpid()) + "_" + std::to_string(++count) + suffix))
      .string();
}

std::vector<std::string> findings(audit::Trail& trail, const audit::Keys& keys, audit::Trail* exported) {
  std::vector<std::string> out;
  const auto verified = audit::verify(trail, keys, exported, [&](const audit::Finding& finding) {
    out.push_back(std::string(audit::nameOf(finding.fault)) + ": " + finding.text);
  });
  if (!verified) throw std::runtime_error(verified.outcome().toJson());
  BOOST_TEST(verified->findings == out.size());
  return out;
}

}  // namespace

KeyFile::KeyFile() : file(temporary(".pem")) {
  const std::string command = "openssl genpkey -algorithm ed25519 -out '" + file.string() + "'";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl makes no key");
  auto read = audit::Keys::read(file.string());
  if (!read) throw std::runtime_error(read.outcome().toJson());
  keys = *std::move(read);
}

KeyFile::~KeyFile() {
  std::filesystem::remove(file);
}

Copy::Copy(const support::TestDatabase& original)
    : original_(original),
      name_(original.name() + "_" + std::to_string(++copies)),
      url_(original.url() + " dbname='" + name_ + "'") {
  original_.run("CREATE DATABASE " + name_ + " TEMPLATE " + original_.name());
}

Copy::~Copy() {
  original_.run("DROP DATABASE " + name_ + " WITH (FORCE)");
}

void Copy::run(const std::string& sql) {
  auto connection = connect(url_);
  if (auto done = connection.command(sql); !done)
    throw std::runtime_error("SQLSTATE " + std::string(connection.lastState()) + " of " + sql);
}

std::string Copy::value(const std::string& sql) {
  auto connection = connect(url_);
  auto rows = connection.run(sql);
  if (!rows) throw std::runtime_error("SQLSTATE " + std::string(connection.lastState()) + " of " + sql);
  return std::string(rows->text(0, 0));
}

void Copy::checkpoint(const audit::Keys& keys) {
  auto connection = connect(url_);
  const auto made = audit::makeCheckpoint(connection, keys);
  if (!made || !*made) throw std::runtime_error("no checkpoint was made");
}

void Copy::exportTo(const std::filesystem::path& file, const audit::Keys& keys, const audit::Span& span) {
  auto connection = connect(url_);
  auto trail = audit::trailOf(connection, span);
  std::ofstream out(file);
  if (!trail || !audit::writeExport(**trail, span, keys, out))
    throw std::runtime_error("nothing was exported");
}

std::vector<std::string> Copy::verify(audit::Keys keys, const std::filesystem::path& exported) {
  auto connection = connect(url_);
  auto trail = audit::trailOf(connection);
  if (!trail) throw std::runtime_error(trail.outcome().toJson());
  if (exported.empty()) return findings(**trail, keys, nullptr);
  auto file = audit::trailOf(exported.string(), keys);
  if (!file) throw std::runtime_error(file.outcome().toJson());
  return findings(**trail, keys, file->get());
}

std::vector<std::string> verifyExport(const std::filesystem::path& file, audit::Keys keys) {
  auto trail = audit::trailOf(file.string(), keys);
  if (!trail) throw std::runtime_error(trail.outcome().toJson());
  return findings(**trail, keys, nullptr);
}

TrailFixture::TrailFixture() {
  auto connection = connect(database.url());
  const auto run = [&](const std::string& sql) {
    if (auto done = connection.command(sql); !done)
      throw std::runtime_error("SQLSTATE " + std::string(connection.lastState()) + " of " + sql);
  };
  const auto checkpoint = [&] {
    const auto made = audit::makeCheckpoint(connection, key.keys);
    if (!made || !*made) throw std::runtime_error("no checkpoint was made");
  };
  // Of a month before, as they were written then: by the trigger's own rules, but for the clock.
  run(R"(
    SELECT fhir.make_audit_partition(date_trunc('month', now() AT TIME ZONE 'UTC' - interval '2 months')::date);
    ALTER TABLE audit_logs DISABLE TRIGGER chain;
    INSERT INTO fhir.audit_head (chain) OVERRIDING SYSTEM VALUE VALUES (9);
    DO $$
    DECLARE
      r audit_logs;
    BEGIN
      FOR i IN 1..4 LOOP
        r.id := gen_random_uuid(); r.action := 'read'; r.metadata := '{"a": 1}'; r.patients := '{}'; r.chain := 9; r.position := i;
        r."timestamp" := date_trunc('month', now() AT TIME ZONE 'UTC' - interval '2 months') AT TIME ZONE 'UTC' + make_interval(days => i);
        r.previous := coalesce((SELECT h.hash FROM fhir.audit_head h WHERE h.chain = 9), '');
        r.hash := fhir.audit_hash(r);
        INSERT INTO audit_logs SELECT (r).*;
        UPDATE fhir.audit_head h SET position = i, previous = r.previous, hash = r.hash WHERE h.chain = 9;
      END LOOP;
    END $$;
    ALTER TABLE audit_logs ENABLE TRIGGER chain)");
  // Another way to say the same is another writer's: the session takes the first chain that is free, which is
  // 1 from here on.
  run("INSERT INTO fhir.audit_head (chain) OVERRIDING SYSTEM VALUE VALUES (1)");
  for (int i = 0; i < 6; ++i)
    run("INSERT INTO audit_logs (action, target_table, target_id, metadata, patients, query) VALUES ('read', "
        "'x', "
        "gen_random_uuid(), '{\"a\": \"\\\"b\"}', ARRAY[gen_random_uuid()], E'\\\\ '' ü')");
  checkpoint();
  for (int i = 0; i < 2; ++i)
    run("INSERT INTO users (email, password_hash, role) VALUES ('u" + std::to_string(i) +
        "@example.org', 'x', 'patient')");
  checkpoint();
  for (int i = 0; i < 2; ++i) run("INSERT INTO audit_logs (action) VALUES ('read')");
}

}  // namespace fixture
