// Plan: a compiled mapping file. What Mapping's functions read.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "src/store/mapping/group.h"
#include "src/store/mapping/mapping.h"
#include "src/store/mapping/program.h"

namespace store::mapping {

// A column that stands for an absent element with a value of its own.
struct ColumnDefault {
  Column column;
  std::string value;
};

// scheduled_end must be later than scheduled_start.
struct ColumnOrder {
  Column earlier, later;
};

// The table holds only resources that have (or, `refused`, do not have) one of these texts at this path (any
// item).
struct Acceptance {
  std::vector<std::string> path;
  std::string expression;
  std::vector<std::string> values;
  bool refused = false;
};

// What indexedWhole needs to know about a ColumnSearch: the elements it reads.
struct SearchReading {
  std::vector<std::string> path;  // JSON names from the root to the leaf, or to what a converter takes whole
  Selector selector;              // of the first step, when the parameter filters in the same way
  std::size_t group = 0;
  std::vector<Column> columns;  // of the ColumnSearch
};

// One line of the documentation.
struct DocumentedElement {
  std::string path;
  std::string columns;
  std::string description;
};

struct Plan {
  const fhir::TypeDefinition* type = nullptr;
  std::string table;
  std::string note;
  std::vector<MappedColumn> columns;
  std::vector<std::string> expressions;  // by column: "Observation.subject", for messages
  std::vector<std::pair<std::string, std::string>> constants;
  std::vector<ColumnSearch> searches;
  RowPersons persons;
  std::vector<const fhir::SearchParameter*> openParameters;
  std::vector<SearchReading> readings;  // parallel to searches
  std::vector<ColumnDefault> defaults;
  std::vector<ColumnOrder> orders;
  std::vector<Acceptance> acceptances;
  std::vector<DocumentedElement> elements;

  Program program;
  std::vector<Group> groups;               // in canonical order
  std::vector<std::int16_t> groupByOrder;  // by ElementDefinition::order; -1: no column speaks of it

  const Group* groupOf(const fhir::ElementDefinition& element) const noexcept {
    const std::int16_t index =
        element.order < groupByOrder.size() ? groupByOrder[element.order] : std::int16_t{-1};
    return index < 0 ? nullptr : &groups[static_cast<std::size_t>(index)];
  }
  // Appends the group's members; false when there are none.
  bool decode(const Group& group, Row row, std::string& out) const {
    return decodeGroup(program, group, row, out) != Given::nothing;
  }
};

// Whether the columns say exactly what the search parameter reads in the resource. False when in doubt.
bool covers(const ColumnSearch& search, const SearchReading& reading, const Plan& plan,
            const fhir::Resource& resource, std::span<const std::optional<std::string>> values);

}  // namespace store::mapping
