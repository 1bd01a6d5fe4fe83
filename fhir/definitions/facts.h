// The generated facts of R4 as one text in lines; README.md describes the format.
#pragma once

#include <string_view>

namespace fhir::detail {

std::string_view facts() noexcept;  // static storage

}  // namespace fhir::detail
