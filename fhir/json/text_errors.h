// What is said of a text that is no JSON: the reason with line and column. For every reader of JSON.
#pragma once

#include <cstddef>
#include <string_view>

#include "fhir/model/outcome.h"
#include "rapidjson/error/error.h"

namespace fhir::json {

Outcome notJson(std::string_view text, std::size_t offset, std::string_view reason);
Outcome notJson(std::string_view text, const rapidjson::ParseResult& result);

}  // namespace fhir::json
