// Row and residual -> JSON.
#pragma once

#include <string>
#include <string_view>

#include "src/store/mapping/plan.h"
#include "src/store/mapping/residual.h"

namespace store::mapping {

void decodeRow(const Plan& plan, Row row, const ResidualView& residual, const Envelope& envelope,
               std::string& out);

}  // namespace store::mapping
