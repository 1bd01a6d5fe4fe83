// The definitions that are stored: which have changed, and what becomes of that.
#include <optional>
#include <set>

#include "fhir/json/json.h"
#include "src/platform/log.h"
#include "src/rules/folder.h"
#include "src/rules/rules.h"

namespace rules {

namespace log = platform::log;
using fhir::profiles::ProfileSetBuilder;

// What stands now, beside what is known of it.
struct Rules::Changes {
  std::map<Name, Stored> standing;
  std::map<Name, fhir::Resource> read;  // those that are new or changed
  std::set<std::string> urls;           // of all that are new, changed or gone: before and after
};

namespace {

// The current resource; nullopt when it is gone by now, or cannot be read as one.
fhir::Result<std::optional<fhir::Resource>> readOne(store::Session& session, const fhir::TypeDefinition& type,
                                                    const std::string& id) {
  auto found = session.read(type, id);
  if (!found) return std::move(found).outcome();
  if (!*found || (*found)->deleted) return std::optional<fhir::Resource>();
  auto resource = fhir::json::parse((*found)->json);
  if (!resource) return std::optional<fhir::Resource>();
  return std::optional(*std::move(resource));
}

void tellLeftOut(const fhir::TypeDefinition& type, const std::string& canonical, const std::string& at,
                 std::string_view reason) {
  log::warning("stored definition left out",
               {{"type", type.name}, {"definition", canonical}, {"at", at}, {"reason", reason}});
}

}  // namespace

fhir::Result<Rules::Changes> Rules::changes(store::Session& session) const {
  auto all = session.standing(definitionTypes());
  if (!all) return std::move(all).outcome();
  Changes changes;
  for (const store::Standing& each : *all) {
    const Name name(each.type, each.id);
    const auto before = stored_.find(name);
    if (before != stored_.end() && before->second.versionId == each.versionId) {
      changes.standing.insert(*before);
      continue;
    }
    auto resource = readOne(session, *each.type, each.id);
    if (!resource) return std::move(resource).outcome();
    Stored now{.versionId = each.versionId, .updatedMilliseconds = each.updatedMilliseconds, .canonical = {}};
    if (*resource) {
      const std::string canonical = canonicalOf(**resource);
      const std::string_view why = reserved((*resource)->root().childText("url"));
      if (why.empty()) now.canonical = canonical;
      if (!why.empty()) tellLeftOut(*each.type, canonical, std::string(each.type->name) + ".url", why);
      if (!now.canonical.empty()) changes.read.emplace(name, **std::move(resource));
    }
    if (!now.canonical.empty()) changes.urls.emplace(urlOf(now.canonical));
    changes.standing.emplace(name, std::move(now));
  }
  for (const auto& [name, before] : stored_) {
    const auto now = changes.standing.find(name);
    const bool same = now != changes.standing.end() && now->second.versionId == before.versionId;
    if (!same && !before.canonical.empty()) changes.urls.emplace(urlOf(before.canonical));
  }
  return changes;
}

// All of an url are taken out and added again, since without a version it stands for each. Of several with
// one canonical the one that was written last counts.
fhir::Result<fhir::Done> Rules::apply(store::Session& session, const Changes& changes) {
  using Entry = std::pair<const Name, Stored>;
  std::map<std::pair<const fhir::TypeDefinition*, std::string_view>, const Entry*> newest;
  for (const Entry& each : changes.standing) {
    const std::string_view canonical = each.second.canonical;
    if (canonical.empty() || !changes.urls.contains(std::string(urlOf(canonical)))) continue;
    const Entry*& best = newest[{each.first.first, canonical}];
    if (best == nullptr || best->second.updatedMilliseconds <= each.second.updatedMilliseconds) best = &each;
  }
  ProfileSetBuilder builder(*known());
  for (const std::string& url : changes.urls) builder.remove(url);
  for (const auto& [key, entry] : newest) {
    const Name& name = entry->first;
    const auto read = changes.read.find(name);
    std::optional<fhir::Resource> again;
    if (read == changes.read.end()) {
      auto resource = readOne(session, *name.first, name.second);
      if (!resource) return std::move(resource).outcome();
      again = *std::move(resource);
      if (!again) continue;
    }
    const fhir::Outcome faults = builder.add(again ? *again : read->second);
    if (faults.hasErrors())
      tellLeftOut(*name.first, entry->second.canonical, faults.issues().front().expression,
                  faults.issues().front().diagnostics);
  }
  for (const auto& each : publish(builder)) {
    if (changes.urls.contains(std::string(urlOf(each.url)))) tellDangling(each);
  }
  return fhir::Done{};
}

// Nobody waits for another's round trip to be told that nothing has changed. A mark that was read before the
// lock may be older than what is known by then, so it is read again behind it.
// What is defined counts for everybody, also for who may not read it.
fhir::Result<fhir::Done> Rules::refresh(store::Session& session) {
  const store::ServersOwn own(session);
  auto before = session.changeMark(definitionTypes());
  if (!before) return std::move(before).outcome();
  const std::lock_guard lock(refreshing_);
  if (*before == mark_) return fhir::Done{};
  auto mark = session.changeMark(definitionTypes());
  if (!mark) return std::move(mark).outcome();
  if (*mark == mark_) return fhir::Done{};
  auto found = changes(session);
  if (!found) return std::move(found).outcome();
  if (!found->urls.empty()) {
    auto applied = apply(session, *found);
    if (!applied) return applied;
  }
  stored_ = std::move(found->standing);
  mark_ = *std::move(mark);
  return fhir::Done{};
}

fhir::Result<std::shared_ptr<const fhir::profiles::ProfileSet>> Rules::current(store::Session& session) {
  if (session.isInTransaction()) return known();
  auto refreshed = refresh(session);
  if (!refreshed) return std::move(refreshed).outcome();
  return known();
}

}  // namespace rules
