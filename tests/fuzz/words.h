// Words of FHIR for libFuzzer's dictionaries, taken from the definitions and the FHIRPath library.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

// The names of the elements that data types have, and of resource types.
std::vector<std::string> elementNames();
std::vector<std::string> functionNames();
// The codes of all search parameters.
std::vector<std::string> parameterNames();

// With `more` behind them.
std::vector<std::string> with(std::vector<std::string> words, std::initializer_list<std::string_view> more);

}  // namespace fuzz
