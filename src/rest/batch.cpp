// batch and transaction: https://hl7.org/fhir/R4/http.html#transaction. A Bundle that is sent to the base.
//
// A batch: each entry is a request of its own, with its own transaction; what is refused stands in its entry
// of the answer. For a transaction see transaction.h. In both, entries are done in R4's order of verbs and
// answered in their own.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "src/rest/answer.h"
#include "src/rest/audited.h"
#include "src/rest/broken_entries.h"
#include "src/rest/budget.h"
#include "src/rest/entry_answer.h"
#include "src/rest/pipeline.h"
#include "src/rest/transaction.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

EntryAnswer performAlone(const Call& outer, const Entry& entry) {
  if (entry.fault) return refusedEntry(*entry.fault);
  EntryBody body;
  if (entry.resource && !entry.bodyIsText) body.resource = fhir::Resource::copyOf(*entry.resource);
  auto admitted = admitEntry(outer, entry, body);
  if (!admitted) return refusedEntry(located(admitted.outcome(), entry));
  auto answer = run(*admitted);
  if (!answer) return refusedEntry(located(answer.outcome(), entry));
  return {*std::move(answer), std::move(body.lastUpdated)};
}

http::Response batch(const Call& call, const std::vector<std::unique_ptr<Entry>>& entries) {
  std::vector<EntryAnswer> answers(entries.size());
  Budget budget(call.limits);
  for (const Entry* entry : inTurn(entries)) {
    auto& answer = answers[entry->index];
    const auto spent = budget.spent();
    answer = spent ? refusedEntry(located(*spent, *entry)) : performAlone(call, *entry);
    budget.add(answer.response);
  }
  BundleWriter bundle("batch-response", std::nullopt);
  for (const auto& entry : entries) writeAnswer(bundle, *entry, answers[entry->index]);
  return answerBody(200, std::move(bundle).finish(), call.presentation);
}

}  // namespace

fhir::Result<Admitted> admitEntry(const Call& outer, const Entry& entry, EntryBody& body) {
  auto admitted = admit(outer, entry.request, entry.target, &body);
  if (!admitted) return admitted;
  // A client that wants what it has sent says so; hundreds of resources are not sent back unasked.
  auto& content = admitted->call.preferences.content;
  if (content == Return::unspecified) content = Return::minimal;
  return admitted;
}

Answer bundle(Call& call) {
  auto body = bodyOfAnyType(call);
  std::map<std::size_t, Outcome> broken;  // entries of a batch
  if (!body) {
    auto salvaged = salvageBatch(call.request.body);
    if (!salvaged) return std::move(body).outcome();
    body = std::move(salvaged->bundle);
    broken = std::move(salvaged->faults);
  }
  const auto type = body->root().childText("type");
  if (body->typeName() != "Bundle" || (type != "batch" && type != "transaction"))
    return Outcome(
        Failure::badRequest, IssueType::value,
        "What is sent to the base is a Bundle of the type batch or transaction. A resource to be stored is "
        "sent to [base]/[type].",
        body->typeName() == "Bundle" ? "Bundle.type" : std::string(body->typeName()));
  const bool isBatch = type == "batch";
  call.notes.interaction = isBatch ? Interaction::batch : Interaction::transaction;
  noteCaller(call, call.request, *call.notes.interaction);
  const auto entries = readEntries(*body, call.request, call.baseUrl);
  for (auto& [number, fault] : broken) entries[number]->fault = std::move(fault);
  if (entries.size() > call.limits.entries)
    return Outcome(
        Failure::payloadTooLarge, IssueType::tooCostly,
        "A Bundle may have " + std::to_string(call.limits.entries) + " entries. Send several of them.",
        "Bundle.entry");
  if (isBatch) return batch(call, entries);
  return Transaction(call, entries).perform();
}

}  // namespace rest
