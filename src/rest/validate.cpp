// $validate: https://hl7.org/fhir/R4/resource-operation-validate.html, of a type and of an instance. Nothing
// is written. The answer is 200 with an OperationOutcome of all that was found, whether the resource is good
// or not.
//
// The resource stands in the body, bare or as the parameter `resource` of Parameters; an instance without a
// body is validated as it is stored. mode: create and update ask whether such a write would be accepted,
// delete whether the instance could be deleted, profile (or none) looks at the resource alone. Profiles:
// those that it declares, those of the parameter `profile` (one that is not known is an error), and for
// create and update those that are required of its type.
#include <array>
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/named.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Resource;
using fhir::Severity;

enum class Mode : std::uint8_t { none, create, update, remove, profile };

// What is asked.
struct Question {
  Mode mode = Mode::none;
  std::vector<std::string> profiles;
  std::optional<Resource> resource;
};

fhir::Result<Mode> modeOf(std::string_view text) {
  static constexpr std::array<std::string_view, 5> names{"", "create", "update", "delete", "profile"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<Mode>(i);
  return Outcome(Failure::badRequest, IssueType::value, "mode is create, update, delete or profile.", "mode");
}

Outcome wellOr(Outcome found) {
  if (found.empty()) found.add(Severity::information, IssueType::informational, "No issues were found.");
  return found;
}

fhir::Result<Question> fromParameters(const Resource& parameters) {
  Question question;
  for (const auto* each = parameters.root().child("parameter"); each; each = each->nextSame()) {
    const std::string_view name = each->childText("name");
    const auto* resource = each->child("resource");
    const auto* code = each->child("valueCode") ? each->child("valueCode") : each->child("valueString");
    const auto* uri = each->child("valueUri") ? each->child("valueUri") : each->child("valueCanonical");
    if (name == "resource" && resource) {
      question.resource = Resource::copyOf(*resource);
    } else if (name == "mode" && code) {
      auto mode = modeOf(code->text);
      if (!mode) return std::move(mode).outcome();
      question.mode = *mode;
    } else if (name == "profile" && uri) {
      question.profiles.emplace_back(uri->text);
    } else {
      return Outcome(Failure::badRequest, IssueType::invalid,
                     "$validate takes the parameters resource, mode (a code) and profile (a uri).",
                     each->path());
    }
  }
  return question;
}

fhir::Result<Question> fromUrl(const Call& call) {
  Question question;
  auto text = single(call.parameters, "mode");
  if (!text) return std::move(text).outcome();
  if (*text) {
    auto mode = modeOf(**text);
    if (!mode) return std::move(mode).outcome();
    question.mode = *mode;
  }
  for (const auto& parameter : call.parameters)
    if (parameter.name == "profile") question.profiles.push_back(parameter.value);
  return question;
}

// What is asked by body and URL. A body that is no resource at all fails with 400; one whose structure is at
// fault is the answer's subject: its Outcome comes with Failure::unprocessable.
fhir::Result<Question> ask(const Call& call) {
  auto question = fromUrl(call);
  if (!question || !hasBody(call)) return question;
  auto body = bodyOfAnyType(call);
  if (!body) {
    Outcome outcome = std::move(body).outcome();
    const bool isStructure =
        outcome.failure() == Failure::badRequest && !outcome.issues().front().expression.empty();
    if (isStructure) outcome.setFailure(Failure::unprocessable);
    return outcome;
  }
  if (body->typeName() != "Parameters") {
    question->resource = std::move(*body);
    return question;
  }
  auto named = fromParameters(*body);
  if (!named) return named;
  if (named->mode == Mode::none) named->mode = question->mode;
  named->profiles.insert(named->profiles.end(), question->profiles.begin(), question->profiles.end());
  return named;
}

// The resource as it is stored; 404 or 410 when there is none.
fhir::Result<Resource> stored(Call& call) {
  const auto found = readNamed(call);
  if (!found) return found.outcome();
  return parseStored(found->json);
}

// What a write of this mode would ask of the resource beside the rules.
void checkWrite(const Call& call, Mode mode, const Resource& resource, Outcome& found) {
  const std::string element = std::string(resource.typeName()) + ".id";
  if (mode == Mode::create && !call.target.id.empty()) {
    found.add(Severity::error, IssueType::businessRule,
              "An instance exists already: a create is asked of [type]/$validate.");
  } else if (mode == Mode::update && resource.id().empty()) {
    found.add(Severity::error, IssueType::required, "An update needs the id in the resource.", element);
  }
  if (!call.target.id.empty() && !resource.id().empty() && resource.id() != call.target.id)
    found.add(Severity::error, IssueType::value, "The resource has another id than the URL.", element);
}

Outcome judge(const Call& call, const Question& question, const Resource& resource) {
  std::vector<std::string_view> asked(question.profiles.begin(), question.profiles.end());
  if (question.mode == Mode::create || question.mode == Mode::update) {
    for (const std::string_view profile : call.rules.required(resource.type())) asked.push_back(profile);
  }
  Outcome found = call.rules.checkAll(resource, asked);
  if (&resource.type() != call.target.type)
    found.add(Severity::error, IssueType::invalid,
              "The resource is no " + std::string(call.target.type->name) + ", as the URL says.",
              std::string(resource.typeName()));
  checkWrite(call, question.mode, resource, found);
  return wellOr(std::move(found));
}

}  // namespace

Answer validate(Call& call) {
  auto question = ask(call);
  if (!question) {
    if (question.outcome().failure() != Failure::unprocessable) return std::move(question).outcome();
    return answerWell(200, question.outcome(), call.presentation);
  }
  if (question->mode == Mode::remove || !question->resource) {
    if (call.target.id.empty())
      return Outcome(Failure::badRequest, IssueType::required,
                     question->mode == Mode::remove ? "A delete is of one instance: [type]/[id]/$validate."
                                                    : "Send the resource that is to be validated.");
    auto current = stored(call);
    if (!current) return std::move(current).outcome();
    if (question->mode == Mode::remove) return answerWell(200, wellOr({}), call.presentation);
    question->resource = std::move(*current);
  }
  return answerWell(200, judge(call, *question, *question->resource), call.presentation);
}

}  // namespace rest
