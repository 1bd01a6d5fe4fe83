// Presence: what a FHIRPath condition says when only one thing is known of its element, which children it
// has.
//
// Most rules of R4 ask for nothing else ("code.empty() or system.exists()"), and most of the others are
// settled by it for most elements ("start.hasValue().not() or ... or start <= end" without a start). So the
// answer for each combination of the children that a rule names is found once, by evaluating the condition in
// the abstract; at an element it is a look-up. Where presence does not settle it, the condition has to be
// evaluated.
//
// Threading: immutable.
#pragma once

#include <cstdint>
#include <vector>

#include "fhir/fhirpath/fhirpath.h"

namespace fhir::validation {

// One bit for each child that an element has, by ElementDefinition::order.
using Children = std::uint64_t;

Children childrenOf(const Element&) noexcept;

class Presence {
 public:
  enum class Answer : std::uint8_t { unsettled, holds, broken };

  // `context`: the type of the elements it will be asked about.
  Presence(const fhirpath::Expression&, const TypeDefinition& context);

  Answer answer(Children children) const noexcept {
    if (answers_.empty()) return Answer::unsettled;
    std::size_t combination = 0;
    for (std::size_t i = 0; i < orders_.size(); ++i)
      combination |= static_cast<std::size_t>((children >> orders_[i]) & 1U) << i;
    return answers_[combination];
  }

 private:
  std::vector<std::uint8_t> orders_;  // the children that the condition names
  std::vector<Answer> answers_;       // by combination: bit i is set when the child orders_[i] is there
};

}  // namespace fhir::validation
