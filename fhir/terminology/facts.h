// The generated code systems and value sets of R4 as one text in lines; README.md describes the format.
#pragma once

#include <string_view>

namespace fhir::terminology {

std::string_view facts() noexcept;  // static storage

}  // namespace fhir::terminology
