// An audit trail to tamper with: a database with rows in two chains and two months, and signed checkpoints;
// each test has copies of it.
#pragma once

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "src/audit/verify.h"
#include "tests/support/test_database.h"

namespace fixture {

// A PEM file with a new key, removed at the end.
struct KeyFile {
  KeyFile();
  ~KeyFile();
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;

  std::filesystem::path file;
  audit::Keys keys;
};

// A copy of a database, and what its superuser does there.
class Copy {
 public:
  explicit Copy(const support::TestDatabase& original);
  ~Copy();
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  void run(const std::string& sql);           // statements, in one transaction
  std::string value(const std::string& sql);  // of the first column of the first row
  void checkpoint(const audit::Keys&);
  void exportTo(const std::filesystem::path&, const audit::Keys&, const audit::Span& = {});
  // Lines as `hvfhir audit verify` prints them. `exported`: an export's file, or empty.
  std::vector<std::string> verify(audit::Keys, const std::filesystem::path& exported = {});

 private:
  const support::TestDatabase& original_;
  std::string name_, url_;
};

std::vector<std::string> verifyExport(const std::filesystem::path&, audit::Keys);

// Chain 1: ten rows of this month and a checkpoint at the sixth and the eighth. Chain 9: four rows of a month
// before, with its own partition, which the first checkpoint saw.
struct TrailFixture {
  TrailFixture();

  support::TestDatabase database;
  KeyFile key;
};

}  // namespace fixture
