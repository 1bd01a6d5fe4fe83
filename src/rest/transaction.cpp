#include "src/rest/transaction.h"

#include <algorithm>

#include "src/rest/answer.h"

namespace rest {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using Manner = store::Session::Manner;

namespace {

constexpr std::size_t kMaxIssues = 100;

Outcome sameResource(std::size_t other) {
  return Outcome(Failure::badRequest, IssueType::duplicate,
                 "Bundle.entry[" + std::to_string(other) +
                     "] is about the same resource. A transaction changes a resource once.");
}

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

void Faults::add(const Outcome& outcome) {
  if (!any_) all_.setFailure(outcome.failure());
  any_ = true;
  for (const auto& issue : outcome.issues()) {
    if (all_.issues().size() < kMaxIssues) all_.add(issue);
  }
}

Transaction::Transaction(Call& call, const std::vector<std::unique_ptr<Entry>>& entries)
    : call_(call), steps_(entries.size()), budget_(call.limits) {
  for (std::size_t i = 0; i < entries.size(); ++i) steps_[i].entry = entries[i].get();
  for (const Entry* entry : inTurn(entries)) inTurn_.push_back(&steps_[entry->index]);
}

std::vector<Transaction::Step*> Transaction::stepsOf(Turn turn) {
  std::vector<Step*> out;
  for (Step* step : inTurn_) {
    if (step->entry->turn == turn) out.push_back(step);
  }
  return out;
}

Outcome Transaction::refused(const Step& step, const Outcome& outcome) {
  isLocated_ = true;
  return located(outcome, *step.entry);
}

Answer Transaction::perform() {
  if (auto prepared = prepare(); !prepared) return std::move(prepared).outcome();
  for (const auto manner : {Manner::together, Manner::oneByOne}) {
    isLocated_ = false;
    auto done = call_.session.transaction([&] { return attempt(manner); });
    if (done) return response();
    // One by one, the entry at fault is known; what no entry is to blame for is not tried again.
    if (isLocated_ || manner == Manner::oneByOne || done.outcome().failure() == Failure::unavailable)
      return std::move(done).outcome();
  }
  return Outcome(Failure::internal, IssueType::exception, "The transaction could not be done.");
}

Transaction::Done Transaction::prepare() {
  Faults faults;
  std::map<std::string_view, std::size_t> fullUrls;
  for (Step& step : steps_) {
    if (step.entry->fault) {
      faults.add(*step.entry->fault);
      continue;
    }
    if (const auto fullUrl = step.entry->fullUrl; !fullUrl.empty() && !fullUrls.emplace(fullUrl, 0).second)
      faults.add(Outcome(Failure::badRequest, IssueType::duplicate,
                         "Another entry has this fullUrl. Give each entry its own.",
                         "Bundle.entry[" + std::to_string(step.entry->index) + "].fullUrl"));
    auto admitted = admitEntry(call_, *step.entry, step.body);
    if (!admitted) {
      faults.add(located(admitted.outcome(), *step.entry));
      continue;
    }
    step.admitted.emplace(*std::move(admitted));
    if (step.entry->target.isConditional()) {
      auto criteria = readCriteria(step.admitted->call);
      if (criteria) step.criteria = *std::move(criteria);  // what is wrong with it the entry itself will tell
    }
    if (step.entry->turn != Turn::write) continue;
    if (auto prepared = prepareWrite(step); !prepared) faults.add(located(prepared.outcome(), *step.entry));
  }
  if (faults.any()) return faults.take();
  std::vector<const fhir::TypeDefinition*> types;
  for (const Step& step : steps_) {
    const auto* type = step.entry->target.type;
    const bool searches = step.asked.criteria || step.entry->target.isConditional();
    if (searches && std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
  }
  for (const auto* type : types) {
    if (auto indexed = call_.session.indexWaiting(*type); !indexed) return indexed;
  }
  return fhir::Done{};
}

fhir::Result<fhir::Done> Transaction::prepareWrite(Step& step) {
  step.steps = step.entry->isPut() ? &updateSteps : &createSteps;
  auto asked = step.steps->ask(step.admitted->call);
  if (!asked) return std::move(asked).outcome();
  step.asked = *std::move(asked);
  if (!step.entry->resource)
    return Outcome(Failure::badRequest, IssueType::required,
                   "The entry has no resource; such a request needs one.");
  return checkType(step.admitted->call, *step.entry->resource->type);
}

Transaction::Done Transaction::attempt(Manner manner) {
  // What a former attempt did has come to nothing.
  call_.notes.accesses.clear();
  if (call_.notes.audits) call_.session.takeGiven();
  claimed_.clear();
  names_ = {};
  placeholders_.clear();
  found_.clear();
  writtenTypes_.clear();
  puts_.clear();
  putSteps_.clear();
  round_ = 0;
  if (auto alone = excludeOthers(); !alone) return alone;
  if (auto removed = runAll(Turn::remove); !removed) return removed;
  if (auto found = findSubjects(); !found) return found;
  nameEntries();
  takeResources();
  if (auto written = write(manner); !written) return written;
  if (auto changed = runAll(Turn::change); !changed) return changed;
  return runAll(Turn::read);
}

// Two transactions take what they share in one order: first the conditions, in one call, then the resources,
// in one call.
Transaction::Done Transaction::excludeOthers() {
  std::vector<std::string> conditions;
  std::size_t writes = 0, mostResources = 0;
  for (const Step& step : steps_) {
    if (step.asked.criteria) conditions.push_back(step.asked.criteria->name);
    if (step.entry->turn == Turn::read) continue;
    ++writes;
    mostResources += mostWritten(step);
  }
  if (!conditions.empty()) {
    if (auto alone = call_.session.lockNames(std::move(conditions), mostResources); !alone) return alone;
  }
  if (writes < 2) return fhir::Done{};  // it waits for others as it would alone
  auto names = namesToLock();
  if (!names) return std::move(names).outcome();
  return names->empty() ? fhir::Done{} : call_.session.lockNames(*std::move(names));
}

std::uint32_t Transaction::mostWritten(const Step& step) const {
  const bool byCriteria = step.entry->turn == Turn::remove && step.criteria;
  return byCriteria ? call_.limits.conditionalDelete : 1;
}

// The resources that entries will write, as far as they are known: by their ids, and what conditions match
// now.
fhir::Result<std::vector<std::string>> Transaction::namesToLock() {
  std::vector<std::string> names;
  for (Step& step : steps_) {
    const auto& target = step.entry->target;
    if (step.entry->turn == Turn::read || target.type == nullptr) continue;
    if (!target.id.empty()) names.push_back(nameOf(*target.type, target.id));
    if (!step.criteria) continue;
    auto found = findMatches(step.admitted->call, *step.criteria, mostWritten(step));
    if (!found) return refused(step, found.outcome());
    for (const auto& match : *found) names.push_back(nameOf(*match.type, match.id));
  }
  return names;
}

Transaction::Done Transaction::runAll(Turn turn) {
  for (Step* step : stepsOf(turn)) {
    if (const auto spent = budget_.spent()) return refused(*step, *spent);
    if (auto done = run(*step); !done) return done;
    budget_.add(step->answer.response);
  }
  return fhir::Done{};
}

Transaction::Done Transaction::run(Step& step) {
  const auto& entry = *step.entry;
  step.body = {};
  if (entry.resource && !entry.bodyIsText) {
    step.body.resource = fhir::Resource::copyOf(*entry.resource);
    fhir::bundle::rewriteLinks(*step.body.resource,
                               [&](std::string_view link) { return names_.resolve(link, entry.fullUrl); });
  }
  http::Request patched;  // a JSON Patch with the links in it replaced
  const bool rewrites = entry.bodyIsText && !placeholders_.empty();
  if (rewrites) {
    patched = entry.request;
    for (const auto& [from, to] : placeholders_) replaceAll(patched.body, '"' + from + '"', '"' + to + '"');
  }
  Entry rewritten;
  if (rewrites) {
    rewritten = entry;
    rewritten.request = std::move(patched);
  }
  auto admitted = admitEntry(call_, rewrites ? rewritten : entry, step.body);
  if (!admitted) return refused(step, admitted.outcome());
  auto answer = rest::run(*admitted);
  if (!answer) return refused(step, answer.outcome());
  step.answer = {*std::move(answer), step.body.lastUpdated};
  // A resource is claimed when its URL names it, and when it was changed.
  auto names = step.body.written;
  const bool changes = entry.turn == Turn::remove || entry.target.interaction == Interaction::patch;
  if (changes && !entry.target.id.empty()) names.push_back(nameOf(*entry.target.type, entry.target.id));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const auto& name : names) {
    if (auto mine = claim(name, step); !mine) return mine;
  }
  return fhir::Done{};
}

Transaction::Done Transaction::claim(const std::string& name, const Step& step) {
  const auto [known, isFirst] = claimed_.emplace(name, step.entry->index);
  if (isFirst) return fhir::Done{};
  return refused(step, sameResource(known->second));
}

http::Response Transaction::response() const {
  BundleWriter bundle("transaction-response", std::nullopt);
  for (const Step& step : steps_) writeAnswer(bundle, *step.entry, step.answer);
  return answerBody(200, std::move(bundle).finish(), call_.presentation);
}

}  // namespace rest
