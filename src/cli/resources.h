// Resources from files, folders and standard input, one after the other; for commands that look at each.
//
// Threading: one thread. Errors: given to the visitor.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace cli {

struct Visitor {
  // `name`: the file, with the line of NDJSON ("a.ndjson:3"). The resource, or all faults of its structure.
  std::function<void(const std::string& name, const fhir::Result<fhir::Resource>&)> take;
  // What cannot be read at all.
  std::function<void(const std::string& name, const fhir::Outcome&)> refuse;
};

// `paths`: files and folders as findSources() takes them, "-" for standard input, which is NDJSON when
// `lines` says so.
void eachResource(const std::vector<std::string>& paths, bool lines, const Visitor&);

// "name: Patient.gender: words" on standard error for each issue.
void complainOf(const std::string& name, const fhir::Outcome&);

}  // namespace cli
