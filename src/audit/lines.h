// What was done to the lines of a row that was changed. For verify.cpp alone.
//
// A line's id is made of what it says, and the row has all ids once more: so each line that is not what was
// written is named. Whoever changes ids in both places is found by the row's hash, which names the row.
#pragma once

#include <string>

#include "src/audit/record.h"

namespace audit {

// " (accesses changed: ID; removed: ID; added: ID)"; empty when its lines are what its targets say.
std::string differences(const Record&);

// Whether the row's persons, which are not hashed, are those of its lines, which are.
bool hasPersonsOfLines(const Record&);

}  // namespace audit
