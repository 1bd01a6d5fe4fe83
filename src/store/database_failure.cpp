#include "src/store/database_failure.h"

#include <string>

namespace store {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

Outcome outcomeOfState(std::string_view state, bool lost, bool isCallers) {
  const std::string_view klass = state.substr(0, 2);
  if (lost || klass == "08" || state == "57P01" || state == "57P02" || state == "57P03" || klass == "53") {
    return {Failure::unavailable, IssueType::transient,
            "The database is not available now. Try again in a few seconds."};
  }
  if (state == "57014") {
    return {Failure::unavailable, IssueType::timeout,
            "The database took longer than the server's limit for one statement. Narrow the request and try "
            "again."};
  }
  if (state == "40001" || state == "40P01" || state == "55P03") {
    return {Failure::conflict, IssueType::lockError,
            "Other writers changed the same data at the same time. Try again."};
  }
  if (state == "42501" && isCallers) {
    return {Failure::forbidden, IssueType::forbidden,
            "You may not do this. Ask for a scope that allows it, or leave it to somebody whose it is."};
  }
  if (klass == "23") {
    return {Failure::conflict, IssueType::conflict,
            "The change contradicts a rule of the platform's tables (SQLSTATE " + std::string(state) + ")."};
  }
  if (klass == "22") {
    return {Failure::unprocessable, IssueType::value,
            "A value is outside what the platform's tables can hold (SQLSTATE " + std::string(state) + ")."};
  }
  return {Failure::internal, IssueType::exception,
          "The database refused a statement (SQLSTATE " + std::string(state) + ")."};
}

}  // namespace store
