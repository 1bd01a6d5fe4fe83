// What the mapping tests share: the project's own mappings, rows by column name, resources compared by
// meaning.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/json/json.h"
#include "src/store/mapping/mapping.h"

namespace test {

using Row = std::map<std::string, std::string>;  // absent: NULL

const store::Mappings& mappings();
const store::Mapping& mappingOf(std::string_view type);

fhir::Resource parse(std::string_view json);
// Canonical JSON without meta.versionId and meta.lastUpdated (and without a meta that had nothing else).
std::string canonical(std::string_view json);
// The message of every issue, one a line; "" for a success.
std::string messages(std::string_view fileName, std::string_view mappingFile);

// What the mapping reads from these columns, with id "x".
std::string decode(const store::Mapping& mapping, const Row& row, std::string_view residual = "{}");
std::string decode(const store::Mapping& mapping, const store::Encoded& encoded);
Row rowOf(const store::Mapping& mapping, const store::Encoded& encoded);
// Only the member of this name of the decoded resource ("" when absent).
std::string member(std::string_view json, std::string_view name);

}  // namespace test
