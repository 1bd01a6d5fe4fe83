#include "fhir/search/result_parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "fhir/search/escape.h"
#include "fhir/search/nearest.h"

namespace fhir::search {
namespace {

constexpr std::array<std::string_view, 8> applied{"_contained", "_containedType", "_count",   "_cursor",
                                                  "_elements",  "_sort",          "_summary", "_total"};
constexpr std::array<std::string_view, 2> includes{"_include", "_revinclude"};
constexpr std::array<std::string_view, 2> format{"_format", "_pretty"};
constexpr std::array<std::string_view, 1> unsupported{"_query"};

constexpr std::size_t maxCursor = 4096;

bool contains(std::span<const std::string_view> names, std::string_view name) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Outcome invalid(std::string_view name, std::string text) {
  return {Failure::badRequest, IssueType::value, "'" + std::string(name) + "' " + std::move(text),
          std::string(name)};
}

Result<std::string> readCount(std::string_view value, const ResultContext& context, SearchQuery& query) {
  std::uint64_t count = 0;
  const auto* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, count);
  const bool digits = !value.empty() && value.front() >= '0' && value.front() <= '9' && stop == end;
  if (!digits || (error != std::errc{} && error != std::errc::result_out_of_range)) {
    return invalid("_count", "is not a whole number, 0 or more.");
  }
  const std::uint64_t most = context.options.maxCount;
  count = error == std::errc{} ? std::min(count, most) : most;
  query.count = static_cast<std::uint32_t>(count);
  return std::to_string(count);
}

Result<std::string> readCursor(std::string_view value, SearchQuery& query) {
  if (value.empty() || value.size() > maxCursor)
    return invalid("_cursor", "is not the cursor of a page link.");
  query.cursor = value;
  return std::string(value);
}

template <class Enum, std::size_t Size>
Result<std::string> readEnum(std::string_view name, std::string_view value,
                             const std::array<std::pair<std::string_view, Enum>, Size>& codes, Enum& target) {
  std::string known;
  for (const auto& [text, code] : codes) {
    if (text == value) {
      target = code;
      return std::string(value);
    }
    known.append(known.empty() ? "'" : ", '").append(text).append("'");
  }
  return invalid(name, "is none of " + known + ".");
}

Result<std::string> readTotal(std::string_view value, SearchQuery& query) {
  static constexpr std::array<std::pair<std::string_view, Total>, 3> codes{
      {{"none", Total::none}, {"estimate", Total::estimate}, {"accurate", Total::accurate}}};
  return readEnum("_total", value, codes, query.total);
}

Result<std::string> readSummary(std::string_view value, SearchQuery& query) {
  static constexpr std::array<std::pair<std::string_view, SummaryMode>, 5> codes{
      {{"true", SummaryMode::isTrue},
       {"text", SummaryMode::text},
       {"data", SummaryMode::data},
       {"count", SummaryMode::count},
       {"false", SummaryMode::isFalse}}};
  return readEnum("_summary", value, codes, query.summary);
}

Result<std::string> readContained(std::string_view value, SearchQuery& query) {
  static constexpr std::array<std::pair<std::string_view, Contained>, 3> codes{
      {{"false", Contained::none}, {"true", Contained::only}, {"both", Contained::both}}};
  return readEnum("_contained", value, codes, query.contained);
}

Result<std::string> readContainedType(std::string_view value, SearchQuery& query) {
  static constexpr std::array<std::pair<std::string_view, ContainedType>, 2> codes{
      {{"container", ContainedType::container}, {"contained", ContainedType::contained}}};
  return readEnum("_containedType", value, codes, query.containedType);
}

// Collects the items of a comma-separated list that are right, and the issues of those that are not.
struct ListReader {
  std::string kept;
  Outcome faults;

  void keep(std::string_view item) { kept.append(kept.empty() ? "" : ",").append(item); }
};

std::string sortHint(std::string_view code, const TypeDefinition& type, const Catalog& catalog) {
  std::vector<std::string_view> names;
  for (const auto* parameter : catalog.parameters(type)) {
    if (catalog.sorts(type, *parameter)) names.push_back(parameter->code);
  }
  return didYouMean(nearest(code, names));
}

// Of several types each sorts by its own parameter.
void readSortKey(std::string_view item, const ResultContext& context, SearchQuery& query, ListReader& list) {
  const bool descending = item.starts_with('-');
  const auto code = descending ? item.substr(1) : item;
  std::vector<const SearchParameter*> found;
  for (const auto& each : query.types) {
    const auto* parameter = context.catalog.find(*each.type, code);
    if (parameter == nullptr || !context.catalog.sorts(*each.type, *parameter)) {
      const std::string name(each.type->name);
      auto text = parameter == nullptr
                      ? "'_sort' names something that is no search parameter of " + name + "."
                      : "'_sort': " + name + " cannot be sorted by '" + std::string(code) + "' here.";
      list.faults.add(Severity::error, IssueType::notSupported,
                      text + sortHint(code, *each.type, context.catalog), "_sort");
      return;
    }
    found.push_back(parameter);
  }
  const auto same = [&](const SortKey& key) { return key.parameter == found.front(); };
  if (std::any_of(query.types.front().sort.begin(), query.types.front().sort.end(), same)) {
    list.faults.add(Severity::error, IssueType::value, "'_sort' names '" + std::string(code) + "' twice.",
                    "_sort");
    return;
  }
  for (std::size_t i = 0; i < found.size(); ++i) query.types[i].sort.push_back({found[i], descending});
  list.keep(item);
}

// "value" and "valueQuantity" both mean the element value[x].
const ElementDefinition* findElement(const TypeDefinition& type, std::string_view name) {
  if (const auto* element = type.findElement(name)) return element;
  const auto* property = type.find(name);
  return property != nullptr ? property->element : nullptr;
}

// Of several types it is enough that one has the element.
void readElement(std::string_view item, const ResultContext&, SearchQuery& query, ListReader& list) {
  const ElementDefinition* element = nullptr;
  for (const auto& each : query.types) {
    if (element == nullptr) element = findElement(*each.type, item);
  }
  if (element == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& known : query.type().elements) names.push_back(known.name);
    const std::string name(query.type().name);
    list.faults.add(Severity::error, IssueType::notSupported,
                    "'_elements' names something that is no element of " + name + " itself." +
                        didYouMean(nearest(item, names)),
                    "_elements");
    return;
  }
  if (std::find(query.elements.begin(), query.elements.end(), element->name) == query.elements.end()) {
    query.elements.emplace_back(element->name);
  }
  list.keep(item);
}

using ItemReader = void (*)(std::string_view, const ResultContext&, SearchQuery&, ListReader&);

Result<std::string> readList(std::string_view name, std::string_view value, const ResultContext& context,
                             SearchQuery& query, ItemReader readItem) {
  constexpr std::size_t most = 100;
  const auto items = splitUnescaped(value, ',');
  if (items.size() > most) return invalid(name, "names more than 100.");
  ListReader list;
  for (const auto item : items) {
    if (item.empty()) return invalid(name, "has an empty name in its list.");
    readItem(item, context, query, list);
  }
  if (!list.faults.empty() && !context.options.lenient) return std::move(list.faults);
  for (const auto& issue : list.faults.issues()) {
    if (issue.type != IssueType::notSupported) return std::move(list.faults);
    context.problems.leaveOut(issue.type, issue.diagnostics);
  }
  return std::move(list.kept);
}

}  // namespace

bool isResultParameter(std::string_view name) noexcept {
  return contains(applied, name) || contains(includes, name);
}

ResultParameter classify(std::string_view name) noexcept {
  if (contains(applied, name)) return ResultParameter::applied;
  if (contains(includes, name)) return ResultParameter::include;
  if (contains(format, name)) return ResultParameter::format;
  return contains(unsupported, name) ? ResultParameter::unsupported : ResultParameter::none;
}

Result<std::string> readResultParameter(std::string_view name, std::string_view value,
                                        const ResultContext& context, SearchQuery& query) {
  if (name == "_count") return readCount(value, context, query);
  if (name == "_cursor") return readCursor(value, query);
  if (name == "_total") return readTotal(value, query);
  if (name == "_summary") return readSummary(value, query);
  if (name == "_contained") return readContained(value, query);
  if (name == "_containedType") return readContainedType(value, query);
  if (name == "_sort") return readList(name, value, context, query, readSortKey);
  return readList(name, value, context, query, readElement);
}

}  // namespace fhir::search
