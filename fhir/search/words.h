// The words of texts, for _text and _content: those that a resource has and those that a query asks for are
// cut alike.
//
// A word is a run of letters, digits and the marks that spell it, without case and accents (fold()); every
// other character stands between words, so "blood-pressure" has two and "5.4" too. Scripts that write no
// spaces have one word between two other signs. Specification: https://hl7.org/fhir/R4/search.html#content.
// Threading: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/model/resource.h"

namespace fhir::search {

// Bytes of a word that count; the rest of a longer one is cut off, here and there.
inline constexpr std::size_t longestWord = 200;

// R4's _text or _content: parameters without an expression, which are asked for words.
bool isFullText(const SearchParameter&) noexcept;

// The words of a text as they come.
std::vector<std::string> words(std::string_view text);

// Of a resource: its words in order of their bytes, each once, with a space between.
// _text: what its narrative shows.
std::string wordsOfNarrative(const Resource&);
// _content: what its elements of the types string and markdown say and its narrative shows, extensions,
// contained resources and a Bundle's entries included. Codes, ids, addresses, references, dates, numbers and
// data are no words.
std::string wordsOfContent(const Resource&);

}  // namespace fhir::search
