// FHIR's XML format (https://hl7.org/fhir/R4/xml.html): text <-> Resource.
//
// Lossless to and from the JSON format, for both build the same tree: decimals keep every digit, ids and
// extensions of primitives, contained resources, the order of items and the narrative come back as they were
// sent. Comments, and blanks between elements, are not kept: they mean nothing.
// Threading: pure functions. Cost: one pass over the text, memory in the Resource's arena.
#pragma once

#include <string>
#include <string_view>

#include "fhir/model/limits.h"
#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace fhir::xml {

using Limits = ParseLimits;

// Parses one resource and checks its structure: known elements in the order of their type, the namespaces of
// FHIR and of XHTML, primitive formats, cardinality maxima, one type per choice, no empty elements, no text
// outside narratives, nothing active inside them. Required elements and bindings are the validator's. On
// failure the Outcome names every fault with its FHIRPath; a text that is not XML as FHIR has it (UTF-8, no
// DOCTYPE, no entities of its own, no processing instructions) gives one issue with line and column.
Result<Resource> parse(std::string_view text, const Limits& = {});

struct WriteOptions {
  bool pretty = false;  // two spaces; narratives stay as they are
};

// The document of a resource, with the XML declaration. Everything that came through a parser can be written.
std::string toString(const Resource&, const WriteOptions& = {});

}  // namespace fhir::xml
