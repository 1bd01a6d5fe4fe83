// Patient/[id]/$break-glass, this server's own: a doctor opens the record of a patient who is not in their
// care, for a stated reason and some minutes. What was done is an AuditEvent in the patient's record, which
// the patient sees. docs/access.md says who may and what follows.
#include <algorithm>
#include <array>
#include <utility>

#include "fhir/json/json.h"
#include "src/platform/instant.h"
#include "src/platform/log.h"
#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/operations/inputs.h"
#include "src/rest/operations/outputs.h"

namespace rest {
namespace {

using fhir::Done;
using fhir::Element;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Resource;
using fhir::Result;
using operations::Inputs;

constexpr std::size_t kShortestReason = 10;
constexpr std::size_t kLongestReason = 500;
constexpr std::uint32_t kMinutes = 30;
constexpr std::uint32_t kMostMinutes = 60;  // schemas/platform/020_access.sql says the same

constexpr std::string_view kEvent = R"({"resourceType":"AuditEvent",
"type":{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110113","display":"Security Alert"},
"subtype":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110127","display":"Emergency Override Started"}],
"action":"E","outcome":"0",
"purposeOfEvent":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"BTG","display":"break the glass"}]}],
"agent":[{"requestor":true}],"source":{"observer":{"display":"HealthVillage FHIR server"}},"entity":[{"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"1","display":"Person"},
"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"1","display":"Patient"}}]})";

// A doctor who has signed in, through an app that may act for them and is not bound to one patient.
bool mayBreak(const smart::Principal& principal) {
  return principal.kind == smart::PrincipalKind::doctor &&
         std::any_of(principal.scopes.begin(), principal.scopes.end(), [](const smart::Scope& scope) {
           return scope.kind == smart::ScopeKind::resource && scope.level == smart::ScopeLevel::user &&
                  (scope.type == nullptr || scope.type->name == "Patient") && scope.restriction.empty() &&
                  (scope.permissions & smart::kRead) != 0;
         });
}

struct Asked {
  std::string reason;
  std::uint32_t minutes = kMinutes;
};

Result<Asked> askedOf(const Call& call) {
  const auto inputs = Inputs::read(call, operations::kBreakGlass);
  if (!inputs) return inputs.outcome();
  Asked out{std::string(inputs->text("reason"))};
  const auto said = std::count_if(out.reason.begin(), out.reason.end(),
                                  [](char c) { return static_cast<unsigned char>(c) > ' '; });
  if (static_cast<std::size_t>(said) < kShortestReason || out.reason.size() > kLongestReason)
    return Outcome(Failure::badRequest, IssueType::required,
                   "Say in 'reason' why this patient's record must be opened now: 10 to 500 bytes that the "
                   "patient will read.",
                   "reason");
  const auto minutes = inputs->number("minutes").value_or(kMinutes);
  if (minutes < 1 || minutes > kMostMinutes)
    return Outcome(Failure::badRequest, IssueType::value, "A record is opened for 1 to 60 minutes.",
                   "minutes");
  out.minutes = static_cast<std::uint32_t>(minutes);
  return out;
}

Resource eventOf(const Call& call, const Asked& asked, const std::string& until) {
  Resource out = *fhir::json::parse(kEvent, fhir::ownLimits);
  Element& root = out.root();
  const std::string now = platform::formatMilliseconds(platform::now());
  Element& period = out.require(root, "period");
  out.appendText(period, "start", now);
  out.appendText(period, "end", until);
  out.appendText(root, "recorded", now);
  out.appendText(out.require(out.require(root, "agent"), "who"), "reference",
                 "Practitioner/" + call.access->principal().personId);
  Element& entity = out.require(root, "entity");
  out.appendText(out.require(entity, "what"), "reference", "Patient/" + call.target.id);
  out.appendText(entity, "description", asked.reason);
  return out;
}

}  // namespace

Answer breakGlass(Call& call) {
  if (call.access == nullptr)
    return Outcome(Failure::unprocessable, IssueType::notSupported,
                   "Without access control every record is open to everybody.");
  const smart::Principal& principal = call.access->principal();
  if (!mayBreak(principal))
    return Outcome(Failure::forbidden, IssueType::forbidden,
                   "Only a doctor who has signed in, through an app with the scope user/Patient.r, opens a "
                   "record in an emergency.");
  const auto asked = askedOf(call);
  if (!asked) return asked.outcome();
  std::string until;
  std::string eventId;
  const store::ServersOwn own(call.session);
  const auto done = call.session.transaction([&]() -> Result<Done> {
    auto open = call.session.breakGlass(call.target.id, principal.personKey, asked->reason, asked->minutes);
    if (!open) return std::move(open).outcome();
    if (!*open)
      return Outcome(Failure::notFound, IssueType::notFound,
                     "There is no such Patient in the platform's records.");
    until = **std::move(open);
    auto event = call.session.create(eventOf(call, *asked, until));
    if (!event) return std::move(event).outcome();
    eventId = event->resource.id;
    return Done{};
  });
  if (!done) return done.outcome();
  platform::log::warning("a record was opened in an emergency", {{"event", std::string_view(eventId)}});
  operations::Outputs outputs;
  outputs.text("until", "valueInstant", until);
  outputs.text("event", "valueUri", "AuditEvent/" + eventId);
  return outputs.answer(call);
}

}  // namespace rest
