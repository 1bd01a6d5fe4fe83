// References in XML text (&amp; &#xE9;) and their replacement, both ways. Only the five entities that XML
// itself defines and references to characters exist: there is no DTD, so nothing can expand.
//
// Specification: XML 1.0, sections 4.1, 4.6 and 3.3.3. Threading: pure functions.
#pragma once

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

namespace fhir::markup {

// Whether each '&' begins a reference to a character that XML can hold.
bool hasGoodReferences(std::string_view raw) noexcept;

// An attribute's value as it is meant: references replaced, each tab and line end one space. A view of `raw`
// when nothing is to be replaced, else of memory of the arena. nullopt when a reference is not good.
std::optional<std::string_view> decodeAttribute(std::string_view raw, std::pmr::memory_resource& arena);

// Appends a value so that reading an attribute in double quotes gives it back, tabs and line ends too.
void appendAttributeValue(std::string_view value, std::string& out);
// Appends text so that reading an element's content gives it back.
void appendContent(std::string_view text, std::string& out);

}  // namespace fhir::markup
