#include "src/rest/entries.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/fhirpath/codings.h"
#include "src/http/target.h"
#include "src/http/text.h"
#include "src/platform/instant.h"
#include "src/rest/conditions.h"
#include "src/rest/router.h"

namespace rest {
namespace {

using fhir::Element;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

struct Condition {
  std::string_view element;
  std::string_view header;
};

constexpr std::array kConditions{Condition{"ifNoneMatch", "If-None-Match"},
                                 Condition{"ifModifiedSince", "If-Modified-Since"},
                                 Condition{"ifMatch", "If-Match"}, Condition{"ifNoneExist", "If-None-Exist"}};

// Value set http-verb.
constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"};

std::string pathOf(const Entry& entry, std::string_view below = {}) {
  return "Bundle.entry[" + std::to_string(entry.index) + ']' + std::string(below);
}

Outcome fault(IssueType type, std::string diagnostics, std::string path) {
  return Outcome(Failure::badRequest, type, std::move(diagnostics), std::move(path));
}

// The URL below the base, with a slash before it; nullopt for another server's.
std::optional<std::string> belowBase(std::string_view url, std::string_view baseUrl) {
  if (url.starts_with(baseUrl) && url.size() > baseUrl.size() &&
      (url[baseUrl.size()] == '/' || url[baseUrl.size()] == '?')) {
    url.remove_prefix(baseUrl.size());
  } else if (url.find("://") != std::string_view::npos &&
             url.find("://") < std::min(url.find('?'), url.size())) {
    return std::nullopt;
  }
  if (url.starts_with('/')) url.remove_prefix(1);
  return "/" + std::string(url);
}

// A Binary with a JSON Patch is the patch itself; every other resource stands for itself.
std::optional<Outcome> readBody(Entry& entry) {
  if (!entry.resource) return std::nullopt;
  const bool takesNone =
      entry.request.method == "GET" || entry.request.method == "HEAD" || entry.request.method == "DELETE";
  if (takesNone)
    return fault(IssueType::invalid, "Such a request has no resource. Leave it out.",
                 pathOf(entry, ".resource"));
  entry.request.headers.push_back({"Content-Type", "application/fhir+json"});
  if (entry.request.method != "PATCH" || entry.resource->type->name != "Binary") return std::nullopt;
  std::string data(entry.resource->childText("data"));
  std::erase_if(data, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  auto text = fhir::fhirpath::decodeText(data, "base64");
  if (!text) return fault(IssueType::value, "The patch is no base64.", pathOf(entry, ".resource.data"));
  entry.request.headers.back().value = entry.resource->childText("contentType");
  entry.request.body = *std::move(text);
  entry.bodyIsText = true;
  return std::nullopt;
}

void readConditions(Entry& entry, const Element& request) {
  for (const auto& [element, header] : kConditions) {
    const auto* condition = request.child(element);
    if (!condition || !condition->hasValue()) continue;
    std::string value(condition->text);
    if (element == "ifModifiedSince") value = httpDate(value);
    entry.request.headers.push_back({std::string(header), std::move(value)});
  }
}

Turn turnOf(const Entry& entry) noexcept {
  using enum Interaction;
  switch (entry.target.interaction) {
    case remove:
      return Turn::remove;
    case create:
    case update:
      return Turn::write;
    case patch:
      return Turn::change;
    case searchType:
    case searchSystem:
      return Turn::read;
    default:
      return entry.request.method == "POST" ? Turn::change : Turn::read;
  }
}

std::optional<Outcome> readTarget(Entry& entry, std::string_view url, std::string_view baseUrl) {
  const auto path = pathOf(entry, ".request.url");
  auto target = belowBase(url, baseUrl);
  if (!target)
    return fault(IssueType::value, "The URL is another server's. Give it relative to this server's base.",
                 path);
  entry.request.target = *std::move(target);
  if (!http::parseTarget(entry.request))
    return fault(IssueType::value, "The URL's percent-encoding or UTF-8 is broken.", path);
  auto route = rest::route(entry.request.method, entry.request.segments);
  if (!route.target) {
    Outcome refusal;
    refusal.setFailure(route.refusal.failure());
    for (auto issue : route.refusal.issues()) {
      issue.expression = path;
      refusal.add(std::move(issue));
    }
    return refusal;
  }
  entry.target = *std::move(route.target);
  if (entry.target.interaction == Interaction::transaction)
    return fault(IssueType::invalid, "A batch or transaction is no entry of another one.", path);
  return std::nullopt;
}

std::optional<Outcome> read(Entry& entry, const Element& element, std::string_view baseUrl) {
  const auto* request = element.child("request");
  if (!request)
    return fault(IssueType::required, "An entry of a batch or transaction has a request. Add it.",
                 pathOf(entry));
  entry.request.method = request->childText("method");
  const auto url = request->childText("url");
  if (entry.request.method.empty() || url.empty())
    return fault(IssueType::required, "A request has a method and a url. Add what is missing.",
                 pathOf(entry, ".request"));
  if (std::find(kMethods.begin(), kMethods.end(), entry.request.method) == kMethods.end())
    return fault(IssueType::codeInvalid, "The method is GET, HEAD, POST, PUT, DELETE or PATCH.",
                 pathOf(entry, ".request.method"));
  if (auto refused = readTarget(entry, url, baseUrl)) return refused;
  entry.turn = turnOf(entry);
  const auto* noneExist = request->child("ifNoneExist");
  if (entry.turn == Turn::read && noneExist && noneExist->hasValue())
    return fault(IssueType::invalid, "Only a create has ifNoneExist. Leave it out.",
                 pathOf(entry, ".request.ifNoneExist"));
  readConditions(entry, *request);
  return readBody(entry);
}

// Below the entry: where the fault at `expression` lies.
std::string placeOf(const Entry& entry, std::string_view expression) {
  constexpr std::string_view kHttp = "http.";
  if (expression.empty()) return {};
  if (expression.starts_with(kHttp)) {
    const auto header = expression.substr(kHttp.size());
    for (const auto& condition : kConditions) {
      if (http::text::equalsIgnoringCase(condition.header, header))
        return ".request." + std::string(condition.element);
    }
    return ".resource";  // Content-Type
  }
  if (entry.resource && !entry.bodyIsText) {
    const auto type = entry.resource->type->name;
    const auto rest = expression.substr(std::min(type.size(), expression.size()));
    if (expression.starts_with(type) && (rest.empty() || rest.front() == '.'))
      return ".resource" + std::string(rest);
  }
  if (entry.bodyIsText) return ".resource.data";
  const bool isPath =
      expression.find('.') != std::string_view::npos && expression.find('[') != std::string_view::npos;
  return isPath ? ".resource" : ".request.url";
}

}  // namespace

std::vector<std::unique_ptr<Entry>> readEntries(const fhir::Resource& bundle, const http::Request& outer,
                                                std::string_view baseUrl) {
  std::vector<std::unique_ptr<Entry>> entries;
  for (const auto* element = bundle.root().child("entry"); element; element = element->nextSame()) {
    auto entry = std::make_unique<Entry>();
    entry->index = entries.size();
    entry->resource = element->child("resource");
    entry->fullUrl = element->childText("fullUrl");
    entry->request.id = outer.id;
    entry->request.remoteAddress = outer.remoteAddress;
    entry->request.scheme = outer.scheme;
    entry->request.host = outer.host;
    entry->request.received = outer.received;
    for (const auto& header : outer.headers) {
      if (http::text::equalsIgnoringCase(header.name, "Prefer")) entry->request.headers.push_back(header);
    }
    entry->fault = read(*entry, *element, baseUrl);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<Entry*> inTurn(const std::vector<std::unique_ptr<Entry>>& entries) {
  std::vector<Entry*> order;
  order.reserve(entries.size());
  for (const auto& entry : entries) order.push_back(entry.get());
  std::stable_sort(order.begin(), order.end(),
                   [](const Entry* a, const Entry* b) { return a->turn < b->turn; });
  return order;
}

fhir::Outcome located(const Outcome& outcome, const Entry& entry) {
  Outcome out;
  out.setFailure(outcome.failure());
  for (auto issue : outcome.issues()) {
    issue.expression = pathOf(entry, placeOf(entry, issue.expression));
    out.add(std::move(issue));
  }
  return out;
}

}  // namespace rest
