// Access: what of the store's resources a caller may see and change, as conditions that every plan carries.
//
// A Session acts for one Access at a time (Session::actFor); with none it is the server's own and sees
// everything. What a caller may not see is for it as if it were not there: no read, search, chain, _has,
// include, sort, total, history or condition answers otherwise because of it. A write needs the resource
// before and the resource after it to be allowed.
//
// Specification: SMART App Launch 2.2, scopes and their permissions
// (https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html). Threading: one thread at a
// time; what it answers never changes. Ownership: it outlives the session's acting for it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/search/query.h"
#include "src/store/caller.h"

namespace store {

// The letters of SMART's scopes, "cruds".
enum class Permission : std::uint8_t { create, read, update, remove, search };

// One way to rows of a type: those of some persons that fulfil all conditions.
struct Way {
  enum class Whose : std::uint8_t {
    everybodys,
    notAuthorsOnly,  // everybody's but what only its author may see
    nobodys,         // in no patient's compartment
    compartment,     // in the compartment of one of the patients `keys`
    patients,        // the same, and not withheld from patients
    grantedTo,       // as `patients`, of those who gave the patient `keys` a grant that is current
    practitioner,    // written or held by the practitioner `keys`, or assigned to them, or they themselves
    inCare,          // of patients who are in a current care relationship with the practitioner `keys`
    // Those, in its type's places, that row security shows to Access::inDatabase(); the statement shows
    // nothing when it runs as somebody else. For rules that stand in the database, once.
    asInDatabase,
  };
  Whose whose = Whose::everybodys;
  std::vector<std::string> keys;  // of persons' rows (key.h)
  // Criteria alone, and combinations of them: no chain, _has or _list. Rows of history have no index, so no
  // way with conditions leads to them.
  std::vector<fhir::search::Condition> conditions;
};

// A row is seen when each of these has a way to it.
struct Sight {
  std::vector<std::vector<Way>> all;

  static Sight nothing() { return Sight{{{}}}; }
  // Every row of the type.
  bool isOpen() const noexcept { return all.empty(); }
  bool isNothing() const noexcept {
    return std::any_of(all.begin(), all.end(), [](const auto& ways) { return ways.empty(); });
  }
};

class AccessTexts;

class Access {
 public:
  virtual ~Access() = default;
  // Whom it is for, in a few letters: what is handed out to one (a page's cursor) opens nothing for another.
  virtual std::string caller() const = 0;
  // As whom the database is asked for it, which refuses by itself what the role and person may not see.
  virtual DatabaseCaller inDatabase() const = 0;
  // Good as long as the Access is.
  virtual const Sight& sight(const fhir::TypeDefinition&, Permission) const = 0;
  // Whether of a row in the type's table only what its columns say is shown, and nothing of the residual.
  virtual bool showsColumnsOnly(const fhir::TypeDefinition&) const = 0;

 private:
  friend class AccessSql;
  mutable std::shared_ptr<AccessTexts> texts_;  // what AccessSql has made of it so far
};

}  // namespace store
