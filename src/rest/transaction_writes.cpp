// The creates and updates of a transaction: which resources they are about, the references among them, and
// the writing of all together.
#include <algorithm>

#include "src/rest/transaction.h"

namespace rest {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using Manner = store::Session::Manner;

namespace {

Outcome sameCondition(std::size_t other) {
  return Outcome(Failure::badRequest, IssueType::duplicate,
                 "Bundle.entry[" + std::to_string(other) +
                     "] has the same condition, and nothing matches it yet. Send one of them.");
}

// The same fault, told of the reference.
Outcome of(const fhir::Element& reference, const Outcome& outcome) {
  Outcome out;
  out.setFailure(outcome.failure());
  for (auto issue : outcome.issues()) {
    issue.expression = reference.path();
    out.add(std::move(issue));
  }
  return out;
}

Outcome matchesNothing(const fhir::Element& reference) {
  return Outcome(Failure::preconditionFailed, IssueType::notFound,
                 "The conditional reference matches no resource, here or in the transaction.",
                 reference.path());
}

}  // namespace

Transaction::Done Transaction::findSubjects() {
  std::map<std::string, std::size_t> conditions;  // of those that nothing matches
  for (Step* step : stepsOf(Turn::write)) {
    const auto& type = *step->entry->target.type;
    auto subject =
        step->steps->find(step->admitted->call, step->asked, step->entry->resource->childText("id"));
    if (!subject) return refused(*step, subject.outcome());
    step->subject = *std::move(subject);
    step->isNew = !step->subject.kept && step->subject.id.empty();
    if (step->subject.kept) continue;
    if (step->isNew) step->subject.id = store::newId();
    if (step->asked.criteria && (step->isNew || !step->subject.precondition.version)) {
      const auto [known, isFirst] = conditions.emplace(step->asked.criteria->name, step->entry->index);
      if (!isFirst) return refused(*step, sameCondition(known->second));
    }
    if (auto mine = claim(nameOf(type, step->subject.id), *step); !mine) return mine;
  }
  return fhir::Done{};
}

void Transaction::nameEntries() {
  for (const Step& step : steps_) {
    const auto& entry = *step.entry;
    if (entry.fullUrl.empty() || entry.turn == Turn::remove || entry.turn == Turn::read) continue;
    std::string id = entry.target.id;
    if (entry.turn == Turn::write) id = step.subject.kept ? step.subject.kept->id : step.subject.id;
    if (id.empty()) continue;
    const auto* meta = entry.resource ? entry.resource->child("meta") : nullptr;
    auto reference = nameOf(*entry.target.type, id);
    if (entry.fullUrl.starts_with("urn:")) placeholders_.emplace_back(entry.fullUrl, reference);
    names_.add(entry.fullUrl, std::move(reference), meta ? meta->childText("versionId") : std::string_view{},
               step.isNew ? "1" : "");
  }
}

void Transaction::takeResources() {
  for (Step* step : stepsOf(Turn::write)) {
    step->isWritten = step->subject.kept.has_value();
    step->searches.clear();
    if (step->isWritten) continue;
    const auto& entry = *step->entry;
    auto& resource = step->resource.emplace(fhir::Resource::copyOf(*entry.resource));
    if (!names_.empty())
      fhir::bundle::rewriteLinks(resource,
                                 [&](std::string_view link) { return names_.resolve(link, entry.fullUrl); });
    for (auto* reference : fhir::bundle::references(resource)) {
      if (fhir::bundle::conditionalReference(reference->text)) step->searches.push_back(reference);
    }
  }
}

// First what refers to nothing that must be searched for; then, as often as it helps, what was found.
Transaction::Done Transaction::write(Manner manner) {
  for (;;) {
    if (auto written = writeReady(manner); !written) return written;
    std::vector<Step*> waiting;
    for (Step* step : stepsOf(Turn::write)) {
      if (!step->isWritten) waiting.push_back(step);
    }
    if (waiting.empty()) break;
    bool helped = false;
    for (Step* step : waiting) {
      if (auto resolved = resolve(*step); !resolved) return resolved;
      helped |= step->searches.empty();
    }
    if (!helped) return refused(*waiting.front(), matchesNothing(*waiting.front()->searches.front()));
  }
  if (auto same = recheck(); !same) return same;
  if (auto checked = checkTargets(); !checked) return checked;
  answerWrites();
  return fhir::Done{};
}

Transaction::Done Transaction::writeReady(Manner manner) {
  std::vector<Step*> ready;
  for (Step* step : stepsOf(Turn::write)) {
    if (!step->isWritten && step->searches.empty()) ready.push_back(step);
  }
  if (ready.empty()) return fhir::Done{};
  if (auto good = judge(ready); !good) return good;
  std::vector<store::Put> puts;
  for (const Step* step : ready) {
    puts.push_back({.resource = &*step->resource,
                    .id = step->subject.id,
                    .isNew = step->isNew,
                    .precondition = step->subject.precondition,
                    .wantsContent = step->admitted->call.preferences.content == Return::representation});
    puts_.push_back(puts.back());
    putSteps_.push_back(step);
    writtenTypes_.emplace_back(round_, step->entry->target.type);
  }
  ++round_;
  std::optional<std::size_t> fault;
  auto written = call_.session.putTogether(puts, manner, fault);
  if (!written) {
    if (fault) return refused(*ready[*fault], written.outcome());
    return std::move(written).outcome();
  }
  for (std::size_t i = 0; i < ready.size(); ++i) {
    ready[i]->isWritten = true;
    ready[i]->written = std::move((*written)[i]);
  }
  return fhir::Done{};
}

Transaction::Done Transaction::judge(const std::vector<Step*>& ready) {
  Faults faults;
  for (Step* step : ready) {
    auto checked = checkRules(step->admitted->call, *step->resource);
    if (checked.refusal) faults.add(located(*checked.refusal, *step->entry));
    step->warnings = std::move(checked.warnings);
  }
  if (!faults.any()) return fhir::Done{};
  isLocated_ = true;
  return faults.take();
}

Transaction::Done Transaction::resolve(Step& step) {
  std::vector<fhir::Element*> left;
  for (auto* reference : step.searches) {
    auto found = find(step, *reference);
    if (!found) return refused(step, of(*reference, found.outcome()));
    if (found->empty()) {
      left.push_back(reference);
    } else {
      step.resource->setText(*reference, *found);
    }
  }
  step.searches = std::move(left);
  return fhir::Done{};
}

// "Patient/42"; empty when nothing matches yet.
fhir::Result<std::string> Transaction::find(const Step& step, const fhir::Element& reference) {
  if (const auto known = found_.find(reference.text); known != found_.end()) return known->second.reference;
  const auto search = fhir::bundle::conditionalReference(reference.text);
  if (!search->type)
    return Outcome(Failure::badRequest, IssueType::value, "FHIR R4 has no resource type of this name.");
  auto criteria = readCriteria(call_, *search->type, search->criteria, "reference");
  if (!criteria) return std::move(criteria).outcome();
  auto match = findOne(call_, *criteria);
  if (!match) return std::move(match).outcome();
  if (!*match) return std::string();
  auto name = nameOf(*search->type, (*match)->id);
  found_.emplace(reference.text, Found{name, *std::move(criteria), round_, &step, reference.path()});
  return name;
}

// What was written after a reference was resolved may match it, too.
Transaction::Done Transaction::recheck() {
  for (const auto& each : found_) {
    const std::string_view text = each.first;
    const auto& found = each.second;
    const bool mayMatch = std::any_of(writtenTypes_.begin(), writtenTypes_.end(), [&](const auto& written) {
      return written.first >= found.round && written.second->name == text.substr(0, text.find('?'));
    });
    if (!mayMatch) continue;
    if (auto match = findOne(call_, found.criteria); !match) {
      Outcome outcome;
      outcome.setFailure(match.outcome().failure());
      for (auto issue : match.outcome().issues()) {
        issue.expression = found.path;
        outcome.add(std::move(issue));
      }
      return refused(*found.step, outcome);
    }
  }
  return fhir::Done{};
}

Transaction::Done Transaction::checkTargets() {
  std::optional<std::size_t> fault;
  auto checked = call_.session.checkTargets(puts_, fault);
  if (!checked && fault) return refused(*putSteps_[*fault], checked.outcome());
  return checked;
}

void Transaction::answerWrites() {
  if (call_.notes.audits) call_.session.takeGiven();  // of all of them; each says its own below
  for (Step* step : stepsOf(Turn::write)) {
    const Call& call = step->admitted->call;
    step->body = {};
    if (step->subject.kept) step->written = {store::Change::unchanged, *std::move(step->subject.kept)};
    store::Given given;
    given.patients = store::patientsOf(step->written.resource);
    given.wrote = step->written.change != store::Change::unchanged;
    auto response = writtenAnswer(call, std::move(step->written), step->warnings);
    noteWrite(call, response.status, std::move(given));
    step->answer = {std::move(response), step->body.lastUpdated};
  }
}

}  // namespace rest
