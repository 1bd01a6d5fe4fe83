#include "fhir/terminology/check.h"

#include <algorithm>
#include <set>
#include <vector>

#include "fhir/search/index.h"
#include "fhir/search/nearest.h"
#include "fhir/terminology/concept.h"

namespace fhir::terminology {
namespace {

// Why the code, of a system that is known or not, is none of the value set's.
std::string outsideOf(const Source& source, const ValueSet& valueSet, const CodeQuestion& question) {
  std::string words = "The code is not in the value set";
  if (!valueSet.url.empty()) words += " " + valueSet.url;
  words += ".";
  Composition composition(source);
  std::vector<Member> members;
  if (!composition.list(valueSet, members)) return words;
  std::set<std::string_view> systems;
  std::vector<std::string_view> codes;
  for (const Member& each : members) {
    systems.insert(each.system);
    if (!question.system.data() || each.system == question.system) codes.push_back(each.code);
  }
  if (!codes.empty()) {
    const std::string meant = search::didYouMean(search::nearest(question.code, codes));
    return words + (meant.empty() ? " ValueSet/$expand lists its codes." : meant);
  }
  constexpr std::size_t most = 5;
  words += " It has no codes of this system";
  if (systems.empty() || systems.size() > most) return words + ".";
  words += "; it has codes of:";
  for (const std::string_view each : systems) words.append(" ").append(each);
  return words + ".";
}

// The display against all that the code may be called by. Case, accents and blanks do not count.
void checkDisplay(const Member& member, const CodeQuestion& question, CodeAnswer& answer) {
  answer.display = displayOf(member, question.language);
  if (question.display.empty()) return;
  const auto names = displaysOf(member);
  if (names.empty()) return;
  const std::string given = search::fold(question.display);
  if (std::any_of(names.begin(), names.end(),
                  [&](std::string_view name) { return search::fold(name) == given; }))
    return;
  answer.result = false;
  answer.message = "The display is not one of the code's. Use '" + answer.display + "'.";
}

void checkAbstract(const Member& member, const CodeQuestion& question, CodeAnswer& answer) {
  if (!member.isAbstract || question.isAbstractAllowed) return;
  answer.result = false;
  answer.message =
      "The code is abstract: it only groups others. Use one of those below it, or send abstract=true where "
      "an "
      "abstract code has its place.";
}

CodeAnswer answerFor(const Member& member, const CodeQuestion& question) {
  CodeAnswer answer{.result = true, .message = {}, .display = {}};
  checkDisplay(member, question, answer);
  if (answer.result) checkAbstract(member, question, answer);
  if (answer.result && member.isInactive)
    answer.message = "The code is inactive: it should not be used any more.";
  return answer;
}

const ListedConcept* listedIn(const ValueSet& valueSet, const CodeQuestion& question) {
  for (const Inclusion& each : valueSet.includes) {
    if (question.system.data() && each.system != question.system) continue;
    if (const ListedConcept* found = each.find(question.code)) return found;
  }
  return nullptr;
}

// What is known of a code that is in the value set.
Member memberOf(const Source& source, const ValueSet& valueSet, const CodeQuestion& question) {
  Member member;
  member.system = question.system;
  member.code = question.code;
  if (!question.system.data()) {
    Composition composition(source);
    std::vector<Member> members;
    if (!composition.list(valueSet, members)) return member;
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const Member& each) { return each.code == question.code; });
    return found == members.end() ? member : *found;
  }
  if (const ListedConcept* listed = listedIn(valueSet, question)) {
    member.display = listed->display;
    member.listed = listed->element;
  }
  member.codeSystem = source.codeSystem(question.system);
  member.concept_ = member.codeSystem ? member.codeSystem->find(question.code) : nullptr;
  if (!member.concept_) return member;
  if (member.display.empty()) member.display = member.concept_->display;
  member.isAbstract = member.concept_->isAbstract;
  member.isInactive = member.concept_->isInactive;
  return member;
}

}  // namespace

Result<CodeAnswer> checkCode(const Source& source, const ValueSet& valueSet, const CodeQuestion& question) {
  SystemVersions versions;
  if (!question.version.empty())
    versions.defaults.push_back(std::string(question.system) + "|" + std::string(question.version));
  Composition composition(source, versions.defaults.empty() ? nullptr : &versions);
  switch (composition.test(valueSet, {question.system, question.code})) {
    case Membership::unknown:
      return composition.why();
    case Membership::notMember:
      return CodeAnswer{.result = false, .message = outsideOf(source, valueSet, question), .display = {}};
    case Membership::member:
      break;
  }
  return answerFor(memberOf(source, valueSet, question), question);
}

Result<CodeAnswer> checkCode(const CodeSystem& system, const CodeQuestion& question) {
  const auto found = findConcept(system, question.code);
  if (!found && found.outcome().failure() != Failure::notFound) return found.outcome();
  if (!found)
    return CodeAnswer{
        .result = false, .message = found.outcome().issues().front().diagnostics, .display = {}};
  Member member;
  member.system = system.url;
  member.code = (*found)->code;
  member.display = (*found)->display;
  member.codeSystem = &system;
  member.concept_ = *found;
  member.isAbstract = (*found)->isAbstract;
  member.isInactive = (*found)->isInactive;
  return answerFor(member, question);
}

CodeAnswer checkGrammar(const CodeQuestion& question) {
  if (isInGrammar(question.system, question.code))
    return {.result = true, .message = {}, .display = std::string(question.code)};
  return {.result = false,
          .message = "The code is no unit of UCUM. Units are case-sensitive: 'mg', 'mm[Hg]', '10*3/uL'.",
          .display = {}};
}

}  // namespace fhir::terminology
