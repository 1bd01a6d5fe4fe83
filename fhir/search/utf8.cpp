#include "fhir/search/utf8.h"

#include <utf8proc.h>

namespace fhir::search {

bool isPlainUtf8(std::string_view text) noexcept {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t character = 0;
    const auto length = utf8proc_iterate(at, left, &character);
    if (length <= 0) return false;
    const bool control = character < 0x20 || character == 0x7F;
    if (control && character != '\t' && character != '\r' && character != '\n') return false;
    at += length;
    left -= length;
  }
  return true;
}

}  // namespace fhir::search
