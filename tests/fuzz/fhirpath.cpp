// FHIRPath: a text is an expression or a fault at a place; an expression runs within its limits on any
// resource, gives well-formed texts, and the same ones each time, whether its types were checked or not.
#include "fhir/fhirpath/fhirpath.h"

#include "fhir/markup/characters.h"
#include "fhir/validation/bindings.h"
#include "fhir/validation/links.h"
#include "tests/fuzz/expressions.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/subjects.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

using fhir::Resource;
using fhir::fhirpath::Environment;
using fhir::fhirpath::Evaluation;
using fhir::fhirpath::Expression;
using fhir::fhirpath::Item;
using fhir::fhirpath::Kind;

constexpr std::uint64_t kSteps = 20'000;

bool isUtf8(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = at + text.size();
  while (at < end) {
    const int length = *at < 0x80 ? 1 : fhir::markup::sequenceLength(at, end);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

void checkFault(const fhir::Outcome& outcome) {
  require(outcome.issues().size() == 1 && outcome.hasErrors(), "there is one fault");
  const std::string& words = outcome.issues().front().diagnostics;
  require(words.starts_with("FHIRPath, character "), "a fault names its place");
  require(isUtf8(words), "a fault's words are UTF-8");
}

// The result, written out.
std::string results(Evaluation& evaluation, const Expression& expression, const Resource& resource) {
  const auto found = evaluation.run(expression, resource.root());
  if (!found) {
    checkFault(found.outcome());
    return found.outcome().issues().front().diagnostics;
  }
  require(evaluation.steps() <= kSteps, "a run that ends well has kept to its steps");
  std::string out;
  for (const Item& item : *found) {
    require((item.kind == Kind::element) <= (item.element != nullptr), "an element is there");
    require(isUtf8(item.text) && isUtf8(item.unit), "a result is UTF-8");
    ((out += std::to_string(static_cast<int>(item.kind)) + " ") += item.text) += item.unit;
    if (item.element) out += item.element->path();
    out += '\n';
  }
  return out;
}

Environment environmentOf(const fhir::validation::Links& links) {
  Environment environment;
  environment.now = "2016-02-29T10:00:00.000+01:00";
  environment.maxSteps = kSteps;
  environment.resolve = [&links](const fhir::Element* from, std::string_view reference) {
    return links.resolve(from ? *from : links.root(), reference);
  };
  environment.memberOf = [](std::string_view valueSet, std::string_view system, std::string_view code) {
    using fhir::validation::Membership;
    const Membership found = fhir::validation::builtInValueSets().find(valueSet, system, code);
    return found == Membership::unknown ? std::nullopt : std::optional(found == Membership::member);
  };
  return environment;
}

void runOn(const Resource& resource, const Expression& expression) {
  const fhir::validation::Links links(resource.root());
  const Environment environment = environmentOf(links);
  Evaluation evaluation(environment);
  const std::string first = results(evaluation, expression, resource);
  evaluation.clear();
  requireSame(results(evaluation, expression, resource), first, "an expression gives the same each time");
  const auto checked = Expression::parse(expression.text(), &resource.type());
  if (!checked) return checkFault(checked.outcome());
  requireSame(results(evaluation, *checked, resource), first, "checking the types changes no result");
}

void run(std::string_view input) {
  const auto expression = Expression::parse(input);
  if (!expression) return checkFault(expression.outcome());
  for (const Resource& resource : subjects()) runOn(resource, *expression);
}

std::string mutate(std::string_view input, Random& random) {
  const auto& all = subjects();
  return changedExpression(input, all[random.below(all.size())].type(), random);
}

std::vector<std::string> words() {
  return with(functionNames(),
              {"$this",     "$index",  "$total",      "%resource", "%context", "%rootResource",
               "%`ext-",    "{}",      "@2016-02-29", "T10:00:00", "@T",       "'",
               "`",         "\\u00e9", " div ",       " mod ",     " and ",    " implies ",
               " in ",      " is ",    " as ",        "!~",        "//",       "/*",
               "*/",        "1 'mg'",  " days",       "System.",   "FHIR.",    "9223372036854775807",
               "0.00000001"});
}

}  // namespace

const Target target{run, mutate, words};

}  // namespace fuzz
