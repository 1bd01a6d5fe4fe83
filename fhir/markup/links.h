// What in a narrative could act or fetch: links, sources of pictures, styles.
//
// The values are as they are meant, references replaced. They are judged as browsers read them: without
// blanks and control characters, in any case of letters. Threading: pure functions.
#pragma once

#include <string_view>

namespace fhir::markup {

// Whether following the link only goes to another place or opens mail or telephone: it is relative, or its
// scheme is one of a short list. No javascript:, data:, file: ...
bool isSafeLink(std::string_view value);

// Whether a picture may come from there: the text itself (data:image/...), the resource (#...), a relative
// address, the web, or what a urn: names (nothing fetches it; an entry of a transaction is named so). FHIR
// allows the web, and an official example has it; a page that shows narratives and wants nothing fetched says
// so in its Content-Security-Policy.
bool isSafeSource(std::string_view value);

// Whether a style only describes: no code, no comment or escape to hide it in, and nothing fetched from
// elsewhere.
bool isSafeStyle(std::string_view value);

}  // namespace fhir::markup
