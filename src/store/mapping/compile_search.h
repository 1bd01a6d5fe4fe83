// The "search" of a mapping file: which parameter reads which columns.
#pragma once

#include <vector>

#include "src/store/mapping/compile_elements.h"

namespace store::mapping {

void compileSearches(const SourceValue& source, const std::vector<CompiledElement>& elements,
                     Columns& columns, Plan& plan, Complaints& complaints);

}  // namespace store::mapping
