#include "tests/fuzz/fuzz.h"

#include <cstdlib>
#include <iostream>

namespace fuzz {

void require(bool holds, std::string_view promise) {
  if (holds) return;
  std::cerr << "BROKEN PROMISE: " << promise << std::endl;
  std::abort();
}

void requireSame(std::string_view one, std::string_view other, std::string_view promise) {
  if (one == other) return;
  std::cerr << "one:   " << one << "\nother: " << other << '\n';
  require(false, promise);
}

std::string dictionary(std::span<const std::string> words) {
  constexpr std::string_view figures = "0123456789ABCDEF";
  std::string out;
  for (const std::string& word : words) {
    out += '"';
    for (const char c : word) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte > 0x7E || c == '"' || c == '\\') {
        ((out += "\\x") += figures[byte >> 4U]) += figures[byte & 15U];
      } else {
        out += c;
      }
    }
    out += "\"\n";
  }
  return out;
}

}  // namespace fuzz
