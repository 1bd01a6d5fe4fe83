// nearest: the names that somebody who wrote `text` probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fhir::search {

// Up to `most` candidates, the nearest first, by the number of letters to insert, remove, replace or swap
// with their neighbour; case counts as no difference. Only those that differ in at most a third of the longer
// text or 2 letters, or that begin with `text`. Cost: the product of the lengths, for each candidate; texts
// over 64 bytes have none. The views are the candidates'.
std::vector<std::string_view> nearest(std::string_view text, std::span<const std::string_view> candidates,
                                      std::size_t most = 3);

// " Did you mean 'a', 'b' or 'c'?"; empty without names.
std::string didYouMean(std::span<const std::string_view> names);

}  // namespace fhir::search
