#include "fhir/terminology/concept.h"

#include <array>
#include <set>
#include <utility>

#include "fhir/search/nearest.h"

namespace fhir::terminology {
namespace {

Outcome notHere(IssueType type, std::string words) {
  return {Failure::notFound, type, std::move(words)};
}

// Whether a designation in `offered` serves somebody who asks for `wanted`.
bool isLanguage(std::string_view offered, std::string_view wanted) noexcept {
  if (offered.empty() || wanted.size() < offered.size()) return false;
  for (std::size_t i = 0; i < offered.size(); ++i)
    if ((offered[i] | 0x20) != (wanted[i] | 0x20)) return false;
  return wanted.size() == offered.size() || wanted[offered.size()] == '-';
}

// A designation that is a definition is no name of the code.
bool isName(const Element& designation) noexcept {
  const Element* use = designation.child("use");
  return !use || use->childText("code") != "definition";
}

std::string_view designationOf(const Element* element, std::string_view language) {
  if (!element) return {};
  for (const Element* each = element->child("designation"); each; each = each->nextSame())
    if (isName(*each) && isLanguage(each->childText("language"), language)) return each->childText("value");
  return {};
}

void addNames(const Element* element, std::vector<std::string_view>& names) {
  if (!element) return;
  for (const Element* each = element->child("designation"); each; each = each->nextSame())
    if (isName(*each)) names.push_back(each->childText("value"));
}

Outcome noSubsumption(const CodeSystem& system) {
  return {Failure::unprocessable, IssueType::notSupported,
          "The hierarchy of the code system " + system.url + " has the meaning " +
              std::string(system.text("hierarchyMeaning")) +
              ", so being below says nothing of subsumption. Only is-a does."};
}

Result<std::vector<std::string_view>> closure(const Source& source, std::string_view system,
                                              std::string_view code,
                                              std::vector<const Concept*> Concept::*next) {
  const auto found = findSystem(source, system);
  if (!found) return found.outcome();
  const CodeSystem& known = **found;
  if (!known.isSubsumption()) return noSubsumption(known);
  if (known.content != Content::complete)
    return Outcome(
        Failure::unprocessable, IssueType::notSupported,
        "Only a part of the code system " + known.url + " is here, so not all of its codes are known.");
  const auto start = findConcept(known, code);
  if (!start) return start.outcome();
  std::set<const Concept*> passed{*start};
  std::vector<const Concept*> open{*start};
  std::vector<std::string_view> codes;
  while (!open.empty()) {
    const Concept* at = open.back();
    open.pop_back();
    codes.push_back(at->code);
    for (const Concept* each : at->*next)
      if (passed.insert(each).second) open.push_back(each);
  }
  return codes;
}

}  // namespace

Result<const CodeSystem*> findSystem(const Source& source, std::string_view system,
                                     std::string_view version) {
  std::string canonical(system);
  if (!version.empty()) canonical.append("|").append(version);
  if (const CodeSystem* found = source.codeSystem(canonical)) return found;
  if (isGrammar(system))
    return Outcome(Failure::unprocessable, IssueType::notSupported,
                   "UCUM is known by its grammar alone, without names for its codes. $validate-code tells "
                   "whether a code is one of it.");
  const CodeSystem* other = version.empty() ? nullptr : source.codeSystem(system);
  if (other)
    return notHere(IssueType::notFound, "The code system is not here in this version, but in version " +
                                            (other->version.empty() ? "none" : other->version) + ".");
  return notHere(
      IssueType::notFound,
      "The code system is not here: R4 itself does not define it, and nobody has stored it. Store it "
      "as a CodeSystem with this url.");
}

Result<const Concept*> findConcept(const CodeSystem& system, std::string_view code) {
  if (const Concept* found = system.find(code)) return found;
  if (system.content != Content::complete)
    return Outcome(Failure::unprocessable, IssueType::notSupported,
                   "The code is not in the part of the code system " + system.url +
                       " that is here; the whole of it is not.");
  std::vector<std::string_view> codes;
  codes.reserve(system.concepts().size());
  for (const Concept& each : system.concepts()) codes.push_back(each.code);
  return notHere(IssueType::codeInvalid, "The code system " + system.url + " has no such code." +
                                             search::didYouMean(search::nearest(code, codes)));
}

std::string_view displayOf(const Member& member, std::string_view language) {
  if (!language.empty()) {
    if (const auto own = designationOf(member.listed, language); !own.empty()) return own;
    if (member.concept_)
      if (const auto own = designationOf(member.concept_->element, language); !own.empty()) return own;
  }
  return member.display;
}

std::string_view displayOf(const Concept& concept_, std::string_view language) {
  const auto own = language.empty() ? std::string_view{} : designationOf(concept_.element, language);
  return own.empty() ? concept_.display : own;
}

std::vector<std::string_view> displaysOf(const Member& member) {
  std::vector<std::string_view> names;
  if (!member.display.empty()) names.push_back(member.display);
  addNames(member.listed, names);
  if (!member.concept_) return names;
  if (!member.concept_->display.empty()) names.push_back(member.concept_->display);
  addNames(member.concept_->element, names);
  return names;
}

std::string_view code(Subsumption subsumption) noexcept {
  static constexpr std::array<std::string_view, 4> codes{"equivalent", "subsumes", "subsumed-by",
                                                         "not-subsumed"};
  return codes[static_cast<std::size_t>(subsumption)];
}

Result<Subsumption> subsumption(const CodeSystem& system, std::string_view codeA, std::string_view codeB) {
  const auto conceptA = findConcept(system, codeA);
  if (!conceptA) return conceptA.outcome();
  const auto conceptB = findConcept(system, codeB);
  if (!conceptB) return conceptB.outcome();
  if (*conceptA == *conceptB) return Subsumption::equivalent;
  if (!system.isSubsumption()) return noSubsumption(system);
  if (system.isAbove(**conceptA, **conceptB)) return Subsumption::subsumes;
  if (system.isAbove(**conceptB, **conceptA)) return Subsumption::subsumedBy;
  return Subsumption::notSubsumed;
}

Result<std::vector<Code>> codesOf(const Source& source, std::string_view valueSet) {
  const ValueSet* found = source.valueSet(valueSet);
  if (!found) return notHere(IssueType::notFound, "The value set " + std::string(valueSet) + " is not here.");
  Composition composition(source);
  std::vector<Member> members;
  if (!composition.list(*found, members)) return composition.why();
  std::vector<Code> codes;
  codes.reserve(members.size());
  for (const Member& each : members) codes.push_back({each.system, each.code});
  return codes;
}

Result<std::vector<std::string_view>> descendants(const Source& source, std::string_view system,
                                                  std::string_view code) {
  return closure(source, system, code, &Concept::children);
}

Result<std::vector<std::string_view>> ancestors(const Source& source, std::string_view system,
                                                std::string_view code) {
  return closure(source, system, code, &Concept::parents);
}

}  // namespace fhir::terminology
