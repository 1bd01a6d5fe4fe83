#include "src/rest/broken_entries.h"

#include <charconv>
#include <string>
#include <utility>

#include "fhir/json/json.h"
#include "fhir/patch/json_value.h"

namespace rest {
namespace {

using fhir::patch::JsonDocument;
using fhir::patch::JsonType;
using fhir::patch::JsonValue;

// An entry that is taken out may uncover faults of the whole, and no more.
constexpr int kMostReadings = 3;
// Faults that are told: of the Bundle, so that none of its entries is missed, and of one entry.
constexpr std::size_t kMostIssues = 20'000;
constexpr std::size_t kMostOfAnEntry = 100;

std::optional<std::size_t> entryOf(std::string_view path) {
  constexpr std::string_view start = "Bundle.entry[";
  if (!path.starts_with(start)) return std::nullopt;
  path.remove_prefix(start.size());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
  if (error != std::errc{} || end == path.data() + path.size() || *end != ']') return std::nullopt;
  return number;
}

bool addFaults(const fhir::Outcome& outcome, std::map<std::size_t, fhir::Outcome>& faults) {
  for (const auto& issue : outcome.issues()) {
    const auto entry = entryOf(issue.expression);
    if (!entry) return false;
    auto& all = faults[*entry];
    all.setFailure(outcome.failure());
    if (all.issues().size() < kMostOfAnEntry) all.add(issue);
  }
  return !outcome.issues().empty();
}

// A request whose answer is not its own, but the fault.
JsonValue standIn() {
  const auto text = [](std::string_view value) { return JsonValue{JsonType::string, value, {}}; };
  JsonValue request{JsonType::object, {}, {{"method", text("GET")}, {"url", text("metadata")}}};
  return {JsonType::object, {}, {{"request", std::move(request)}}};
}

}  // namespace

std::optional<Salvaged> salvageBatch(std::string_view json) {
  auto document = JsonDocument::parse(json, {});
  if (!document) return std::nullopt;
  const JsonValue* type = document->root().find("type");
  JsonValue* entries = document->root().find("entry");
  if (type == nullptr || type->text != "batch" || entries == nullptr || entries->type != JsonType::array)
    return std::nullopt;
  std::map<std::size_t, fhir::Outcome> faults;
  std::string rest(json);
  for (int reading = 0; reading < kMostReadings; ++reading) {
    auto bundle = fhir::json::parse(rest, {.maxIssues = kMostIssues});
    if (bundle) return Salvaged{std::move(*bundle), std::move(faults)};
    if (!addFaults(bundle.outcome(), faults)) return std::nullopt;
    for (const auto& each : faults) {
      if (each.first >= entries->items.size()) return std::nullopt;
      entries->items[each.first].value = standIn();
    }
    rest.clear();
    fhir::patch::write(document->root(), rest);
  }
  return std::nullopt;
}

}  // namespace rest
