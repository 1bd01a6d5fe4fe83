#include "tests/store/fixture.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "fhir/json/json.h"
#include "fhir/search/query.h"
#include "src/store/migrations/migrations.h"
#include "tests/support/encrypted.h"

namespace fixture {
namespace {

constexpr const char* kRole = "hv_test_server";

store::StoreOptions usual(bool strict) {
  store::StoreOptions options;
  options.strictReferences = strict;
  support::encrypt(options);
  return options;
}

store::Store openStore(const support::TestDatabase& database, store::StoreOptions options) {
  auto role = store::ensureServerRole(database.url(), kRole);
  BOOST_REQUIRE(role.ok());
  options.databaseUrl = database.urlFor(kRole);
  options.mappingsDirectory = std::string(std::getenv("HV_SOURCE_DIR")) + "/mappings";
  options.baseUrl = "http://localhost/fhir";
  auto store = store::Store::open(options);
  if (!store) BOOST_FAIL("store: " << store.outcome().toJson());
  return *std::move(store);
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

// The tree is canonical, so its text is the same for the same content.
std::string canonical(std::string_view json) {
  auto resource = fhir::json::parse(json);
  if (!resource) BOOST_FAIL("not FHIR: " << resource.outcome().toJson() << " in " << json);
  return fhir::json::toString(*resource);
}

}  // namespace

StoreFixture::StoreFixture(bool strictReferences) : StoreFixture(usual(strictReferences)) {}

StoreFixture::StoreFixture(store::StoreOptions options)
    : store(openStore(database, std::move(options))), session(store.session()) {}

void StoreFixture::reopen(store::StoreOptions options) {
  store::Store next = openStore(database, std::move(options));
  std::destroy_at(&session);
  std::destroy_at(&store);
  std::construct_at(&store, std::move(next));
  std::construct_at(&session, store.session());
}

const fhir::TypeDefinition& StoreFixture::type(std::string_view name) {
  const fhir::TypeDefinition* found = fhir::findResourceType(name);
  if (found == nullptr) throw std::invalid_argument("no such resource type");
  return *found;
}

fhir::Resource StoreFixture::resource(std::string_view json) {
  auto parsed = fhir::json::parse(json);
  if (!parsed) BOOST_FAIL("not FHIR: " << parsed.outcome().toJson());
  return *std::move(parsed);
}

store::StoredResource StoreFixture::create(std::string_view json) {
  auto written = session.create(resource(json));
  if (!written) BOOST_FAIL("create: " << written.outcome().toJson());
  return written->resource;
}

store::Written StoreFixture::put(std::string_view json) {
  fhir::Resource parsed = resource(json);
  const std::string id(parsed.id());
  auto written = session.update(parsed, id);
  if (!written) BOOST_FAIL("update: " << written.outcome().toJson());
  return *std::move(written);
}

std::optional<store::StoredResource> StoreFixture::read(std::string_view typeName, std::string_view id) {
  auto found = session.read(type(typeName), id);
  if (!found) BOOST_FAIL("read: " << found.outcome().toJson());
  return *std::move(found);
}

store::SearchPage StoreFixture::search(std::string_view typeName, std::string_view query) {
  auto parsed = fhir::search::parse(type(typeName), pairsOf(query), store.catalog(),
                                    {.lenient = false, .baseUrl = "http://localhost/fhir", .maxCount = 1000});
  if (!parsed) BOOST_FAIL("query: " << parsed.outcome().toJson());
  auto page = session.search(*parsed);
  if (!page) BOOST_FAIL("search: " << page.outcome().toJson());
  return *std::move(page);
}

std::vector<std::string> StoreFixture::find(std::string_view typeName, std::string_view query) {
  std::vector<std::string> out;
  std::string cursor;
  do {
    std::string asked(query);
    if (!cursor.empty()) asked += (asked.empty() ? "_cursor=" : "&_cursor=") + cursor;
    const store::SearchPage page = search(typeName, asked);
    for (const store::StoredResource& match : page.matches) out.push_back(match.id);
    cursor = page.next;
  } while (!cursor.empty());
  return out;
}

std::vector<store::HistoryEntry> StoreFixture::history(std::string_view typeName, std::string_view id) {
  store::HistoryQuery query;
  query.type = typeName.empty() ? nullptr : &type(typeName);
  query.id = id;
  auto page = session.history(query);
  if (!page) BOOST_FAIL("history: " << page.outcome().toJson());
  return page->entries;
}

int StoreFixture::count(const std::string& fromWhere) {
  return std::stoi(database.run("SELECT count(*) FROM " + fromWhere));
}

bool same(std::string_view a, std::string_view b) {
  return canonical(a) == canonical(b);
}

std::string content(std::string_view json) {
  fhir::Resource resource = StoreFixture::resource(json);
  fhir::Element& root = resource.root();
  for (fhir::Element* child = root.firstChild; child != nullptr;) {
    fhir::Element* const next = child->next;
    if (child->name() == "id") {
      resource.remove(*child);
    } else if (child->name() == "meta") {
      for (fhir::Element* part = child->firstChild; part != nullptr;) {
        fhir::Element* const after = part->next;
        if (part->name() == "versionId" || part->name() == "lastUpdated") resource.remove(*part);
        part = after;
      }
      if (child->firstChild == nullptr) resource.remove(*child);
    }
    child = next;
  }
  return fhir::json::toString(resource);
}

}  // namespace fixture
