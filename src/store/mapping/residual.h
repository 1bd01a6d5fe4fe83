// Residual: what the columns do not hold, as JSON text that is read without a tree.
//
//   {"#":{"name":"1f0c..."},"meta":{...},"name":[...],"birthDate":null}
//
// Members are the resource's own. null: absent, although the columns would give something. "#" holds, for
// elements that columns speak of, the fingerprint of what they gave when the residual was written ("" for
// nothing).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "src/store/mapping/mapping.h"

namespace store::mapping {

inline constexpr std::string_view basisName = "#";

// Short, and different for different texts for all practical purposes; "" for "".
std::string fingerprint(std::string_view text);

struct ResidualMember {
  std::uint16_t order;  // of its element
  const fhir::ElementDefinition* element;
  std::string_view name;   // "birthDate", "_birthDate", "valueQuantity"
  std::string_view value;  // JSON
};

// A residual's members in the canonical order. Refers to the residual's text.
class ResidualView {
 public:
  ResidualView(std::string_view json, const fhir::TypeDefinition& type);

  const std::vector<ResidualMember>& members() const noexcept { return members_; }
  // JSON object of the members of meta; empty when there are none.
  std::string_view meta() const noexcept { return meta_; }
  // The fingerprint that was written with the element; "" when none was.
  std::string_view basis(std::string_view elementName) const noexcept;

 private:
  struct Basis {
    std::string_view name, fingerprint;
  };
  std::vector<ResidualMember> members_;
  std::string_view meta_;
  std::vector<Basis> basis_;
};

// Appends `{"resourceType":...,"id":...,"meta":{...}` (left open).
void appendEnvelope(const fhir::TypeDefinition& type, const Envelope& envelope, std::string_view meta,
                    std::string& out);
// Appends `,"name":value`, nothing for null.
void appendMember(const ResidualMember& member, std::string& out);
// Appends the extensions of the resource's id, as the member "_id"; nothing when there are none. The id
// itself is a key's.
void appendIdExtensions(const fhir::Element& id, std::string& out);
// Appends what of meta a residual keeps, as a member; nothing when there is none.
void appendMeta(const fhir::Element& meta, std::string& out);

}  // namespace store::mapping
