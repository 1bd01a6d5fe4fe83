// Entries: those of a batch or transaction Bundle as the requests that they stand for.
//
// Specification: Bundle.entry.request (https://hl7.org/fhir/R4/bundle.html), batch and transaction
// (https://hl7.org/fhir/R4/http.html#transaction). Threading: pure functions. Ownership: an Entry refers to
// the Bundle it was read from, and to itself: it does not move.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "src/http/message.h"
#include "src/rest/interaction.h"

namespace rest {

// The order in which R4 has entries done.
enum class Turn : std::uint8_t {
  remove,  // DELETE
  write,   // POST that creates, PUT
  change,  // PATCH, and operations by POST
  read,    // GET, HEAD, and searches by POST
};

struct Entry {
  std::size_t index = 0;  // from 0
  const fhir::Element* resource = nullptr;
  std::string_view fullUrl;
  http::Request request;  // as if it had been sent alone; a JSON Patch in a Binary is its body
  bool bodyIsText = false;
  Target target;
  Turn turn = Turn::read;
  std::optional<fhir::Outcome> fault;  // why it is no request that this server has; located

  bool isPut() const noexcept { return target.interaction == Interaction::update; }
};

// `outer`: the request that brought the Bundle; its Prefer is each entry's.
std::vector<std::unique_ptr<Entry>> readEntries(const fhir::Resource& bundle, const http::Request& outer,
                                                std::string_view baseUrl);

// The entries in the order in which they are done; those of one turn in their own.
std::vector<Entry*> inTurn(const std::vector<std::unique_ptr<Entry>>&);

// The same faults with paths from the Bundle: "Patient.name[0]" is "Bundle.entry[3].resource.name[0]",
// "http.If-Match" is "Bundle.entry[3].request.ifMatch", a parameter "Bundle.entry[3].request.url".
fhir::Outcome located(const fhir::Outcome&, const Entry&);

}  // namespace rest
