// Changes of resources by someone who knows R4's definitions: elements that their types have, with values
// that their formats allow, up to their edges. So the fuzzers get past the parsers.
#pragma once

#include <string>

#include "fhir/model/resource.h"
#include "tests/fuzz/fuzz.h"

namespace fuzz {

// One to four elements are added, taken away, repeated or given another value.
void change(fhir::Resource& resource, Random& random);

// A new resource of any type, with a few elements.
fhir::Resource grown(Random& random);

// A value that the element's type allows.
std::string value(const fhir::Property& property, Random& random);

}  // namespace fuzz
