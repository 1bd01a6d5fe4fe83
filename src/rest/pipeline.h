// Pipeline: the one way of every request, alone or as an entry of a Bundle.
//
//   admit: parameters -> layout -> [access decision]        then run: the interaction
//
// A transaction admits all of its entries before the first one runs. Whatever comes of a request, here it
// becomes a line of the audit trail (audited.h). Threading and ownership: as Call.
#pragma once

#include <string>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/rest/call.h"

namespace rest {

struct Admitted {
  std::vector<http::Parameter> all;  // of URL and form; call.parameters may point into it
  Call call;
  std::vector<std::string> ignored;  // handling=lenient outside a search: what was left out
};

// `entry`: of an entry of a Bundle, what stands in place of the body; its answer is JSON and not indented.
fhir::Result<Admitted> admit(const Surroundings&, const http::Request&, const Target&,
                             EntryBody* entry = nullptr);

Answer run(Admitted&);

// For a write that was made otherwise than by run(), what run() would have noted.
void noteWrite(const Call&, int status, store::Given);

}  // namespace rest
