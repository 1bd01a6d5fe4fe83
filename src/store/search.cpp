// search: https://hl7.org/fhir/R4/http.html#search, of one type, of several, and of a compartment.
#include <algorithm>
#include <utility>

#include "fhir/json/json.h"
#include "fhir/search/words.h"
#include "src/store/cursor.h"
#include "src/store/known_units.h"
#include "src/store/search_sql.h"
#include "src/store/session_impl.h"

namespace store {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::search::Criterion;
using fhir::search::Modifier;
using fhir::search::SearchQuery;
using fhir::search::SummaryMode;
using fhir::search::Total;
using fhir::search::Value;

Outcome badCursor() {
  return {Failure::badRequest, IssueType::value,
          "The page's cursor is not of this search, or not one of this server's. Follow the links of the "
          "Bundle as they are.",
          "_cursor"};
}

namespace {

bool isTooLong(const Value& value) {
  const auto longest = std::max(
      {value.code.size(), value.system.value_or("").size(), value.unit.size(), value.targetId.size()});
  return longest >= kLongestIndexed ||
         std::any_of(value.components.begin(), value.components.end(), isTooLong);
}

// Codes, systems and uris longer than what is indexed are refused, and so are codes that nobody looked up: a
// filter is never silently another one.
Outcome refusals(const SearchQuery& query) {
  Outcome out;
  fhir::search::forEachCriterion(query, [&](const Criterion& criterion) {
    const bool isUri = criterion.parameter->type == fhir::SearchParameterType::uri;
    const bool asks =
        criterion.parameter->type == fhir::SearchParameterType::token && asksTerminology(criterion.modifier);
    const auto any = [&](const auto& test) {
      return std::any_of(criterion.values.begin(), criterion.values.end(), test);
    };
    if (any([&](const Value& value) {
          return isTooLong(value) || (isUri && value.text.size() >= kLongestIndexed);
        }))
      out.add(fhir::Severity::error, IssueType::tooLong,
              "Codes, systems and URLs of 1024 bytes and more cannot be searched for. Give a shorter one.",
              std::string(criterion.parameter->code));
    if (asks && any([](const Value& value) { return !value.codes; }))
      out.add(fhir::Severity::error, IssueType::notSupported,
              "Value sets and hierarchies of codes cannot be asked for here.",
              std::string(criterion.parameter->code));
  });
  return out;
}

// What is found by hashes can be asked for whole and without a code system's help, and while the key is at
// hand.
fhir::Result<fhir::Done> checkHashed(const Registry& registry, const SearchQuery& query) {
  if (!registry.keyring().isOn()) return fhir::Done{};
  Outcome refused;
  bool asks = false;
  fhir::search::forEachCriterion(query, [&](const Criterion& criterion) {
    const bool isText = fhir::search::isFullText(*criterion.parameter);
    if (!isHashed(*criterion.parameter)) return;
    asks = true;
    const auto modifier = criterion.modifier;
    if (!isText && modifier != Modifier::none && modifier != Modifier::not_ && modifier != Modifier::missing)
      refused.add(fhir::Severity::error, IssueType::notSupported,
                  "These values are encrypted here: of the modifiers only :not and :missing can be answered.",
                  std::string(criterion.parameter->code));
    if (isText && std::any_of(criterion.values.begin(), criterion.values.end(),
                              [](const Value& value) { return value.begins; }))
      refused.add(fhir::Severity::error, IssueType::notSupported,
                  "Words are encrypted here: ask for whole words, without *.",
                  std::string(criterion.parameter->code));
  });
  if (refused.hasErrors()) return refused;
  if (!asks) return fhir::Done{};
  if (auto blinds = registry.keyring().blinds(); !blinds) return std::move(blinds).outcome();
  return fhir::Done{};
}

bool isList(const fhir::search::Condition& condition) {
  return std::holds_alternative<fhir::search::InList>(condition.node);
}

// Whether it asks for parameters that it does not name: what parse() has looked at are only those that it
// names.
bool impliesParameters(const SearchQuery& query) {
  return query.compartment || query.referred ||
         std::any_of(query.includes.begin(), query.includes.end(),
                     [](const auto& include) { return include.parameter == nullptr; }) ||
         std::any_of(query.types.begin(), query.types.end(), [](const auto& each) {
           return std::any_of(each.conditions.begin(), each.conditions.end(), isList);
         });
}

// Whether something of the type is asked by a parameter of a site's own, which what is contained has not.
bool asksOwn(const ParameterSet& set, const fhir::TypeDefinition& type,
             const std::vector<fhir::search::Condition>& conditions) {
  return std::any_of(conditions.begin(), conditions.end(), [&](const fhir::search::Condition& condition) {
    if (const auto* one = std::get_if<Criterion>(&condition.node))
      return set.find(type, *one->parameter) != nullptr;
    if (const auto* chain = std::get_if<fhir::search::Chain>(&condition.node))
      return set.find(type, *chain->link) != nullptr;
    const auto* logic = std::get_if<fhir::search::Logic>(&condition.node);
    return logic != nullptr && asksOwn(set, type, logic->conditions);
  });
}

// A statement takes 65,535 values.
bool isTooLarge(const SqlText& text) {
  return text.parameters().size() > 65'535;
}

Outcome tooWide(const SearchQuery& query) {
  if (query.contained == fhir::search::Contained::none)
    return {
        Failure::badRequest, IssueType::tooCostly,
        "These are too many values, or types, for one statement. Give fewer values, or name fewer types in "
        "_type."};
  return {Failure::badRequest, IssueType::tooCostly,
          "These are too many types, or values, for one statement that looks into other resources, too. Name "
          "fewer types in _type, or fewer values, or ask for _containedType=contained.",
          "_contained"};
}

// What is contained is answered for those alone who see all that may contain it.
bool seesEverything(const View& view) {
  const auto& plans = view.registry.plans();
  return std::all_of(plans.begin(), plans.end(), [&](const TypePlan* plan) {
    const AccessSql access(view);
    return access.isOpen(*plan, AccessSql::For::search) && access.isOpen(*plan, AccessSql::For::read);
  });
}

// What a search that finds contained resources, too, cannot answer.
fhir::Result<fhir::Done> checkContained(const View& view, const SearchQuery& query) {
  if (query.contained == fhir::search::Contained::none) return fhir::Done{};
  const Registry& registry = view.registry;
  if (!seesEverything(view))
    return Outcome(Failure::forbidden, IssueType::forbidden,
                   "Contained resources are found by those only who may see every resource. Leave the "
                   "parameter out.",
                   "_contained");
  if (!registry.set().isContainedComplete()) return indexesAreBuilt();
  for (const auto& each : query.types) {
    const auto isOwn = [&](const auto& key) {
      return registry.set().find(*each.type, *key.parameter) != nullptr;
    };
    if (asksOwn(registry.set(), *each.type, each.conditions) ||
        std::any_of(each.sort.begin(), each.sort.end(), isOwn))
      return Outcome(Failure::badRequest, IssueType::notSupported,
                     "Contained resources are found by R4's own parameters only. Leave out the parameters of "
                     "this site's own, or _contained.",
                     "_contained");
  }
  return fhir::Done{};
}

// An order tells of what it goes by.
fhir::Result<fhir::Done> checkOrder(const View& view, const SearchQuery& query) {
  for (const auto& each : query.types) {
    for (const auto& key : each.sort) {
      if (AccessSql(view).mayAsk(view.registry.plan(*each.type), *key.parameter)) continue;
      return Outcome(Failure::forbidden, IssueType::forbidden,
                     "Resources of the type " + std::string(each.type->name) +
                         " cannot be sorted by this parameter, which says what is not shown to you.",
                     "_sort");
    }
  }
  return fhir::Done{};
}

// In a cursor: the page is one of what is referred to.
constexpr std::string_view kReferred = "referred";

}  // namespace

// What a cursor of this search is bound to: what is asked, of what, by whom.
std::string bindingOf(const View& view, const SearchQuery& query) {
  std::string binding = "search";
  if (view.access != nullptr) binding.append("\n").append(view.access->caller());
  for (const auto& each : query.types) binding.append("\n").append(each.type->name);
  if (query.compartment)
    binding.append("\n").append(query.compartment->type).append("/").append(query.compartment->id);
  for (const auto& [name, value] : query.applied) {
    if (name != "_count") binding.append("\n").append(name).append("=").append(value);
  }
  return binding;
}

namespace {

std::optional<PagePosition> positionOf(const View& view, const SearchQuery& query) {
  const auto parts = openCursor(view.registry.sealer(), query.cursor, bindingOf(view, query));
  const std::size_t keys = query.types.front().sort.size();
  if (!parts || parts->size() != keys + 3) return std::nullopt;
  PagePosition position;
  position.backward = (*parts)[0] == "previous";
  position.type = (*parts)[1].value_or("");
  position.key = (*parts)[2].value_or("");
  position.values.assign(parts->begin() + 3, parts->end());
  return position;
}

std::string cursorAt(const View& view, const SearchQuery& query, const Rows& rows, std::size_t row,
                     const PageColumns& columns, std::string_view direction) {
  CursorParts parts{std::string(direction), std::string(rows.text(row, PageColumns::type)),
                    std::string(rows.text(row, columns.key))};
  for (std::size_t i = 0; i < query.types.front().sort.size(); ++i) {
    const auto value = rows.value(row, columns.firstValue + i);
    parts.emplace_back(value ? std::optional<std::string>(*value) : std::nullopt);
  }
  return makeCursor(view.registry.sealer(), parts, bindingOf(view, query));
}

// A resource as it stands in another one; it has the other's version.
fhir::Result<StoredResource> takeOut(const StoredResource& container, std::string_view id) {
  const auto whole = fhir::json::parse(container.json, fhir::ownLimits);
  const fhir::Element* found = whole ? whole->root().child("contained") : nullptr;
  while (found != nullptr && found->childText("id") != id) found = found->nextSame();
  if (found == nullptr)
    return Outcome(Failure::internal, IssueType::exception,
                   "A contained resource is not where its index says.");
  StoredResource out{found->type, std::string(id), container.versionId, container.lastUpdated, false, {}, {}};
  out.json = fhir::json::toString(fhir::Resource::copyOf(*found));
  out.containedIn = std::string(container.type->name) + "/" + container.id;
  return out;
}

fhir::Result<StoredResource> matchOf(const Registry& registry, const Rows& rows, std::size_t row,
                                     const PageColumns& columns) {
  const bool byKeys = columns.holder != 0;
  const auto* type = fhir::findResourceType(rows.text(row, byKeys ? columns.holder : PageColumns::type));
  StoredResource resource = registry.plan(*type).decode(rows, row, PageColumns::resource);
  if (resource.unreadable) return *resource.unreadable;
  if (!byKeys || rows.isNull(row, columns.inner)) return resource;
  return takeOut(resource, rows.text(row, columns.inner));
}

}  // namespace

Outcome indexesAreBuilt() {
  return {Failure::unavailable, IssueType::transient,
          "Indexes are being built after an upgrade; ask again later. GET [base]/metadata lists what is "
          "searched by now."};
}

fhir::Result<fhir::Done> checkAnswerable(const View& view, const SearchQuery& query) {
  if (auto refused = refusals(query); refused.hasErrors()) return refused;
  if (auto hashes = checkHashed(view.registry, query); !hashes) return hashes;
  if (impliesParameters(query) && !view.registry.set().isComplete()) return indexesAreBuilt();
  if (view.access != nullptr && !view.registry.set().isPersonsComplete()) return indexesAreBuilt();
  if (auto ordered = checkOrder(view, query); !ordered) return ordered;
  return checkContained(view, query);
}

fhir::Result<Rows> Session::Impl::runPlanned(const SqlText& text) {
  const std::vector<Parameter> values = text.parameters();
  // The setting holds for this transaction: outside one, for these statements.
  std::vector<Statement> statements{{"SELECT set_config('plan_cache_mode', 'force_custom_plan', true)", {}},
                                    {text.text(), values}};
  if (inTransaction) statements.push_back({"SELECT set_config('plan_cache_mode', 'auto', true)", {}});
  auto results = connection.runTogether(statements);
  if (!results) return std::move(results).outcome();
  planned = std::move((*results)[1]);
  return planned.rows();
}

fhir::Result<Rows> Session::Impl::runIndexed(const SqlText& text, const std::set<std::string_view>& types,
                                             bool isPlanned) {
  const auto run = [&] {
    return isPlanned ? runPlanned(text) : connection.run(text.text(), text.parameters());
  };
  auto rows = run();
  if (!rows || rows->size() == 0 || !rows->flag(0, 0)) return rows;
  for (const std::string_view type : types) {
    if (auto drained = drainReindexQueue(registry.plan(*fhir::findResourceType(type))); !drained)
      return std::move(drained).outcome();
  }
  return run();
}

fhir::Result<std::uint64_t> Session::Impl::countMatches(const SearchQuery& query, KnownUnits& units) {
  SearchSql sql(view(), query, units.units());
  const SqlText text = sql.total();
  if (isTooLarge(text)) return tooWide(query);
  if (units.failure()) return *units.failure();
  auto rows = runIndexed(text, sql.types(), dependsOnValues(query));
  if (!rows) return std::move(rows).outcome();
  return static_cast<std::uint64_t>(rows->number(0, 1));
}

fhir::Result<SearchPage> Session::Impl::readPage(const SearchQuery& query) {
  if (auto fits = checkAnswerable(view(), query); !fits) return std::move(fits).outcome();
  std::optional<PagePosition> position;
  if (!query.cursor.empty()) {
    position = positionOf(view(), query);
    if (!position) return badCursor();
  }
  const std::uint32_t count = query.count.value_or(registry.options().defaultCount);
  SearchPage page;
  KnownUnits units(connection);
  const bool onlyTotal = count == 0 || query.summary == SummaryMode::count;
  if (!onlyTotal) {
    SearchSql sql(view(), query, units.units());
    if (sql.isTooWide()) return tooWide(query);
    const SqlText text = sql.page(position, count);
    if (isTooLarge(text)) return tooWide(query);
    if (units.failure()) return *units.failure();
    auto rows = runIndexed(text, sql.types(), dependsOnValues(query));
    if (!rows) return std::move(rows).outcome();
    const PageColumns columns = sql.columns();
    const std::size_t found = rows->isNull(0, PageColumns::type) ? 0 : rows->size();
    const bool more = found > count;
    const std::size_t shown = std::min<std::size_t>(found, count);
    for (std::size_t row = 0; row < shown; ++row) {
      auto match = matchOf(registry, *rows, row, columns);
      if (!match) return std::move(match).outcome();
      page.matches.push_back(*std::move(match));
    }
    const bool backward = position && position->backward;
    const auto cursor = [&](std::size_t row, std::string_view direction) {
      return cursorAt(view(), query, *rows, row, columns, direction);
    };
    // Backward, the rows come in the other order, and the first of them is the one next to where the page
    // ends.
    if (shown > 0 && (backward || more)) page.next = cursor(backward ? 0 : shown - 1, "next");
    if (shown > 0 && position && (!backward || more))
      page.previous = cursor(backward ? shown - 1 : 0, "previous");
    if (query.marksEach && !backward)
      for (std::size_t row = 0; row < shown; ++row) page.after.push_back(cursor(row, "next"));
    if (backward) std::reverse(page.matches.begin(), page.matches.end());
    if (!more && !position) page.total = found;
  }
  if (!page.total && (onlyTotal || query.total != Total::none)) {
    auto total = countMatches(query, units);
    if (!total) return std::move(total).outcome();
    page.total = *total;
  }
  if (auto included = addIncludes(query, page); !included) return std::move(included).outcome();
  return page;
}

// First the pages of the matches; what is left of the last one, and the pages after it, have what is referred
// to. Its cursor is a type and an id, or neither at the beginning.
fhir::Result<SearchPage> Session::Impl::readWithReferred(const SearchQuery& query) {
  if (auto fits = checkAnswerable(view(), query); !fits) return std::move(fits).outcome();
  const platform::Sealer& sealer = registry.sealer();
  const auto parts = openCursor(sealer, query.cursor, bindingOf(view(), query));
  if (!query.cursor.empty() && (!parts || parts->empty())) return badCursor();
  const bool begun = parts && (*parts)[0] == kReferred;
  if (begun && parts->size() != 3) return badCursor();
  SearchPage page;
  if (!begun && !query.types.empty()) {
    auto matches = readPage(query);
    if (!matches || !matches->next.empty()) return matches;
    page = *std::move(matches);
  }
  if (query.types.empty()) page.total = 0;
  const std::uint32_t count = query.count.value_or(registry.options().defaultCount);
  if (count == 0 || query.summary == SummaryMode::count) return page;
  std::optional<ResourceName> after;
  if (begun && (*parts)[1] && (*parts)[2])
    after = {fhir::findResourceType(*(*parts)[1]), *(*parts)[2]};  // a view into parts
  const auto room = count - static_cast<std::uint32_t>(page.matches.size());
  auto found = readReferred(*query.referred, after, room);
  if (!found) return std::move(found).outcome();
  const bool more = found->size() > room;
  if (more) found->resize(room);
  if (more) {
    CursorParts next{std::string(kReferred), std::nullopt, std::nullopt};
    if (!found->empty())
      next = {std::string(kReferred), std::string(found->back().type->name), found->back().id};
    page.next = makeCursor(sealer, next, bindingOf(view(), query));
  }
  page.included = *std::move(found);
  return page;
}

fhir::Result<SearchPage> Session::search(const SearchQuery& query) {
  return impl_->handOut(
      impl_->once([&] { return query.referred ? impl_->readWithReferred(query) : impl_->readPage(query); }));
}

}  // namespace store
