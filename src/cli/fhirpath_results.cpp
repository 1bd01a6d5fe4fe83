#include "src/cli/fhirpath_results.h"

#include <algorithm>

#include "fhir/json/json.h"

namespace cli {
namespace {

using fhir::fhirpath::Item;
using fhir::fhirpath::Kind;

std::string asJson(const fhir::Element& element) {
  std::string out;
  fhir::json::write(element, out);
  return out;
}

std::string asString(std::string_view text) {
  std::string out;
  fhir::json::writeString(text, out);
  return out;
}

bool isTypeInfo(const Item& item) {
  return item.kind == Kind::string && !item.unit.empty();
}

std::string typeOf(const Item& item) {
  return std::string(item.unit) + "." + std::string(item.text);
}

bool isPrimitive(const Item& item) {
  return item.element->type && item.element->type->isPrimitive();
}

}  // namespace

std::string textOf(const Item& item) {
  if (item.kind == Kind::element && item.element && !isPrimitive(item)) return asJson(*item.element);
  if (isTypeInfo(item)) return typeOf(item);
  if (item.kind == Kind::quantity) return std::string(item.text) + " '" + std::string(item.unit) + "'";
  const bool isPlain =
      std::none_of(item.text.begin(), item.text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (isPlain) return std::string(item.text);
  std::string out;
  for (const char c : item.text) {
    const bool isControl = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (!isControl) {
      out += c;
      continue;
    }
    const std::string quoted = asString({&c, 1});
    out += c == 0x7F ? "\\u007f" : quoted.substr(1, quoted.size() - 2);
  }
  return out;
}

std::string jsonOf(const Item& item) {
  if (isTypeInfo(item)) return asString(typeOf(item));
  switch (item.kind) {
    case Kind::element:
      if (!item.element) return "null";
      return isPrimitive(item) && !item.element->hasValue() ? "null" : asJson(*item.element);
    case Kind::boolean:
    case Kind::integer:
    case Kind::decimal:
      return std::string(item.text);
    case Kind::quantity:
      return R"({"value":)" + std::string(item.text) + R"(,"unit":)" + asString(item.unit) + "}";
    default:
      return asString(item.text);
  }
}

}  // namespace cli
