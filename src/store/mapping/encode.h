// Resource -> columns and residual.
#pragma once

#include "src/store/mapping/plan.h"

namespace store::mapping {

Encoded encodeResource(const Plan& plan, const fhir::Resource& resource);
Encoded encodeOver(const Plan& plan, const fhir::Resource& resource,
                   std::span<const std::optional<std::string>> current, const std::vector<bool>& kept);

}  // namespace store::mapping
