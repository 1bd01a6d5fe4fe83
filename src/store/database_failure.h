// What a failure of the database means for the caller.
//
// Threading: a pure function.
#pragma once

#include <string_view>

#include "fhir/model/outcome.h"

namespace store {

// `state` is the SQLSTATE, empty when the failure was none of the database's; `lost`: the connection is gone;
// `isCallers`: the statement ran as whom it was asked for, not as the server itself.
// The database's own words are never a part of it: they may quote a row.
fhir::Outcome outcomeOfState(std::string_view state, bool lost, bool isCallers);

}  // namespace store
