#include "src/store/cursor.h"

#include <cstdint>

namespace store {
namespace {

constexpr std::size_t kLongest = 16'384;
constexpr std::uint32_t kNothing = 0xFFFFFFFF;

void putSize(std::uint32_t size, std::string& out) {
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>((size >> shift) & 0xFFU);
}

std::optional<std::uint32_t> takeSize(std::string_view& in) {
  if (in.size() < 4) return std::nullopt;
  std::uint32_t size = 0;
  for (unsigned i = 0; i < 4; ++i)
    size |= static_cast<std::uint32_t>(static_cast<unsigned char>(in[i])) << (8 * i);
  in.remove_prefix(4);
  return size;
}

}  // namespace

std::string makeCursor(const platform::Sealer& sealer, const CursorParts& parts, std::string_view binding) {
  std::string plain;
  for (const auto& part : parts) {
    putSize(part ? static_cast<std::uint32_t>(part->size()) : kNothing, plain);
    if (part) plain += *part;
  }
  return sealer.seal(plain, binding);
}

std::optional<CursorParts> openCursor(const platform::Sealer& sealer, std::string_view cursor,
                                      std::string_view binding) {
  if (cursor.size() > kLongest) return std::nullopt;
  const auto plain = sealer.open(cursor, binding);
  if (!plain) return std::nullopt;
  CursorParts parts;
  std::string_view rest = *plain;
  while (!rest.empty()) {
    const auto size = takeSize(rest);
    if (!size || (*size != kNothing && *size > rest.size())) return std::nullopt;
    if (*size == kNothing) {
      parts.emplace_back(std::nullopt);
      continue;
    }
    parts.emplace_back(std::string(rest.substr(0, *size)));
    rest.remove_prefix(*size);
  }
  return parts;
}

}  // namespace store
