#include "src/rest/preferences.h"

#include <string_view>

#include "src/http/text.h"

namespace rest {
namespace {

namespace text = http::text;

std::string_view unquote(std::string_view value) noexcept {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    return value.substr(1, value.size() - 2);
  return value;
}

Return returnOf(std::string_view value) noexcept {
  if (value == "minimal") return Return::minimal;
  if (value == "representation") return Return::representation;
  if (value == "OperationOutcome") return Return::operationOutcome;
  return Return::unspecified;
}

// Of a preference that is sent several times only the first counts.
struct Reader {
  Preferences preferences;
  bool sawReturn = false;
  bool sawHandling = false;

  void read(std::string_view preference) {
    const auto head = text::nextElement(preference, ';');  // parameters of a preference mean nothing here
    const auto equals = head.find('=');
    if (equals == std::string_view::npos) return;
    const auto name = text::trim(head.substr(0, equals));
    const auto value = unquote(text::trim(head.substr(equals + 1)));
    if (text::equalsIgnoringCase(name, "return") && !sawReturn) {
      sawReturn = true;
      preferences.content = returnOf(value);
    } else if (text::equalsIgnoringCase(name, "handling") && !sawHandling) {
      sawHandling = true;
      preferences.lenient = value == "lenient";
    }
  }
};

}  // namespace

Preferences parsePreferences(const http::Request& request) {
  Reader reader;
  for (const auto& header : request.headers) {
    if (!text::equalsIgnoringCase(header.name, "Prefer")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) reader.read(text::nextElement(rest));
  }
  return reader.preferences;
}

}  // namespace rest
