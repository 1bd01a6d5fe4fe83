#include "fhir/validation/invariants.h"

#include <algorithm>
#include <utility>

namespace fhir::validation {

Result<Constraint> Constraint::compile(const Invariant& invariant, const TypeDefinition& context) {
  auto expression = fhirpath::Expression::parse(invariant.expression);
  if (!expression) return std::move(expression).outcome();
  return Constraint(invariant, *std::move(expression), context);
}

Constraint::Constraint(const Invariant& invariant, fhirpath::Expression expression,
                       const TypeDefinition& context)
    : key_(invariant.key),
      severity_(invariant.error ? Severity::error : Severity::warning),
      human_(invariant.human),
      expression_(std::move(expression)),
      presence_(expression_, context) {}

// The environment asks for links from where the judged element stands.
struct Judge::Running {
  explicit Running(const Judge& judge) {
    environment.resolve = [this, &judge](const Element* from, std::string_view reference) {
      return judge.links_.resolve(from ? *from : *focus, reference);
    };
    environment.memberOf = [&judge](std::string_view valueSet, std::string_view system,
                                    std::string_view code) -> std::optional<bool> {
      const Membership found =
          judge.valueSets_.find(valueSet, system.empty() ? std::string_view{} : system, code);
      if (found == Membership::unknown) return std::nullopt;
      return found == Membership::member;
    };
    environment.subsumes = [&judge](const fhirpath::Code& ancestor,
                                    const fhirpath::Code& descendant) -> std::optional<bool> {
      if (ancestor.system != descendant.system) return false;
      return judge.valueSets_.subsumes(ancestor.system, ancestor.code, descendant.code);
    };
    environment.conformsTo = judge.conformsTo_;
  }

  fhirpath::Environment environment;
  fhirpath::Evaluation evaluation{environment};
  const Element* focus = nullptr;
};

Judge::Judge(const Links& links, const ValueSets& valueSets, ConformsTo conformsTo)
    : links_(links), valueSets_(valueSets), conformsTo_(std::move(conformsTo)) {}
Judge::~Judge() = default;

// The use of one evaluation, from the first question to the last answer.
class Judge::Turn {
 public:
  Turn(Judge& judge, const Element& focus) : judge_(judge) {
    if (judge.busy_ == judge.running_.size()) judge.running_.push_back(std::make_unique<Running>(judge));
    running_ = judge.running_[judge.busy_++].get();
    running_->focus = &focus;
  }
  ~Turn() {
    running_->evaluation.clear();
    --judge_.busy_;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  fhirpath::Environment& environment() noexcept { return running_->environment; }
  fhirpath::Evaluation& evaluation() noexcept { return running_->evaluation; }

 private:
  Judge& judge_;
  Running* running_;
};

Result<std::optional<bool>> Judge::test(const fhirpath::Expression& expression, const Element& element,
                                        std::span<const fhirpath::Variable> variables) {
  Turn turn(*this, element);
  turn.environment().variables.assign(variables.begin(), variables.end());
  auto answer = turn.evaluation().test(expression, element);
  turn.environment().variables.clear();
  return answer;
}

Result<bool> Judge::selects(const fhirpath::Expression& expression, const Element& focus,
                            const Element& wanted) {
  Turn turn(*this, focus);
  const auto found = turn.evaluation().run(expression, focus);
  if (!found) return found.outcome();
  return std::any_of(found->begin(), found->end(), [&](const fhirpath::Item& item) {
    return item.kind == fhirpath::Kind::element && item.element == &wanted;
  });
}

Verdict Judge::judge(const Constraint& constraint, const Element& element) {
  return judge(constraint, element, childrenOf(element));
}

Verdict Judge::judge(const Constraint& constraint, const Element& element, Children children) {
  switch (constraint.presence().answer(children)) {
    case Presence::Answer::holds:
      return Verdict::holds;
    case Presence::Answer::broken:
      return Verdict::broken;
    case Presence::Answer::unsettled:
      break;
  }
  Turn turn(*this, element);
  const auto answer = turn.evaluation().test(constraint.expression(), element);
  if (!answer) return Verdict::failed;
  return answer->value_or(false) ? Verdict::holds : Verdict::broken;
}

void Judge::check(const Constraint& constraint, const Element& element, Report& report) {
  check(constraint, element, childrenOf(element), report);
}

void Judge::check(const Constraint& constraint, const Element& element, Children children, Report& report) {
  if (!report.wants(constraint.severity())) return;
  switch (judge(constraint, element, children)) {
    case Verdict::holds:
      break;
    case Verdict::broken:
      report.add(constraint.severity(), IssueType::invariant, element, [&] {
        const bool stopped = constraint.human().ends_with('.');
        return "Rule " + std::string(constraint.key()) + ": " + std::string(constraint.human()) +
               (stopped ? "" : ".");
      });
      break;
    case Verdict::failed:
      report.add(Severity::error, IssueType::processing, element, [&] {
        return "Rule " + std::string(constraint.key()) +
               " could not be judged here: " + std::string(constraint.human());
      });
      break;
  }
}

}  // namespace fhir::validation
