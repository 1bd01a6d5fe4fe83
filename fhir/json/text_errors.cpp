#include "fhir/json/text_errors.h"

#include <algorithm>
#include <string>

#include "rapidjson/error/en.h"

namespace fhir::json {

Outcome notJson(std::string_view text, std::size_t offset, std::string_view reason) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return Outcome(Failure::badRequest, IssueType::invalid,
                 "The text is not JSON: " + std::string(reason) + " at line " + std::to_string(line) +
                     ", column " + std::to_string(before.size() - start + 1) + ".");
}

Outcome notJson(std::string_view text, const rapidjson::ParseResult& result) {
  if (result.Code() == rapidjson::kParseErrorDocumentEmpty)
    return Outcome(Failure::badRequest, IssueType::invalid, "The text is empty; a resource was expected.");
  if (result.Code() == rapidjson::kParseErrorNumberTooBig)
    return notJson(text, result.Offset(), "a number that is not below 1E301");
  std::string_view reason = rapidjson::GetParseError_En(result.Code());
  if (reason.ends_with('.')) reason.remove_suffix(1);
  return notJson(text, result.Offset(), reason);
}

}  // namespace fhir::json
