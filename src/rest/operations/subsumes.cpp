// CodeSystem/$subsumes: https://hl7.org/fhir/R4/codesystem-operation-subsumes.html, of the type and of an
// instance. `subsumes` means that A is the wider one.
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
using fhir::terminology::CodeSystem;
using operations::Inputs;

struct Question {
  std::string_view system, version, codeA, codeB;
};

Outcome malformed(std::string words, std::string where) {
  return {Failure::badRequest, IssueType::invalid, std::move(words), std::move(where)};
}

fhir::Result<Question> ask(const Inputs& inputs) {
  const Element* codingA = inputs.element("codingA");
  const Element* codingB = inputs.element("codingB");
  const bool hasCodes = inputs.has("codeA") && inputs.has("codeB");
  const bool hasCodings = codingA && codingB;
  if (hasCodes == hasCodings || inputs.has("codeA") != inputs.has("codeB") ||
      static_cast<bool>(codingA) != static_cast<bool>(codingB))
    return malformed("Send either codeA and codeB, or codingA and codingB.", "codeA");
  Question question{inputs.text("system"), inputs.text("version"), inputs.text("codeA"),
                    inputs.text("codeB")};
  if (!hasCodings) return question;
  const std::string_view system = codingA->childText("system");
  if (system.empty() || system != codingB->childText("system"))
    return malformed("Both codings need the same system: only codes of one system subsume each other.",
                     "codingB");
  if (!question.system.empty() && question.system != system)
    return malformed("The parameter system is another than that of the codings; leave it out.", "system");
  question.system = system;
  if (question.version.empty()) question.version = codingA->childText("version");
  question.codeA = codingA->childText("code");
  question.codeB = codingB->childText("code");
  if (question.codeA.empty() || question.codeB.empty())
    return malformed("A coding needs its code.", question.codeA.empty() ? "codingA" : "codingB");
  return question;
}

fhir::Result<const CodeSystem*> systemOf(Call& call, operations::Definitions& definitions,
                                         const Inputs& inputs, const Question& question) {
  auto given = definitions.givenCodeSystem(call, inputs);
  if (!given) return given;
  if (!*given) {
    if (question.system.empty())
      return malformed("Codes need their system, or ask CodeSystem/[id]/$subsumes.", "system");
    return findSystem(definitions.source(), question.system, question.version);
  }
  if (!question.system.empty() && question.system != (*given)->url)
    return malformed("The system is another than the url of this CodeSystem; leave it out.", "system");
  if (!question.version.empty() && question.version != (*given)->version)
    return malformed("The version is another than that of this CodeSystem; leave it out.", "version");
  return given;
}

}  // namespace

Answer subsumes(Call& call) {
  auto inputs = Inputs::read(call, operations::kSubsumes);
  if (!inputs) return std::move(inputs).outcome();
  const auto question = ask(*inputs);
  if (!question) return question.outcome();
  auto definitions = operations::Definitions::now(call);
  if (!definitions) return std::move(definitions).outcome();
  const auto system = systemOf(call, *definitions, *inputs, *question);
  if (!system) return system.outcome();
  const auto found = subsumption(**system, question->codeA, question->codeB);
  if (!found) return found.outcome();
  operations::Outputs outputs;
  outputs.text("outcome", "valueCode", fhir::terminology::code(*found));
  return outputs.answer(call);
}

}  // namespace rest
