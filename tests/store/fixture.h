// A store on a database of its own, connected as the server's least-privilege role.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fhir/model/resource.h"
#include "src/store/store.h"
#include "tests/support/test_database.h"

namespace fixture {

struct StoreFixture {
  explicit StoreFixture(bool strictReferences = false);
  // With other options than the usual ones; the database, the mappings and the base are set.
  explicit StoreFixture(store::StoreOptions);

  // Another store and session on the same database.
  void reopen(store::StoreOptions);

  support::TestDatabase database;
  store::Store store;
  store::Session session;

  static const fhir::TypeDefinition& type(std::string_view name);
  static fhir::Resource resource(std::string_view json);

  // Each fails the test when the store says no.
  store::StoredResource create(std::string_view json);
  store::Written put(std::string_view json);  // under the id that it has
  std::optional<store::StoredResource> read(std::string_view typeName, std::string_view id);
  std::vector<std::string> find(std::string_view typeName,
                                std::string_view query);  // ids, in the order of their pages
  store::SearchPage search(std::string_view typeName, std::string_view query);
  std::vector<store::HistoryEntry> history(std::string_view typeName, std::string_view id);

  // The row count of a table, as the owner.
  int count(const std::string& fromWhere);
};

// Runs work(0) ... work(threads - 1), each in a thread of its own, and waits for all.
template <class Work>
void together(int threads, const Work& work) {
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) running.emplace_back(work, t);
  for (std::thread& thread : running) thread.join();
}

// Whether two JSON texts say the same: order of members aside, numbers by their digits, arrays in order.
bool same(std::string_view a, std::string_view b);
// `json` without id and without meta.versionId and meta.lastUpdated.
std::string content(std::string_view json);

}  // namespace fixture
