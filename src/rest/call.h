// Call: one request on its way through an interaction, with all that was found out about it before.
//
// Threading: belongs to one worker. Ownership: refers to what lives as long as the request is handled.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "src/access/decision.h"
#include "src/audit/access.h"
#include "src/http/message.h"
#include "src/rest/interaction.h"
#include "src/rest/limits.h"
#include "src/rest/preferences.h"
#include "src/rest/presentation.h"
#include "src/rules/rules.h"
#include "src/store/store.h"

namespace rest {

class Statement;  // capability_statement.h

// What the work on a request tells the pipeline around it.
struct Notes {
  bool wroteDefinition = false;            // a profile, value set or code system, which counts from now on
  std::optional<Interaction> interaction;  // what the body made of the target's: batch or transaction
  bool audits = false;                     // accesses are wanted
  std::vector<audit::Access> accesses;     // what is to be written down before the answer goes (audited.h)
};

// What all calls of a worker share.
struct Surroundings {
  std::string_view baseUrl;  // without a slash at its end
  const Statement& statement;
  const store::Store& store;
  rules::Rules& rules;
  const Limits& limits;
  store::Session& session;  // acts for the caller
  Notes& notes;
  const allowed::Decision* access = nullptr;  // nullptr: without access control
  bool pretty = false;                        // when the client does not say _pretty
};

// What an entry of a Bundle has in place of a request's body, and what it is told beside the answer.
struct EntryBody {
  std::optional<fhir::Resource> resource;  // taken by the interaction
  std::string lastUpdated;                 // of the version that the answer shows: an instant, or empty
  std::vector<std::string> written;        // "Patient/42": each resource that the interaction changed
};

struct Call : Surroundings {
  const http::Request& request;
  const Target& target;
  Parameters parameters;  // of the URL and, for POST [type]/_search, of the form
  Preferences preferences;
  Presentation presentation;
  EntryBody* entry = nullptr;  // of an entry of a Bundle
};

// Tells the Bundle of an entry what its answer is about.
void noteVersion(const Call&, const store::StoredResource&, bool wasWritten);
// "Patient/42"
std::string nameOf(const fhir::TypeDefinition&, std::string_view id);

// An Outcome becomes its OperationOutcome in the pipeline (api.cpp).
using Answer = fhir::Result<http::Response>;

// An operation of each resource type that has it; `systemOperation`: of the system, too.
enum class Level : std::uint8_t { server, system, resource, operation, systemOperation };

// One interaction that this server has. The pipeline and the CapabilityStatement both come from this list.
struct Registered {
  Interaction interaction;
  Level level;  // where the CapabilityStatement declares it
  // The permissions, as a scope's letters, that it takes for the target's type; for some type, when the
  // target has none. Empty: what it does is judged otherwise, or is no access to a resource.
  std::string_view needs;
  // Beside the general ones; another one is refused before `perform`. A search and $lastn judge theirs.
  std::span<const std::string_view> parameters;
  Answer (*perform)(Call&);
  // Of an operation: the one type that has it; empty: all have.
  std::string_view type = {};
  // Where its OperationDefinition's url begins.
  std::string_view definedBy = "http://hl7.org/fhir/OperationDefinition/";
};

std::span<const Registered> registered() noexcept;  // in the order of enum Interaction

Answer capabilities(Call&);
Answer read(Call&);
Answer vread(Call&);
Answer create(Call&);
Answer update(Call&);
Answer patch(Call&);
Answer remove(Call&);
Answer search(Call&);   // of a type, of all types, and of a compartment
Answer history(Call&);  // instance, type or system, as the target says
Answer bundle(Call&);   // batch and transaction
Answer validate(Call&);
Answer expand(Call&);  // operations/
Answer validateCodeInValueSet(Call&);
Answer lookup(Call&);
Answer validateCodeInCodeSystem(Call&);
Answer subsumes(Call&);
Answer searchParameterStatus(Call&);
Answer meta(Call&);
Answer metaAdd(Call&);
Answer metaDelete(Call&);
Answer lastn(Call&);
Answer everything(Call&);
Answer match(Call&);
Answer breakGlass(Call&);

}  // namespace rest
