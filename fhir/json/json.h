// FHIR's JSON format (https://hl7.org/fhir/R4/json.html): text <-> Resource.
//
// Exact: decimals keep every digit ("1.50" stays "1.50"), ids and extensions of primitives ("_birthDate"),
// nulls that align them, contained resources and the order of arrays come back as they were sent.
// Threading: pure functions. Cost: one pass over the text, memory in the Resource's arena.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "fhir/model/limits.h"
#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace fhir::json {

using Limits = ParseLimits;

// Parses one resource and checks its structure: known elements, right JSON types, primitive formats,
// cardinality maxima (no array where one value belongs and the reverse), no duplicate keys, no empty arrays,
// objects or strings, one type per choice. Required elements and bindings are the validator's. On failure the
// Outcome names every fault (not just the first) with its FHIRPath; a text that is not JSON gives one issue
// with line and column.
Result<Resource> parse(std::string_view text, const Limits& = {});

enum class Summary : unsigned char { none, isTrue, text, data, isFalse };

struct WriteOptions {
  bool pretty = false;  // two spaces
};

// Appends the JSON of an element (a resource's root with "resourceType" first, a complex value as an object,
// a primitive as its bare value) to `out`, in canonical order.
void write(const Element&, std::string& out, const WriteOptions& = {});
std::string toString(const Resource&, const WriteOptions& = {});

// Appends one child group of an object: all children of `parent` that have the property `jsonName`, as
// `"name":value` (with `,"_name":...` where a primitive has an id or extensions), without a comma before it.
// Writes nothing and returns false when there is no such child.
bool writeMember(const Element& parent, std::string_view jsonName, std::string& out);

// Appends `text` as a JSON string with its quotes.
void writeString(std::string_view text, std::string& out);

// A copy of the resource with only what _summary / _elements keeps (mandatory and modifier elements stay),
// and the tag SUBSETTED in meta. https://hl7.org/fhir/R4/search.html#summary
Resource summarize(const Resource&, Summary);
Resource selectElements(const Resource&, std::span<const std::string_view> elementNames);

// Re-indents valid JSON with two spaces. For answers that are held as text.
std::string prettyPrint(std::string_view json);

}  // namespace fhir::json
