// Outcome: the one error value of this project. It becomes one OperationOutcome at the edge.
//
// Specification: OperationOutcome (https://hl7.org/fhir/R4/operationoutcome.html), value set issue-type.
// Threading: value type; distinct objects may be used by distinct threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fhir {

enum class Severity : std::uint8_t { fatal, error, warning, information };

// The codes of the value set issue-type that this project reports. `code()` gives the FHIR text.
enum class IssueType : std::uint8_t {
  invalid,
  structure,
  required,
  value,
  invariant,
  security,
  login,
  unknown,
  expired,
  forbidden,
  suppressed,
  processing,
  notSupported,
  duplicate,
  multipleMatches,
  notFound,
  deleted,
  tooLong,
  codeInvalid,
  extension,
  tooCostly,
  businessRule,
  conflict,
  transient,
  lockError,
  noStore,
  exception,
  timeout,
  incomplete,
  throttled,
  informational,
};

std::string_view code(Severity) noexcept;   // "error"
std::string_view code(IssueType) noexcept;  // "not-found"

struct Issue {
  Severity severity = Severity::error;
  IssueType type = IssueType::processing;
  // What is wrong and how to mend it, in one or two sentences for the person who reads it.
  // Never contains a value out of a stored resource, nor another person's data.
  std::string diagnostics;
  // FHIRPath of the element at fault ("Patient.name[0].given[1]"), or "http.<header>" / a parameter's name;
  // may be empty.
  std::string expression;
};

// Why an interaction failed, in HTTP's terms: the edge maps each kind to exactly one status.
enum class Failure : std::uint8_t {
  badRequest,            // 400 malformed: not JSON, not the resource's structure, a bad parameter
  unauthorized,          // 401
  forbidden,             // 403
  notFound,              // 404
  methodNotAllowed,      // 405
  notAcceptable,         // 406
  conflict,              // 409
  gone,                  // 410
  preconditionFailed,    // 412
  payloadTooLarge,       // 413
  unsupportedMediaType,  // 415
  unprocessable,         // 422 well-formed, but the server's rules refuse it
  tooManyRequests,       // 429
  internal,              // 500
  notImplemented,        // 501
  unavailable,           // 503, with Retry-After
};

class Outcome {
 public:
  Outcome() = default;
  Outcome(Failure failure, IssueType type, std::string diagnostics, std::string expression = {})
      : failure_(failure) {
    add(Severity::error, type, std::move(diagnostics), std::move(expression));
  }

  void add(Severity severity, IssueType type, std::string diagnostics, std::string expression = {}) {
    issues_.push_back({severity, type, std::move(diagnostics), std::move(expression)});
  }
  void add(Issue issue) { issues_.push_back(std::move(issue)); }
  void append(const Outcome& other);  // other's issues after this one's; this one's failure stays

  Failure failure() const noexcept { return failure_; }
  void setFailure(Failure failure) noexcept { failure_ = failure; }
  const std::vector<Issue>& issues() const noexcept { return issues_; }
  bool empty() const noexcept { return issues_.empty(); }
  bool hasErrors() const noexcept;  // any issue of severity fatal or error

  // The OperationOutcome resource as JSON. An Outcome without issues says "All OK" (informational).
  std::string toJson() const;

 private:
  Failure failure_ = Failure::badRequest;
  std::vector<Issue> issues_;
};

// A value, or the Outcome that says why there is none. Holds exactly one of them.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit on purpose
  Result(Outcome outcome)
      : state_(std::in_place_index<1>, std::move(outcome)) {}  // NOLINT: implicit on purpose

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  Outcome& outcome() & { return std::get<1>(state_); }
  const Outcome& outcome() const& { return std::get<1>(state_); }
  Outcome&& outcome() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Outcome> state_;
};

// For functions that return nothing but may fail.
struct Done {};

}  // namespace fhir
