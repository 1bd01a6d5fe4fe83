#include "fhir/terminology/canonical.h"

#include <charconv>

namespace fhir::terminology {
namespace {

// Takes the next part of a version, up to a dot or hyphen.
std::string_view takePart(std::string_view& text) noexcept {
  const std::size_t end = std::min(text.find_first_of(".-"), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

bool numberOf(std::string_view part, unsigned long& number) noexcept {
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
  return error == std::errc() && end == part.data() + part.size();
}

}  // namespace

Canonical canonicalOf(std::string_view text) noexcept {
  Canonical canonical;
  if (const std::size_t at = text.find('#'); at != std::string_view::npos) {
    canonical.fragment = text.substr(at + 1);
    text = text.substr(0, at);
  }
  if (const std::size_t at = text.find('|'); at != std::string_view::npos) {
    canonical.version = text.substr(at + 1);
    text = text.substr(0, at);
  }
  canonical.url = text;
  return canonical;
}

bool isBefore(std::string_view left, std::string_view right) noexcept {
  std::string_view leftRest = left;
  std::string_view rightRest = right;
  while (!leftRest.empty() && !rightRest.empty()) {
    const std::string_view leftPart = takePart(leftRest);
    const std::string_view rightPart = takePart(rightRest);
    unsigned long leftNumber = 0;
    unsigned long rightNumber = 0;
    if (numberOf(leftPart, leftNumber) && numberOf(rightPart, rightNumber)) {
      if (leftNumber != rightNumber) return leftNumber < rightNumber;
    } else if (leftPart != rightPart) {
      return leftPart < rightPart;
    }
  }
  if (leftRest.empty() != rightRest.empty()) return leftRest.empty();
  return left < right;
}

}  // namespace fhir::terminology
