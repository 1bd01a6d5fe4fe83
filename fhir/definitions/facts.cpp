#include "fhir/definitions/facts.h"

namespace fhir::detail {
namespace {

constexpr char text[] =
#include "fhir/definitions/r4.facts"
    ;

}  // namespace

std::string_view facts() noexcept {
  return {text, sizeof text - 1};
}

}  // namespace fhir::detail
