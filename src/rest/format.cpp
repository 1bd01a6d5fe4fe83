#include "src/rest/format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "src/http/text.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
namespace text = http::text;

struct Offer {
  MimeType mimeType;
  std::string_view type;
  std::string_view subtype;
};

// In the server's order of preference.
constexpr std::array kOffers{
    Offer{MimeType::fhirJson, "application", "fhir+json"},
    Offer{MimeType::json, "application", "json"},
    Offer{MimeType::textJson, "text", "json"},
    Offer{MimeType::fhirXml, "application", "fhir+xml"},
    Offer{MimeType::xml, "application", "xml"},
    Offer{MimeType::textXml, "text", "xml"},
};

// One media type or range with what its parameters say.
struct Range {
  std::string_view type;
  std::string_view subtype;
  int quality = 1000;    // thousandths
  bool readable = true;  // UTF-8, fhirVersion 4.0, no parameter that changes the meaning
  bool namesVersion = false;
};

std::string_view unquote(std::string_view value) noexcept {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    return value.substr(1, value.size() - 2);
  return value;
}

// qvalue of RFC 9110, section 12.4.2; nullopt when malformed.
std::optional<int> parseQuality(std::string_view value) noexcept {
  if (value.empty() || value.size() > 5 || (value[0] != '0' && value[0] != '1')) return std::nullopt;
  int thousandths = value[0] == '1' ? 1000 : 0;
  if (value.size() > 1 && value[1] != '.') return std::nullopt;
  int weight = 100;
  for (const char digit : value.substr(std::min<std::size_t>(2, value.size()))) {
    if (digit < '0' || digit > '9') return std::nullopt;
    thousandths += (digit - '0') * weight;
    weight /= 10;
  }
  if (thousandths > 1000) return std::nullopt;
  return thousandths;
}

// nullopt when it is no media type or range.
std::optional<Range> parseRange(std::string_view element) {
  const auto name = text::nextElement(element, ';');
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  Range range{.type = name.substr(0, slash), .subtype = name.substr(slash + 1)};
  if (!text::isToken(range.type) || !text::isToken(range.subtype)) return std::nullopt;

  while (!element.empty()) {
    const auto parameter = text::nextElement(element, ';');
    if (parameter.empty()) continue;
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto key = text::trim(parameter.substr(0, equals));
    const auto value = unquote(text::trim(parameter.substr(equals + 1)));
    if (text::equalsIgnoringCase(key, "q")) {
      const auto quality = parseQuality(value);
      if (!quality) return std::nullopt;
      range.quality = *quality;
      break;  // what follows is about the range's extension, not the type
    }
    if (text::equalsIgnoringCase(key, "charset")) {
      range.readable = range.readable && text::equalsIgnoringCase(value, "utf-8");
    } else if (text::equalsIgnoringCase(key, "fhirVersion")) {
      range.namesVersion = true;
      range.readable = range.readable && value == "4.0";
    }
  }
  return range;
}

// How closely a range names an offer: 0 not at all, 1 "*/*", 2 "type/*", 3 the type itself.
int closeness(const Range& range, const Offer& offer) noexcept {
  if (range.type == "*") return range.subtype == "*" ? 1 : 0;
  if (!text::equalsIgnoringCase(range.type, offer.type)) return 0;
  if (range.subtype == "*") return 2;
  return text::equalsIgnoringCase(range.subtype, offer.subtype) ? 3 : 0;
}

// What the ranges seen so far say of one offer: the closest range decides.
struct Verdict {
  int closeness = 0;
  int quality = 0;
  bool namesVersion = false;

  void consider(const Range& range, const Offer& offer) noexcept {
    const int found = rest::closeness(range, offer);
    if (found == 0 || found < closeness) return;
    const int quality_ = range.readable ? range.quality : 0;
    if (found == closeness && quality_ <= quality) return;
    *this = {found, quality_, range.namesVersion};
  }
};

constexpr std::string_view kReadable =
    "This server reads and writes JSON and XML: application/fhir+json, application/json, text/json, "
    "application/fhir+xml, application/xml or text/xml, in UTF-8, fhirVersion=4.0.";

Outcome notAcceptable(std::string expression) {
  return Outcome(Failure::notAcceptable, IssueType::notSupported, std::string(kReadable),
                 std::move(expression));
}

fhir::Result<Format> fromParameter(std::string_view value) {
  if (value == "json") return Format{};
  if (value == "xml") return Format{MimeType::fhirXml};
  // A '+' that was not percent-encoded arrives as a space.
  std::string repaired(value);
  std::replace(repaired.begin(), repaired.end(), ' ', '+');
  if (const auto semicolon = repaired.find(';'); semicolon != std::string::npos) {
    std::replace(repaired.begin() + static_cast<std::ptrdiff_t>(semicolon), repaired.end(), '+', ' ');
  }
  const auto range = parseRange(repaired);
  if (!range || !range->readable || range->quality == 0) return notAcceptable("_format");
  for (const auto& offer : kOffers) {
    if (closeness(*range, offer) == 3) return Format{offer.mimeType, range->namesVersion};
  }
  return notAcceptable("_format");
}

Outcome unsupported(std::string diagnostics) {
  return Outcome(Failure::unsupportedMediaType, IssueType::notSupported, std::move(diagnostics),
                 "http.Content-Type");
}

}  // namespace

Syntax syntax(MimeType type) noexcept {
  return type < MimeType::fhirXml ? Syntax::json : Syntax::xml;
}

std::string contentType(Format format) {
  const auto* offer = std::find_if(kOffers.begin(), kOffers.end(),
                                   [&](const Offer& each) { return each.mimeType == format.mimeType; });
  std::string type;
  type.append(offer->type).append("/").append(offer->subtype);
  return type.append(format.namesVersion ? "; fhirVersion=4.0; charset=utf-8" : "; charset=utf-8");
}

fhir::Result<Format> negotiate(const http::Request& request,
                               std::optional<std::string_view> formatParameter) {
  if (formatParameter) return fromParameter(*formatParameter);

  bool asked = false;
  std::array<Verdict, kOffers.size()> verdicts{};
  for (const auto& header : request.headers) {
    if (!text::equalsIgnoringCase(header.name, "Accept")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const auto element = text::nextElement(rest);
      if (element.empty()) continue;
      asked = true;
      const auto range = parseRange(element);
      if (!range) continue;
      for (std::size_t i = 0; i < kOffers.size(); ++i) verdicts[i].consider(*range, kOffers[i]);
    }
  }
  if (!asked) return Format{};

  const auto best =
      std::max_element(verdicts.begin(), verdicts.end(),
                       [](const Verdict& a, const Verdict& b) { return a.quality < b.quality; });
  if (best->quality == 0) return notAcceptable("http.Accept");
  return Format{kOffers[static_cast<std::size_t>(best - verdicts.begin())].mimeType, best->namesVersion};
}

fhir::Result<Syntax> checkContentType(const http::Request& request) {
  const auto* header = request.header("Content-Type");
  if (!header)
    return unsupported(
        "The request has no Content-Type; send application/fhir+json or application/fhir+xml.");
  const auto range = parseRange(*header);
  if (range && range->readable) {
    for (const auto& offer : kOffers) {
      if (closeness(*range, offer) == 3) return syntax(offer.mimeType);
    }
  }
  return unsupported(std::string(kReadable));
}

fhir::Result<bool> checkPatchType(const http::Request& request) {
  const auto* header = request.header("Content-Type");
  const auto range = header ? parseRange(*header) : std::nullopt;
  if (range && range->readable && text::equalsIgnoringCase(range->type, "application") &&
      text::equalsIgnoringCase(range->subtype, "json-patch+json")) {
    return true;
  }
  if (checkContentType(request)) return false;
  return unsupported(
      "A patch is sent as application/json-patch+json, or as a Parameters resource (FHIRPath Patch) in a "
      "format "
      "that this server reads, such as application/fhir+json.");
}

fhir::Result<fhir::Done> checkFormType(const http::Request& request) {
  const auto* header = request.header("Content-Type");
  if (!header && request.body.empty()) return fhir::Done{};
  const auto range = header ? parseRange(*header) : std::nullopt;
  if (!range || !range->readable || !text::equalsIgnoringCase(range->type, "application") ||
      !text::equalsIgnoringCase(range->subtype, "x-www-form-urlencoded")) {
    return unsupported("The parameters of a search are sent as application/x-www-form-urlencoded in UTF-8.");
  }
  return fhir::Done{};
}

}  // namespace rest
