// The formats of primitive values (https://hl7.org/fhir/R4/datatypes.html#primitive), for all codecs.
#pragma once

#include <cstddef>
#include <string_view>

#include "fhir/definitions/definitions.h"

namespace fhir {

inline constexpr std::size_t maxStringSize = 1024 * 1024;  // bytes of a string, code or markdown

// Whether `text` (valid UTF-8) is a value of the primitive type, in its lexical form: a date that exists, an
// integer of 32 bits, an instant with its zone ... No type but xhtml and string allows surrounding spaces.
// A narrative (xhtml) has nothing active in it: fhir/markup/narrative.h.
bool isValid(Primitive, std::string_view text);
// Whether it is a value of this element: of its type, and for an element's id without spaces.
bool isValid(const Property&, std::string_view text);

// What a value of the type looks like, for a person who has to mend one: "a date that exists, such as
// \"1974-12-25\"".
std::string_view describe(Primitive) noexcept;

}  // namespace fhir
