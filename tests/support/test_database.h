// TestDatabase: a database of its own for one test, dropped at the end.
//
// The server is the one that HV_TEST_DATABASE_URL names (a superuser's URL or keyword string of any database
// there, as
// ./test gives it). Without it such tests skip: see SkipWithoutDatabase.
// Threading: one thread. Errors: std::runtime_error, which fails the test.
#pragma once

#include <cstdint>
#include <string>

namespace support {

class TestDatabase {
 public:
  enum class Schema : std::uint8_t { none, platform };

  // Creates it; with Schema::platform all migrations are applied: a copy of a database that stays on the
  // server, hv_test_template_ and what tells the migrations.
  explicit TestDatabase(Schema schema = Schema::platform);
  ~TestDatabase();  // drops it, whoever is connected
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // libpq keyword string of the owner, a superuser.
  const std::string& url() const noexcept { return url_; }
  // The same database for another role (without a password).
  std::string urlFor(const std::string& role) const;
  const std::string& name() const noexcept { return name_; }

  // Runs statements as the owner; the first column of the last statement's first row, empty when it has none.
  std::string run(const std::string& sql) const;

 private:
  std::string name_;
  std::string url_;
};

bool haveDatabase();

// For a test program's global fixture: ends the program with code 77 (ctest: skipped) when there is no
// database.
struct SkipWithoutDatabase {
  SkipWithoutDatabase();
};

}  // namespace support
