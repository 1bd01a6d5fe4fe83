// TypePlan: the SQL of one resource type, made once at start from its mapping, and how its rows become
// resources.
//
// A type has up to four places: its table and its rows in the generic store, and the history of each. All
// four are selected with the same columns, so that one decoder reads any of them.
//
// Threading: immutable after construction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/store/connection.h"
#include "src/store/mapping/mapping.h"
#include "src/store/store.h"

namespace store {

// The columns every selection begins with; the mapped columns follow from `firstMapped`.
struct Column {
  enum : std::size_t {
    id,
    fhirId,
    versionId,
    updatedAt,
    isDeleted,
    isGeneric,
    residual,
    patients,
    firstMapped
  };
};

class TypePlan {
 public:
  // The keyring must outlive it.
  TypePlan(const fhir::TypeDefinition& type, const Mapping* mapping, keys::Keyring&);

  const fhir::TypeDefinition& type() const noexcept { return *type_; }
  std::string_view name() const noexcept { return type_->name; }
  const Mapping* mapping() const noexcept { return mapping_; }  // nullptr: only the generic store
  const std::string& table() const noexcept {
    return table_;
  }  // "public.patient_profile"; empty without a mapping

  // "SELECT ..." lists over a row called r; without FROM.
  const std::string& mappedColumns() const noexcept { return mappedColumns_; }
  const std::string& genericColumns() const noexcept { return genericColumns_; }
  // " FROM public.patient_profile r WHERE r.record_type = 'note'" (or WHERE true), ready for " AND ...".
  const std::string& fromMapped() const noexcept { return fromMapped_; }
  const std::string& fromMappedHistory() const noexcept { return fromMappedHistory_; }
  const std::string& fromGeneric() const noexcept { return fromGeneric_; }
  const std::string& fromGenericHistory() const noexcept { return fromGenericHistory_; }

  // Where a version of this type's resources may stand, as " FROM place n WHERE ...": the table, its history,
  // then both of the generic store.
  const std::vector<std::string>& places() const noexcept { return places_; }
  // The rows of the type's table that are of other types, as " FROM table n WHERE ...": they share its keys.
  // Empty when the table has one type.
  const std::string& otherTypes() const noexcept { return otherTypes_; }

  // The current row of one key, in the place where it nearly always is; parameter: the key.
  const std::string& readFirst() const noexcept { return readFirst_; }
  // In both places; parameters: the key, twice. Empty without a mapping.
  const std::string& readBoth() const noexcept { return readBoth_; }

  // One row of a selection above. `offset` is the position of Column::id. What is encrypted is opened; when
  // it cannot be, the resource is `unreadable`.
  StoredResource decode(const Rows&, std::size_t row, std::size_t offset = 0) const;

  // Whether another row may point to a row of this type by a foreign key: then its arrival may free others
  // that wait.
  bool isTarget() const noexcept { return isTarget_; }
  void markTarget() noexcept { isTarget_ = true; }

 private:
  const fhir::TypeDefinition* type_;
  const Mapping* mapping_;
  keys::Keyring* keyring_;
  std::string table_;
  std::string mappedColumns_, genericColumns_;
  std::string fromMapped_, fromMappedHistory_, fromGeneric_, fromGenericHistory_;
  std::string readFirst_, readBoth_;
  std::vector<std::string> places_;
  std::string otherTypes_;
  bool isTarget_ = false;
};

// The value of a literal in SQL; only for text that the mapping files give, never for a client's.
std::string quoteLiteral(std::string_view text);

}  // namespace store
