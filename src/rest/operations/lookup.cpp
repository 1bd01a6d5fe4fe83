// CodeSystem/$lookup: https://hl7.org/fhir/R4/codesystem-operation-lookup.html, of the type.
//
// Without the parameter `property` all that is known is told. The definition is told as the property
// `definition`, parents and children as `parent` and `child` with their display as description.
#include <algorithm>
#include <array>

#include "fhir/search/nearest.h"
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
using fhir::terminology::Concept;
using operations::Inputs;
using operations::Outputs;

// Those that every code system has.
constexpr std::array<std::string_view, 11> kGeneral{"url",     "system",     "name",        "version",
                                                    "display", "definition", "designation", "parent",
                                                    "child",   "inactive",   "code"};

struct Question {
  std::string_view system, version, code;
};

fhir::Result<Question> ask(const Inputs& inputs) {
  const Element* coding = inputs.element("coding");
  if (static_cast<bool>(coding) == inputs.has("code"))
    return Outcome(Failure::badRequest, IssueType::required,
                   "Send either code and system, or coding: one of the two.", "code");
  if (coding && (inputs.has("system") || inputs.has("version")))
    return Outcome(Failure::badRequest, IssueType::invalid,
                   "A coding has its own system and version; leave out the parameters system and version.",
                   "system");
  const Question question =
      coding ? Question{coding->childText("system"), coding->childText("version"), coding->childText("code")}
             : Question{inputs.text("system"), inputs.text("version"), inputs.text("code")};
  if (question.system.empty() || question.code.empty())
    return Outcome(Failure::badRequest, IssueType::required, "A code needs its system, and a coding both.",
                   coding ? "coding" : "system");
  return question;
}

class Teller {
 public:
  Teller(const CodeSystem& system, const Concept& found, const Inputs& inputs)
      : system_(system),
        concept_(found),
        asked_(inputs.texts("property")),
        language_(inputs.text("displayLanguage")) {}

  // Names none of a property that the code system does not have.
  fhir::Result<fhir::Done> check() const {
    std::vector<std::string_view> known(kGeneral.begin(), kGeneral.end());
    for (const Element* each = system_.root().child("property"); each; each = each->nextSame())
      known.push_back(each->childText("code"));
    for (const std::string& each : asked_) {
      if (std::find(known.begin(), known.end(), each) != known.end() || each.starts_with("lang.")) continue;
      return Outcome(Failure::badRequest, IssueType::notSupported,
                     "The code system has no property of this name." +
                         fhir::search::didYouMean(fhir::search::nearest(each, known)),
                     "property");
    }
    return fhir::Done{};
  }

  void tell(Outputs& outputs) {
    const std::string_view name = system_.text("name");
    outputs.text("name", "valueString", name.empty() ? std::string_view(system_.url) : name);
    outputs.text("version", "valueString", system_.version);
    const std::string_view display = displayOf(concept_, language_);
    outputs.text("display", "valueString", display.empty() ? concept_.code : display);
    designations(outputs);
    if (isAsked("definition") && !concept_.definition.empty())
      outputs.text(property(outputs, "definition"), "value", "valueString", concept_.definition);
    related(outputs, "parent", concept_.parents);
    related(outputs, "child", concept_.children);
    if (isAsked("inactive")) {
      Element& made = property(outputs, "inactive");
      outputs.text(made, "value", "valueBoolean", concept_.isInactive ? "true" : "false");
    }
    properties(outputs);
  }

 private:
  bool isAsked(std::string_view name) const {
    return asked_.empty() || std::find(asked_.begin(), asked_.end(), name) != asked_.end();
  }

  Element& property(Outputs& outputs, std::string_view code) {
    Element& made = outputs.add("property");
    outputs.text(made, "code", "valueCode", code);
    return made;
  }

  void designations(Outputs& outputs) {
    for (const Element* each = concept_.element->child("designation"); each; each = each->nextSame()) {
      const std::string_view language = each->childText("language");
      if (!isAsked("designation") && !isAsked("lang." + std::string(language))) continue;
      Element& made = outputs.add("designation");
      outputs.text(made, "language", "valueCode", language);
      if (const Element* use = each->child("use")) outputs.coding(made, "use", *use);
      outputs.text(made, "value", "valueString", each->childText("value"));
    }
  }

  void related(Outputs& outputs, std::string_view name, const std::vector<const Concept*>& concepts) {
    if (!isAsked(name)) return;
    for (const Concept* each : concepts) {
      Element& made = property(outputs, name);
      outputs.text(made, "value", "valueCode", each->code);
      outputs.text(made, "description", "valueString", displayOf(*each, language_));
    }
  }

  // Those that are told already are parents, children and whether it is inactive.
  void properties(Outputs& outputs) {
    for (const Element* each = concept_.element->child("property"); each; each = each->nextSame()) {
      const std::string_view code = each->childText("code");
      const bool isTold =
          code == "inactive" || system_.isStandard(code, "parent") || system_.isStandard(code, "child");
      if (isTold || !isAsked(code)) continue;
      Element& made = property(outputs, code);
      for (const Element* value = each->firstChild; value; value = value->next)
        if (value->name().starts_with("value")) outputs.copy(made, "value", *value);
    }
  }

  const CodeSystem& system_;
  const Concept& concept_;
  std::vector<std::string> asked_;
  std::string_view language_;
};

}  // namespace

Answer lookup(Call& call) {
  auto inputs = Inputs::read(call, operations::kLookup);
  if (!inputs) return std::move(inputs).outcome();
  auto date = operations::refuseDate(*inputs);
  if (!date) return std::move(date).outcome();
  const auto question = ask(*inputs);
  if (!question) return question.outcome();
  auto definitions = operations::Definitions::now(call);
  if (!definitions) return std::move(definitions).outcome();
  const auto system = findSystem(definitions->source(), question->system, question->version);
  if (!system) return system.outcome();
  const auto found = findConcept(**system, question->code);
  if (!found) return found.outcome();
  Teller teller(**system, **found, *inputs);
  auto checked = teller.check();
  if (!checked) return std::move(checked).outcome();
  Outputs outputs;
  teller.tell(outputs);
  return outputs.answer(call);
}

}  // namespace rest
