// What a narrative may contain: the one rule for every codec, for FHIRPath's htmlChecks() and so for
// validation.
//
// Specification: https://hl7.org/fhir/R4/narrative.html (XHTML content; rules txt-1 and txt-2). Threading:
// pure functions; a NarrativeCheck is one thread's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/markup/characters.h"
#include "fhir/markup/reader.h"

namespace fhir::markup {

inline constexpr std::size_t maxNarrativeNesting = 200;

// Judges the tokens of one narrative, one after the other.
//
// What may be shown to people is one well-formed <div> that declares the namespace of XHTML itself, without
// prefixes, with only the elements and attributes that FHIR lists. Scripts, forms, frames, objects, event
// handlers, links that run code and styles that do so or fetch something from elsewhere are faults, and so is
// what a browser's HTML parser would read otherwise than XML does (CDATA, comments that begin with '>').
class NarrativeCheck {
 public:
  // What is wrong with the token that `reader` has just given, without repeating it; empty when nothing is.
  std::string_view judge(const Token&, const Reader& reader);

  bool isClosed() const noexcept { return isOpened_ && depth_ == 0; }  // the <div> has ended
  bool hasContent() const noexcept { return hasContent_; }  // a character that is no space, or an <img>

 private:
  std::string_view judgeTag(const Token&, const Reader&);

  std::size_t depth_ = 0;
  bool isOpened_ = false;
  bool hasContent_ = false;
};

struct NarrativeFindings {
  std::optional<Fault> fault;  // the first one
  bool hasContent;             // rule txt-2; meant only where there is no fault
};

// The findings on a narrative that is a text of its own, as in JSON.
NarrativeFindings checkNarrative(std::string_view xhtml);

// Appends the text that a narrative shows: without markup and comments, references replaced. An element that
// does not stand within a line (a paragraph, a cell, a picture) is a space. Of one that has a fault, what
// stands before the fault.
void appendNarrativeText(std::string_view xhtml, std::string& out);

// A narrative keeps a carriage return in JSON as it is. In XML it must be a reference lest a line end be made
// of it, and other line ends mean '\n'. It is written as &#x000D;, and only that comes back as the character:
// other references are a narrative's own and stay. Between attributes and in comments it does become '\n'.
// Blanks and comments around the <div> may be left out: XML has no place for them.
void appendNarrativeToXml(std::string_view xhtml, std::string& out);
std::string narrativeFromXml(std::string_view written);

}  // namespace fhir::markup
