#include "fhir/terminology/facts.h"

namespace fhir::terminology {
namespace {

constexpr char text[] =
#include "fhir/terminology/r4.facts"
    ;

}  // namespace

std::string_view facts() noexcept {
  return {text, sizeof text - 1};
}

}  // namespace fhir::terminology
