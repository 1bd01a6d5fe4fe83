// Group: all that columns say of one element of a resource (or of an item of a json column).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/store/mapping/program.h"
#include "src/store/mapping/source.h"

namespace store::mapping {

struct Group {
  const fhir::ElementDefinition* element = nullptr;
  std::size_t from = 0, to = 0;  // nodes of the program; none when only `whenEmpty` speaks
  std::string whenEmpty;         // `"code":{...}`: stands when no column gives anything; may be empty
  std::string name;              // a JSON name of the element, for a residual that says "absent"

  bool hasNodes() const noexcept { return from < to; }
};

enum class Given : std::uint8_t { nothing, constant, columns };

// Appends the group's members.
Given decodeGroup(const Program& program, const Group& group, Row row, std::string& out);

// The groups of a program's top-level nodes and of a "whenEmpty" object ({element: JSON}; may be nullptr), in
// canonical order. `type` has the elements. Complains about what is not an element, or not its JSON.
std::vector<Group> makeGroups(const Program& program, const SourceValue* whenEmpty,
                              const fhir::TypeDefinition& type, Complaints& complaints);

}  // namespace store::mapping
