// Criteria: the question of a conditional interaction, and what it finds.
//
// Specification: RESTful API, conditional create, update, patch and delete
// (https://hl7.org/fhir/R4/http.html#ccreate, #cond-update, #cdelete). Criteria are parsed as strictly as a
// search, whatever Prefer says: a criterion that is left out would find others. Threading: as Call.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/search/query.h"
#include "src/rest/call.h"
#include "src/store/store.h"

namespace rest {

struct Criteria {
  fhir::search::SearchQuery query;  // with one criterion at least
  std::string name;                 // the same for the same criteria in another order; for Session::lockNames
};

// The parameters without `_format` and `_pretty`, and without those `besides`. Fails with 400 for what a
// search would refuse, for parameters of a search's answer, and when there is no criterion. `place`: where
// they stand
// ("http.If-None-Exist"), for faults that are of no single parameter.
fhir::Result<Criteria> readCriteria(const Call&, const fhir::TypeDefinition&, Parameters,
                                    std::string_view place = {},
                                    std::span<const std::string_view> besides = {});
// Of a text as it stands in If-None-Exist: "identifier=http://example.org|1", percent-encoded as a URL's
// query.
// "?" or "Patient?" before it does not count.
fhir::Result<Criteria> readCriteria(const Call&, const fhir::TypeDefinition&, std::string_view text,
                                    std::string_view place);

// Of an update, patch or delete by criteria: what its URL asks, without the _count of a delete.
fhir::Result<Criteria> readCriteria(const Call&);

// --- inside a transaction ---

// Waits until no other transaction decides by the same criteria. Before the first search by them.
fhir::Result<fhir::Done> exclude(Call&, const Criteria&);
// At most `most` matches.
fhir::Result<std::vector<store::StoredResource>> findMatches(Call&, const Criteria&, std::uint32_t most);
// All matches, which nobody else changes until the transaction ends; more than `most` are not locked, and
// `most` + 1 of them are returned. 409 when others never rest.
fhir::Result<std::vector<store::StoredResource>> lockMatches(Call&, const Criteria&, std::uint32_t most);
// The one match, or none; 412 when there are several.
fhir::Result<std::optional<store::StoredResource>> findOne(Call&, const Criteria&);
fhir::Result<std::optional<store::StoredResource>> lockOne(Call&, const Criteria&);

}  // namespace rest
