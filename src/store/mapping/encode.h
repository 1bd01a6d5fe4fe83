// Resource -> columns and residual.
#pragma once

#include "src/store/mapping/plan.h"

namespace store::mapping {

Encoded encodeResource(const Plan& plan, const fhir::Resource& resource);

}  // namespace store::mapping
