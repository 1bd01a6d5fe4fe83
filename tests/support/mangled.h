// mangled: a text changed at random: parts of it removed or repeated, pieces of its language put in, bytes
// overwritten.
#pragma once

#include <algorithm>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace support {

struct Mangling {
  std::span<const std::string_view>
      pieces;  // what is put in; the first stands for a text that lost everything
  std::size_t mostChanges;
  unsigned char firstByte;  // what bytes are overwritten with: from this one
  unsigned char lastByte;   // to this one
};

inline std::string mangled(std::string text, const Mangling& how, std::mt19937& random) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  for (std::size_t changes = 1 + below(how.mostChanges); changes > 0; --changes) {
    const std::size_t at = below(text.size());
    const std::size_t size = std::min(below(12), text.size() - at);
    switch (below(4)) {
      case 0:
        text.erase(at, size);
        break;
      case 1:
        text.insert(at, how.pieces[below(how.pieces.size())]);
        break;
      case 2:
        text.insert(below(text.size()), text.substr(at, size));
        break;
      default:
        text[at] = static_cast<char>(how.firstByte + below(how.lastByte - how.firstByte + 1U));
        break;
    }
    if (text.empty()) text = how.pieces.front();
  }
  return text;
}

}  // namespace support
