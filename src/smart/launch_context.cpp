#include "src/smart/launch_context.h"

#include <algorithm>
#include <array>

#include "fhir/definitions/definitions.h"
#include "src/smart/json.h"
#include "src/smart/url.h"

namespace smart {
namespace {

constexpr std::size_t kLongest = 16 * 1024;

template <std::size_t N>
bool hasOnly(const Json& object, const std::array<std::string_view, N>& names) {
  for (const auto& each : object.GetObject()) {
    const std::string_view name(each.name.GetString(), each.name.GetStringLength());
    if (std::ranges::find(names, name) == names.end()) return false;
  }
  return true;
}

bool isIdCharacter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

// "ImagingStudy/123": its type, or nullptr.
const fhir::TypeDefinition* typeOf(std::string_view reference) {
  const std::size_t slash = reference.find('/');
  if (slash == std::string_view::npos) return nullptr;
  const std::string_view id = reference.substr(slash + 1);
  if (id.empty() || id.size() > 64 || !std::ranges::all_of(id, isIdCharacter)) return nullptr;
  return fhir::findResourceType(reference.substr(0, slash));
}

// "launch", or an absolute URI: a scheme, and something behind it.
bool isRole(std::string_view role) {
  const std::size_t colon = role.find(':');
  return role == "launch" || (colon != std::string_view::npos && colon > 0 && colon + 1 < role.size() &&
                              role.find(' ') == std::string_view::npos);
}

// The text member, empty when there is none; false when it is something else than text.
bool optionalText(const Json& object, std::string_view name, std::string& out) {
  if (!has(object, name)) return true;
  auto text = textMember(object, name);
  if (!text || text->empty()) return false;
  out = *std::move(text);
  return true;
}

bool isTopLevel(std::string_view type) noexcept {
  return type == "Patient" || type == "Encounter";
}

bool isContextEntry(const Json& entry) {
  constexpr std::array<std::string_view, 5> names{"reference", "canonical", "identifier", "type", "role"};
  if (!entry.IsObject() || !hasOnly(entry, names)) return false;
  std::string reference;
  std::string canonical;
  std::string type;
  std::string role;
  if (!optionalText(entry, "reference", reference) || !optionalText(entry, "canonical", canonical) ||
      !optionalText(entry, "type", type) || !optionalText(entry, "role", role))
    return false;
  const Json* const identifier = member(entry, "identifier");
  if (reference.empty() && canonical.empty() && identifier == nullptr) return false;
  if (identifier != nullptr && !identifier->IsObject()) return false;
  if (!type.empty() && fhir::findResourceType(type) == nullptr) return false;
  if (!role.empty() && !isRole(role)) return false;
  const fhir::TypeDefinition* const referred = typeOf(reference);
  if (!reference.empty() && referred == nullptr) return false;
  const bool core = isTopLevel(type) || (referred != nullptr && isTopLevel(referred->name));
  return !core || (!role.empty() && role != "launch");
}

bool isContextList(const Json& list) {
  if (!list.IsArray()) return false;
  for (const Json& entry : list.GetArray())
    if (!isContextEntry(entry)) return false;
  return true;
}

}  // namespace

bool isLaunchContext(std::string_view json) {
  constexpr std::array<std::string_view, 5> names{"need_patient_banner", "smart_style_url", "intent",
                                                  "tenant", "fhirContext"};
  if (json.size() > kLongest) return false;
  const auto document = JsonObject::parse(json);
  if (!document || !hasOnly(document->value(), names)) return false;
  const Json& object = document->value();
  const Json* const banner = member(object, "need_patient_banner");
  if (banner != nullptr && !banner->IsBool()) return false;
  std::string style;
  std::string other;
  if (!optionalText(object, "smart_style_url", style) || (!style.empty() && !isSafeUrl(style))) return false;
  if (!optionalText(object, "intent", other) || !optionalText(object, "tenant", other)) return false;
  const Json* const context = member(object, "fhirContext");
  return context == nullptr || isContextList(*context);
}

}  // namespace smart
