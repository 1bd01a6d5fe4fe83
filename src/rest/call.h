// Call: one request on its way through an interaction, with all that was found out about it before.
//
// Threading: belongs to one worker. Ownership: refers to what lives as long as the request is handled.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "fhir/validation/validator.h"
#include "src/http/message.h"
#include "src/rest/interaction.h"
#include "src/rest/preferences.h"
#include "src/rest/presentation.h"
#include "src/store/store.h"

namespace rest {

struct Call {
  const http::Request& request;
  const Target& target;
  Parameters parameters;  // of the URL and, for POST [type]/_search, of the form
  Preferences preferences;
  Presentation presentation;
  std::string_view baseUrl;                // without a slash at its end
  const std::string& capabilityStatement;  // JSON
  const store::Store& store;
  // What a resource is checked for before it is written, beside its structure; nullopt: nothing.
  const std::optional<fhir::validation::Options>& writeRules;
  store::Session& session;
};

// An Outcome becomes its OperationOutcome in the pipeline (api.cpp).
using Answer = fhir::Result<http::Response>;

enum class Level : std::uint8_t { server, system, resource, operation };

// One interaction that this server has. The pipeline and the CapabilityStatement both come from this list.
struct Registered {
  Interaction interaction;
  Level level;  // where the CapabilityStatement declares it
  // Beside the general ones; another one is refused before `perform`. A search judges its parameters itself.
  std::span<const std::string_view> parameters;
  Answer (*perform)(Call&);
};

std::span<const Registered> registered() noexcept;  // in the order of enum Interaction

Answer capabilities(Call&);
Answer read(Call&);
Answer vread(Call&);
Answer create(Call&);
Answer update(Call&);
Answer patch(Call&);
Answer remove(Call&);
Answer searchType(Call&);
Answer history(Call&);  // instance, type or system, as the target says
Answer validate(Call&);

}  // namespace rest
