// nearest: the candidate that somebody who typed `text` probably meant.
#pragma once

#include <span>
#include <string_view>

namespace platform {

// The candidate with the fewest edits (insert, remove, replace, swap of neighbours; case counts as no edit).
// Empty when even the best one differs in more than a third of the longer text (and more than two edits).
// The answer refers to the candidate's text.
std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates);

}  // namespace platform
