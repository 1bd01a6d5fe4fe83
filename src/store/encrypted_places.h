// EncryptedPlace: where values stand that are encrypted: tables, their history, and what the platform alone
// reads.
//
// Threading: immutable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/store/registry.h"

namespace store {

// How a value stands in its column once it is encrypted.
struct EncryptedColumn {
  enum class Form : std::uint8_t {
    text,      // hv1:...
    list,      // [{"$sealed":"hv1:..."}]
    object,    // {"$sealed":"hv1:..."}
    item,      // {"$sealed":"hv1:...","id":...}: by its id the platform's item is known
    document,  // a whole resource of the generic store
  };
  std::string name;
  Form form = Form::text;
  const MappedColumn* mapped = nullptr;  // nullptr: no column of a mapping
};

struct EncryptedPlace {
  std::string name;   // of the place in fhir.encryption_job and in logs
  std::string table;  // "history.patient_profile"
  std::string bound;  // the table that values are bound to: "patient_profile"
  std::string where;  // " FROM history.patient_profile r WHERE ..."
  std::string of;     // the place in fhir.encryption_queue: a type or a table; empty: the row says its type
  const TypePlan* plan = nullptr;  // of a mapped type's current rows and history
  bool isHistory = false;          // rows have versions in their key
  bool hasVersions = true;         // rows have a version at all
  // Whose JSON is made anew from other rows as long as it is not deleted.
  enum class Parent : std::uint8_t { none, record, prescription } parent = Parent::none;
  std::vector<EncryptedColumn> columns;
};

// In the order in which they are walked through: what others are made from comes first.
std::vector<EncryptedPlace> encryptedPlaces(const Registry&);

}  // namespace store
