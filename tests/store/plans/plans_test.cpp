// Every search is backed by an index: what the store asks PostgreSQL is explained on a large generated data
// set, with statistics and, as after an import that nobody has analyzed, without.
#define BOOST_TEST_MODULE plans
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <iostream>
#include <set>

#include "fhir/search/query.h"
#include "fhir/search/words.h"
#include "src/store/migrations/migrations.h"
#include "tests/store/plans/data.h"
#include "tests/store/plans/plan.h"
#include "tests/store/plans/questions.h"

using support::SkipWithoutDatabase;
BOOST_TEST_GLOBAL_FIXTURE(SkipWithoutDatabase);

namespace plans {
namespace {

constexpr const char* kRole = "hv_test_server";

long observations() {
  const char* rows = std::getenv("HV_PLANS_ROWS");
  return rows != nullptr ? std::atol(rows) : 100'000;
}

bool asksAll() {
  return std::getenv("HV_PLANS_ALL") != nullptr;
}

std::vector<std::pair<std::string, std::string>> pairsOf(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view one = query.substr(0, end);
    const std::size_t equals = one.find('=');
    out.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

struct Asked {
  Question question;
  std::string what;  // "page", "next page", "total", "include"
  Sent sent;
  bool planned = false;  // for its values each time, never for any values
};

class Plans {
 public:
  Plans() : store_(open()), session_(store_.session()) { fill(database_, store_, observations()); }

  const support::TestDatabase& database() const { return database_; }
  const store::Store& store() const { return store_; }
  std::vector<Asked>& asked() { return asked_; }

  // As an import ends.
  void gatherStatistics() {
    auto gathered = session_.gatherStatistics();
    if (!gathered) BOOST_FAIL("statistics: " << gathered.outcome().toJson());
    BOOST_REQUIRE(database_.run("SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'idx_token'") == "t");
  }

  void ask(const Question& question) {
    auto pairs = pairsOf(question.query);
    fhir::search::Scope scope;
    if (!question.type.empty()) scope.type = fhir::findResourceType(question.type);
    if (!question.compartment.empty()) {
      const std::size_t slash = question.compartment.find('/');
      scope.compartment = {fhir::findResourceType(question.compartment.substr(0, slash))->name,
                           question.compartment.substr(slash + 1)};
    }
    std::string next;
    for (const bool first : {true, false}) {
      if (!first) {
        if (next.empty()) return;
        pairs.emplace_back("_cursor", next);
      }
      auto query =
          fhir::search::parse(scope, pairs, store_.catalog(),
                              {.lenient = true, .baseUrl = "http://localhost/fhir", .maxCount = 1000});
      if (!query) {
        // A modifier that this parameter does not take.
        if (question.query.find(':') != std::string::npos) return;
        BOOST_FAIL(question.type << "?" << question.query << ": " << query.outcome().toJson());
      }
      if (!query->count) query->count = 20;
      if (first && question.narrow) query->total = fhir::search::Total::accurate;
      statements_.clear();
      auto page = session_.search(*query);
      if (!page) {
        BOOST_ERROR(question.type << "?" << question.query << " fails: " << page.outcome().toJson());
        for (Sent& sent : statements_) keep(question, first, std::move(sent));
        return;
      }
      for (Sent& sent : statements_) keep(question, first, std::move(sent));
      next = page->next;
    }
  }

 private:
  store::Store open() {
    auto role = store::ensureServerRole(database_.url(), kRole);
    BOOST_REQUIRE(role.ok());
    store::StoreOptions options;
    options.databaseUrl = database_.urlFor(kRole);
    options.mappingsDirectory = std::string(std::getenv("HV_SOURCE_DIR")) + "/mappings";
    options.baseUrl = "http://localhost/fhir";
    options.statementTimeoutMilliseconds = 10'000;
    options.observer = [this](std::string_view sql, std::span<const std::optional<std::string_view>> values) {
      Sent& sent = statements_.emplace_back();
      sent.sql = sql;
      for (const auto& value : values) {
        sent.values.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
      }
    };
    auto store = store::Store::open(options);
    if (!store) BOOST_FAIL("store: " << store.outcome().toJson());
    return *std::move(store);
  }

  void keep(const Question& question, bool first, Sent sent) {
    if (sent.sql.starts_with("SELECT set_config('plan_cache_mode'")) {
      planned_ = sent.sql.find("force_custom_plan") != std::string::npos;
      return;
    }
    const bool include = sent.sql.starts_with("WITH links");
    const bool page = sent.sql.starts_with("WITH a ");
    const bool total = sent.sql.starts_with("SELECT EXISTS");
    const char* const what = include ? "include"
                             : page  ? (first ? "page" : "next page")
                             : total ? "total"
                                     : "units";
    if (seen_.insert(sent.sql).second) asked_.push_back({question, what, std::move(sent), planned_});
    planned_ = false;
  }

  support::TestDatabase database_;
  std::vector<Sent> statements_;
  store::Store store_;
  store::Session session_;
  std::vector<Asked> asked_;
  std::set<std::string> seen_;
  bool planned_ = false;
};

void judge(Plans& plans, Explainer& explainer, bool statistics) {
  const std::string_view when = statistics ? "with statistics" : "without statistics";
  std::size_t explained = 0;
  std::size_t bad = 0;
  for (const Asked& each : plans.asked()) {
    const Question& question = each.question;
    if (!question.known.empty() || (question.byStatistics && !statistics)) continue;
    // A column's units are found by leaps, each one row of the index.
    const bool leaps = each.what == "units";
    const Allowed allowed{leaps || !question.narrow};
    for (const auto mode : {Explainer::Mode::custom, Explainer::Mode::generic}) {
      if (mode == Explainer::Mode::generic && each.planned) continue;
      ++explained;
      const auto faults = explainer.faults(each.sent, mode, allowed);
      if (faults.empty()) continue;
      ++bad;
      std::string all;
      for (const std::string& fault : faults) all += "\n  " + fault;
      BOOST_ERROR(question.compartment
                  << "/" << question.type << "?" << question.query << ", its " << each.what << ", planned "
                  << (mode == Explainer::Mode::custom ? "for its values" : "for any values") << " " << when
                  << ":" << all << "\n"
                  << (std::getenv("HV_PLANS_SHOW") != nullptr ? explainer.plan() : ""));
    }
  }
  std::cout << explained << " plans " << when << ", " << bad << " bad\n";
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_search_is_backed_by_an_index) {
  Plans plans;
  const support::TestDatabase& database = plans.database();
  plans.gatherStatistics();
  const auto askAll = [&](std::string_view name) {
    const fhir::TypeDefinition& type = *fhir::findResourceType(name);
    std::set<fhir::SearchParameterType> met;
    for (const store::DeclaredSearch& declared : plans.store().searches(type)) {
      const bool every = asksAll() || declared.column || fhir::search::isFullText(*declared.parameter) ||
                         met.insert(declared.parameter->type).second;
      for (const Question& question : questionsOf(std::string(name), *declared.parameter, every))
        plans.ask(question);
    }
  };
  Keys keys{keyOfNth(database, "Patient", 77),   keyOfNth(database, "Practitioner", 77),
            keyOfNth(database, "Encounter", 77), keyOfNth(database, "Observation", 77),
            keyOfNth(database, "List", 77),      {}};
  for (long n = 1; n <= 40; ++n) keys.observations.push_back(keyOfNth(database, "Observation", n));
  for (const std::string_view name : mappedTypes) askAll(name);
  for (const std::string_view name : genericTypes) askAll(name);
  for (const Question& question : questionsBeside(keys)) plans.ask(question);

  Explainer explainer(database.url(), static_cast<double>(observations()) / 20);
  judge(plans, explainer, true);
  database.run(
      "DELETE FROM pg_statistic; UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relkind = 'r' "
      "AND relnamespace IN ('public'::regnamespace, 'fhir'::regnamespace)");
  judge(plans, explainer, false);
}

}  // namespace plans
