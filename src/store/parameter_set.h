// ParameterSet: at one epoch of the database, a site's own search parameters and which indexes are not
// complete.
//
// Threading: immutable. A Registry keeps every set that it had: queries refer to the parameters in it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "fhir/search/own_parameter.h"
#include "src/store/connection.h"

namespace store {

using ParameterId = std::int16_t;  // fhir.parameter.id

// The number that the index tables' rows have of a parameter: those of contained resources have it below
// zero, so that nothing that asks for a parameter of resources finds them.
constexpr int rowNumber(ParameterId number, bool isContained) noexcept {
  return isContained ? -number : number;
}

// What stands in fhir.parameter, once for each type, for the index of the resources that its resources
// contain. Whoever lets R4's parameters index more gives it another name, so that it is built anew.
inline constexpr std::string_view kContainedIndex = "_contained";
// The same for whose the rows of the generic store are (fhir.resource.patient_keys).
inline constexpr std::string_view kPersonsIndex = "_persons";

class ParameterSet {
 public:
  struct Own {
    std::shared_ptr<const fhir::search::OwnParameter> parameter;
    ParameterId number = 0;
    std::string source;    // the id of its SearchParameter
    bool retired = false;  // still indexed, no longer searched by
  };

  // As the database has it now. Own parameters that this program cannot read are left out: it cannot search
  // by them.
  static fhir::Result<std::unique_ptr<const ParameterSet>> load(Connection&);

  std::int64_t epoch() const noexcept { return epoch_; }
  const std::vector<Own>& of(const fhir::TypeDefinition&) const noexcept;
  // The one that is searched by; nullptr when there is none.
  const Own* find(const fhir::TypeDefinition&, std::string_view code) const noexcept;
  const Own* find(const fhir::TypeDefinition&, const fhir::SearchParameter&) const noexcept;
  // All of R4's parameters that a search may imply have their whole index: all but _text and _content.
  bool isComplete() const noexcept { return isComplete_; }
  // So have contained resources, in whatever type of resource they are.
  bool isContainedComplete() const noexcept { return isContainedComplete_; }
  // Whether all rows of the generic store say whose they are.
  bool isPersonsComplete() const noexcept { return isPersonsComplete_; }
  bool isComplete(ParameterId number) const noexcept { return !building_.contains(number); }

 private:
  std::int64_t epoch_ = 0;
  std::unordered_map<const fhir::TypeDefinition*, std::vector<Own>> own_;
  std::unordered_set<ParameterId> building_;
  bool isComplete_ = true;
  bool isContainedComplete_ = true;
  bool isPersonsComplete_ = true;
};

}  // namespace store
