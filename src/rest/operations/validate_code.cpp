// ValueSet/$validate-code and CodeSystem/$validate-code, of the type and of an instance:
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html, codesystem-operation-validate-code.html.
//
// Of a CodeableConcept one coding that is right is enough. What cannot be told is an error, never `false`.
#include <functional>
#include <utility>
#include <vector>

#include "fhir/terminology/check.h"
#include "fhir/terminology/concept.h"
#include "src/rest/call.h"
#include "src/rest/operations/definitions.h"
#include "src/rest/operations/inputs.h"
#include "src/rest/operations/outputs.h"

namespace rest {
namespace {

using fhir::Element;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Result;
using fhir::terminology::CodeAnswer;
using fhir::terminology::CodeQuestion;
using operations::Definitions;
using operations::Inputs;

using Questions = std::vector<CodeQuestion>;
using Judge = std::function<Result<CodeAnswer>(const CodeQuestion&)>;

Outcome malformed(IssueType type, std::string words, std::string where) {
  return {Failure::badRequest, type, std::move(words), std::move(where)};
}

// A coding without system belongs to none.
CodeQuestion questionOf(const Element& coding) {
  const Element* system = coding.child("system");
  CodeQuestion question;
  question.system = system && system->hasValue() ? system->text : std::string_view("");
  question.version = coding.childText("version");
  question.code = coding.childText("code");
  question.display = coding.childText("display");
  return question;
}

Result<Questions> ask(const Inputs& inputs, std::string_view systemName, std::string_view versionName) {
  const Element* coding = inputs.element("coding");
  const Element* concept_ = inputs.element("codeableConcept");
  const auto count = static_cast<unsigned>(inputs.has("code")) + static_cast<unsigned>(coding != nullptr) +
                     static_cast<unsigned>(concept_ != nullptr);
  if (count != 1)
    return malformed(IssueType::required, "Send exactly one of code, coding and codeableConcept.", "code");
  for (const std::string_view name : {systemName, versionName, std::string_view("display")})
    if (!inputs.has("code") && name != "url" && inputs.has(name))
      return malformed(IssueType::invalid,
                       "The parameter '" + std::string(name) + "' belongs to code; a coding has its own.",
                       std::string(name));
  Questions questions;
  if (coding) questions.push_back(questionOf(*coding));
  if (concept_)
    for (const Element* each = concept_->child("coding"); each; each = each->nextSame())
      questions.push_back(questionOf(*each));
  if (inputs.has("code")) {
    CodeQuestion question;
    question.code = inputs.text("code");
    if (inputs.has(systemName)) question.system = inputs.text(systemName);
    question.version = inputs.text(versionName);
    question.display = inputs.text("display");
    questions.push_back(question);
  }
  for (CodeQuestion& each : questions) {
    each.language = inputs.text("displayLanguage");
    each.isAbstractAllowed = inputs.flag("abstract");
    if (each.code.empty())
      return malformed(IssueType::required, "A coding needs its code.",
                       coding ? "coding" : "codeableConcept");
  }
  if (questions.empty())
    return malformed(IssueType::required, "The concept has no coding; a text alone is no code.",
                     "codeableConcept");
  return questions;
}

// The first coding that is right; without one what is wrong with each.
Result<CodeAnswer> judgeAll(const Questions& questions, const Judge& judge) {
  CodeAnswer wrong;
  std::optional<Outcome> open;
  for (const CodeQuestion& each : questions) {
    auto answer = judge(each);
    if (!answer) {
      if (!open) open = std::move(answer).outcome();
      continue;
    }
    if (answer->result) return answer;
    if (!wrong.message.empty()) wrong.message += " ";
    wrong.message += answer->message;
    if (wrong.display.empty()) wrong.display = answer->display;
  }
  if (open) return *std::move(open);
  return wrong;
}

Answer told(const Call& call, const Questions& questions, const Judge& judge) {
  const auto answer = judgeAll(questions, judge);
  if (!answer) return answer.outcome();
  operations::Outputs outputs;
  outputs.text("result", "valueBoolean", answer->result ? "true" : "false");
  outputs.text("message", "valueString", answer->message);
  outputs.text("display", "valueString", answer->display);
  return outputs.answer(call);
}

Result<CodeAnswer> judgeInSystem(const Definitions& definitions, const CodeQuestion& question) {
  if (fhir::terminology::isGrammar(question.system)) return fhir::terminology::checkGrammar(question);
  const auto system = findSystem(definitions.source(), question.system, question.version);
  if (!system) return system.outcome();
  return checkCode(**system, question);
}

}  // namespace

Answer validateCodeInValueSet(Call& call) {
  auto inputs = Inputs::read(call, operations::kValueSetValidateCode);
  if (!inputs) return std::move(inputs).outcome();
  auto date = operations::refuseDate(*inputs);
  if (!date) return std::move(date).outcome();
  const auto questions = ask(*inputs, "system", "systemVersion");
  if (!questions) return questions.outcome();
  if (inputs->has("code") && !inputs->has("system") && !inputs->has("context"))
    return malformed(IssueType::required, "A code needs its system, unless the context tells it.", "system");
  auto definitions = Definitions::now(call);
  if (!definitions) return std::move(definitions).outcome();
  const auto valueSet = definitions->valueSet(call, *inputs);
  if (!valueSet) return valueSet.outcome();
  return told(call, *questions, [&](const CodeQuestion& question) {
    return checkCode(definitions->source(), **valueSet, question);
  });
}

Answer validateCodeInCodeSystem(Call& call) {
  auto inputs = Inputs::read(call, operations::kCodeSystemValidateCode);
  if (!inputs) return std::move(inputs).outcome();
  auto date = operations::refuseDate(*inputs);
  if (!date) return std::move(date).outcome();
  auto questions = ask(*inputs, "url", "version");
  if (!questions) return std::move(questions).outcome();
  auto definitions = Definitions::now(call);
  if (!definitions) return std::move(definitions).outcome();
  const auto given = definitions->givenCodeSystem(call, *inputs);
  if (!given) return given.outcome();
  const std::string_view url = *given ? std::string_view((*given)->url) : inputs->text("url");
  if (*given && inputs->has("url") && inputs->text("url") != url)
    return malformed(IssueType::invalid, "The url is another than that of this CodeSystem; leave it out.",
                     "url");
  for (CodeQuestion& each : *questions) {
    if (each.system.empty() && inputs->has("code")) each.system = url;
    if (each.system.empty())
      return malformed(IssueType::required,
                       "A code needs its code system: send url, or the system of the coding.", "url");
  }
  return told(call, *questions, [&](const CodeQuestion& question) -> Result<CodeAnswer> {
    if (!url.empty() && question.system != url)
      return CodeAnswer{.result = false,
                        .message = "The coding is of another code system than the url says.",
                        .display = {}};
    if (!*given) return judgeInSystem(*definitions, question);
    if (!question.version.empty() && question.version != (*given)->version)
      return CodeAnswer{.result = false,
                        .message = "The code system is here in another version than the coding's.",
                        .display = {}};
    return checkCode(**given, question);
  });
}

}  // namespace rest
