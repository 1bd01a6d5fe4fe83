#include "src/keys/pkcs11_uri.h"

#include <algorithm>
#include <charconv>

#include "src/keys/refusal.h"

namespace keys {
namespace {

constexpr std::size_t kLongestTokenLabel = 32;  // PKCS #11's own

fhir::Outcome refuse(const std::string& why) {
  return misconfigured("the provider of keys pkcs11:... " + why);
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || fault != std::errc() || end != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

std::string* attributeOf(Pkcs11Uri& uri, std::string_view name, bool inQuery) noexcept {
  if (inQuery) {
    if (name == "module-path") return &uri.modulePath;
    return name == "pin-source" ? &uri.pinSource : nullptr;
  }
  if (name == "token") return &uri.token;
  if (name == "object") return &uri.object;
  return name == "id" ? &uri.id : nullptr;
}

// What is wrong with "name=value", or nothing.
std::string take(std::string_view text, bool inQuery, Pkcs11Uri& uri) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string name(text.substr(0, equals));
  if (name == "pin-value")
    return "has a pin-value: a PIN does not belong into the configuration; a file has it (pin-source)";
  std::string* const attribute = attributeOf(uri, name, inQuery);
  if (attribute == nullptr)
    return "has the attribute " + name + (inQuery ? " after the '?'" : "") +
           "; known are token, object, id, and after a '?' module-path and pin-source";
  if (!attribute->empty()) return "has the attribute " + name + " twice";
  auto value = decoded(text.substr(std::min(equals + 1, text.size())));
  if (!value || value->empty()) return "has no proper value of " + name;
  *attribute = std::move(*value);
  return {};
}

std::string takeAll(std::string_view text, char separator, bool inQuery, Pkcs11Uri& uri) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    std::string fault = take(text.substr(0, end), inQuery, uri);
    if (!fault.empty()) return fault;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

// pin-source is a path or a file: URI (RFC 7512, section 2.4); a program that prints the PIN is not run.
bool makePath(std::string& source) {
  constexpr std::string_view scheme = "file:";
  if (source.starts_with(scheme)) source.erase(0, scheme.size());
  if (source.starts_with("///")) source.erase(0, 2);
  return source.empty() || (source.starts_with('/') && !source.starts_with("//"));
}

}  // namespace

fhir::Result<Pkcs11Uri> parsePkcs11Uri(std::string_view rest) {
  Pkcs11Uri out;
  const std::size_t question = std::min(rest.find('?'), rest.size());
  std::string fault = takeAll(rest.substr(0, question), ';', false, out);
  if (fault.empty()) fault = takeAll(rest.substr(std::min(question + 1, rest.size())), '&', true, out);
  if (!fault.empty()) return refuse(fault);
  if (out.token.empty() || out.token.size() > kLongestTokenLabel)
    return refuse("needs token=LABEL, of up to 32 bytes");
  if (out.object.empty() || !std::ranges::all_of(out.object, [](char c) { return c > ' ' && c <= '~'; }))
    return refuse("needs object=LABEL, of printable ASCII without spaces");
  if (!out.modulePath.starts_with('/')) return refuse("needs ?module-path=/PATH of the token's library");
  if (!makePath(out.pinSource)) return refuse("needs as pin-source the absolute path of a file");
  return out;
}

std::optional<unsigned> versionOf(std::string_view label, std::string_view object) noexcept {
  if (!label.starts_with(object)) return std::nullopt;
  label.remove_prefix(object.size());
  if (label.empty()) return 0;
  if (!label.starts_with('.') || label.size() > 9 || label.size() < 2 || label[1] == '0') return std::nullopt;
  unsigned number = 0;
  const auto [end, fault] = std::from_chars(label.data() + 1, label.data() + label.size(), number);
  if (fault != std::errc() || end != label.data() + label.size()) return std::nullopt;
  return number;
}

}  // namespace keys
