#include "fhir/search/nearest.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace fhir::search {
namespace {

constexpr std::size_t maxLength = 64;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// Optimal string alignment distance of two texts of at most maxLength bytes.
std::size_t distance(std::string_view a, std::string_view b) {
  using Row = std::array<std::uint8_t, maxLength + 1>;
  Row before{}, above{}, row{};
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = static_cast<std::uint8_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<std::uint8_t>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      int best = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped =
          i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) best = std::min(best, before[j - 2] + 1);
      row[j] = static_cast<std::uint8_t>(best);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

bool startsWith(std::string_view text, std::string_view beginning) {
  return beginning.size() >= 3 && text.size() > beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), text.begin(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::vector<std::string_view> nearest(std::string_view text, std::span<const std::string_view> candidates,
                                      std::size_t most) {
  std::vector<std::pair<std::size_t, std::string_view>> found;
  if (text.empty() || text.size() > maxLength) return {};
  for (const auto candidate : candidates) {
    if (candidate.size() > maxLength) continue;
    const auto longer = std::max(text.size(), candidate.size());
    const auto edits = distance(text, candidate);
    const bool near = edits < longer && edits <= std::max<std::size_t>(longer / 3, longer > 3 ? 2 : 1);
    if (near || startsWith(candidate, text)) found.emplace_back(edits, candidate);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < found.size() && i < most; ++i) names.push_back(found[i].second);
  return names;
}

std::string didYouMean(std::span<const std::string_view> names) {
  if (names.empty()) return {};
  std::string text = " Did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text.append("'").append(names[i]).append("'");
  }
  return text + "?";
}

}  // namespace fhir::search
