#include "src/smart/bearer.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "src/http/text.h"

namespace smart {
namespace {

// RFC 9110, section 11.2, by octet.
constexpr auto kToken68 = [] {
  std::array<bool, 256> out{};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"))
    out[static_cast<unsigned char>(c)] = true;
  return out;
}();

bool isToken68(std::string_view text) noexcept {
  while (text.ends_with('=')) text.remove_suffix(1);
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return kToken68[static_cast<unsigned char>(c)]; });
}

}  // namespace

Bearer bearerOf(const http::Request& request) noexcept {
  const std::string* found = nullptr;
  for (const http::Header& header : request.headers) {
    if (!http::text::equalsIgnoringCase(header.name, "Authorization")) continue;
    if (found != nullptr) return {BearerFault::malformed, {}};
    found = &header.value;
  }
  if (found == nullptr) return {BearerFault::absent, {}};
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view value = *found;
  if (!http::text::equalsIgnoringCase(value.substr(0, scheme.size()), scheme))
    return {BearerFault::malformed, {}};
  const std::string_view token = http::text::trim(value.substr(scheme.size()));
  if (!isToken68(token)) return {BearerFault::malformed, {}};
  return {BearerFault::none, token};
}

std::string challenge(std::string_view error, std::string_view scope) {
  std::string out = R"(Bearer realm="fhir")";
  if (!error.empty()) ((out += R"(, error=")") += error) += '"';
  if (!scope.empty()) ((out += R"(, scope=")") += scope) += '"';
  return out;
}

}  // namespace smart
