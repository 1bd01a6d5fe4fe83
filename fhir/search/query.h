// SearchQuery: a FHIR search as a typed tree, parsed and checked against the parameters a server declares.
//
// Specification: Search (https://hl7.org/fhir/R4/search.html). No SQL here: src/store makes it of the tree.
// Threading: value types; Catalog is immutable after its construction.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/model/outcome.h"

namespace fhir::search {

enum class Prefix : std::uint8_t { eq, ne, gt, lt, ge, le, sa, eb, ap };
enum class Modifier : std::uint8_t {
  none,
  missing,
  exact,
  contains,
  not_,
  text,
  in,
  notIn,
  above,
  below,
  ofType,
  identifier,
  type
};

// Instants in microseconds since 1970-01-01T00:00:00Z; `high` is exclusive. A partial date is the whole range
// it covers.
struct DateRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

// A decimal as sent, and the range its precision implies ("5.40" covers [5.395, 5.405)).
struct NumberRange {
  std::string value;
  std::string low;
  std::string high;  // exclusive
};

// near=latitude|longitude|distance|units: https://hl7.org/fhir/R4/location.html#positional
struct Near {
  double latitude = 0;   // degrees
  double longitude = 0;  // degrees
  double kilometres = 0;
};

// One value of a comma-separated list. Which fields are set follows from the parameter's type.
struct Value {
  Prefix prefix = Prefix::eq;
  // string: as sent, unescaped; uri; of _text and _content one word (words.h), and modifier not_ where none
  // may be
  std::string text;
  // token: `system|code` both set; `|code` system = "" ; `code` system = nullopt; `system|` code empty.
  // With :text only `text` is set; with :of-type `system` and `typeCode` say the identifier's type and `code`
  // its value. reference to a canonical: the version after its '|' is in `code`.
  std::optional<std::string> system;
  std::string code;
  std::string typeCode;
  DateRange date;
  NumberRange number;  // number and quantity
  std::string unit;    // quantity: the code or unit asked for; empty when none (its system is in `system`)
  // reference: Type/id, or a bare id (type empty, or the one of the modifier), or an absolute URL (in `text`,
  // when it is not this server's). Of _id a type says that the very resource Type/id is meant, none that is
  // contained in another.
  std::string targetType;
  std::string targetId;
  bool missing = false;           // modifier :missing
  bool begins = false;            // _text, _content: each word that begins with `text`, which is one word
  Near near;                      // special parameter near
  std::vector<Value> components;  // composite: one for each SearchParameter::components
  // token with :in and :not-in (the value set's url, or Type/id, in `text`), :above and :below (`system` and
  // `code`): the codes that are meant, by system. parse() leaves them open: whoever knows terminology fills
  // them in.
  struct Codes {
    std::string system;
    std::vector<std::string> codes;
  };
  std::optional<std::vector<Codes>> codes;
};

// Whether a token's modifier asks for codes that terminology knows.
constexpr bool asksTerminology(Modifier modifier) noexcept {
  return modifier == Modifier::in || modifier == Modifier::notIn || modifier == Modifier::above ||
         modifier == Modifier::below;
}

// One parameter of the query. Repeated parameters are several conditions (AND); its values are alternatives
// (OR).
struct Criterion {
  const SearchParameter* parameter = nullptr;
  Modifier modifier = Modifier::none;
  std::string typeModifier;  // modifier type: "Patient" of subject:Patient
  std::vector<Value> values;
};

struct Condition;

// subject:Patient.name=peter: `link` points to a resource that fulfils the conditions of its type; the
// targets are alternatives. https://hl7.org/fhir/R4/search.html#chaining
struct Chain {
  struct Target {
    const TypeDefinition* type = nullptr;
    std::vector<Condition> conditions;
  };
  const SearchParameter* link = nullptr;
  std::vector<Target> targets;
};

// _has:Observation:patient:code=1234: some resource of `type` points here by `link` and fulfils the
// conditions. https://hl7.org/fhir/R4/search.html#has
struct Has {
  const TypeDefinition* type = nullptr;
  const SearchParameter* link = nullptr;
  std::vector<Condition> conditions;
};

// and, or, not of _filter. https://hl7.org/fhir/R4/search_filter.html
struct Logic {
  enum class Operator : std::uint8_t { all, any, none };
  Operator op = Operator::all;
  std::vector<Condition> conditions;
};

// _list=42: the resource is an entry of the List. https://hl7.org/fhir/R4/search.html#list
struct InList {
  std::vector<std::string> ids;  // alternatives
};

struct Condition {
  std::variant<Criterion, Chain, Has, Logic, InList> node;
};

struct SortKey {
  const SearchParameter* parameter = nullptr;
  bool descending = false;
};

enum class Total : std::uint8_t { none, estimate, accurate };
// _contained: whether resources that stand inside others are found too, or they alone; and _containedType:
// whether the answer has then what contains them, or them alone.
// https://hl7.org/fhir/R4/search.html#contained
enum class Contained : std::uint8_t { none, only, both };
enum class ContainedType : std::uint8_t { container, contained };
enum class SummaryMode : std::uint8_t { none, isTrue, text, data, count, isFalse };

// _include and _revinclude: https://hl7.org/fhir/R4/search.html#revinclude
struct Include {
  const TypeDefinition* source = nullptr;      // the type that has the reference; nullptr: any ("*")
  const SearchParameter* parameter = nullptr;  // nullptr: every reference ("*")
  const TypeDefinition* target = nullptr;      // nullptr: any
  bool reverse = false;
  bool iterate = false;
};

// Patient/42/Observation: https://hl7.org/fhir/R4/compartmentdefinition.html
struct Compartment {
  std::string_view type;  // "Patient"
  std::string id;
};

// What is asked of one resource type.
struct TypeSearch {
  const TypeDefinition* type = nullptr;
  std::vector<Condition> conditions;
  std::vector<SortKey> sort;  // of several types each sorts by its own parameter of the same code
};

// What the matches of `sources` refer to, of the types `targets`. It follows the last match, each once over
// all pages, as what is included. For operations; no search by URL has it.
struct Referred {
  std::vector<TypeSearch> sources;
  std::vector<const TypeDefinition*> targets;
};

struct SearchQuery {
  // One, or those of a search across types; never empty but for a query that has only `referred`.
  std::vector<TypeSearch> types;
  bool acrossTypes = false;  // asked of the system or of all of a compartment
  std::optional<Compartment> compartment;
  std::vector<Include> includes;
  std::optional<Referred> referred;
  std::optional<std::uint32_t> count;
  Total total = Total::none;
  SummaryMode summary = SummaryMode::none;
  Contained contained = Contained::none;
  ContainedType containedType = ContainedType::container;
  std::vector<std::string> elements;
  std::string cursor;  // opaque; empty for the first page
  // The page is merged with what stands elsewhere, and may be used in part: a cursor is wanted for each
  // match. No search by URL has it.
  bool marksEach = false;
  // What was applied, as name=value pairs ready for the self link, in the order sent (without the cursor).
  std::vector<std::pair<std::string, std::string>> applied;
  // Lenient handling: what was left out, one issue for each.
  std::vector<Issue> ignored;

  const TypeDefinition& type() const { return *types.front().type; }
};

// Each criterion of the query, whatever it is nested in.
void forEachCriterion(SearchQuery&, const std::function<void(Criterion&)>&);
void forEachCriterion(const SearchQuery&, const std::function<void(const Criterion&)>&);

// Which parameters a server has for a type; queries are read against it.
class Catalog {
 public:
  virtual ~Catalog() = default;
  virtual bool supports(const TypeDefinition&, const SearchParameter&) const = 0;
  // _sort over this parameter.
  virtual bool sorts(const TypeDefinition&, const SearchParameter&) const = 0;
  // R4's parameters of the type, and those of the server's own; nullptr when there is none of this code.
  virtual const SearchParameter* find(const TypeDefinition& type, std::string_view code) const {
    return findSearchParameter(type, code);
  }
  virtual std::vector<const SearchParameter*> parameters(const TypeDefinition&) const;
  // Why a parameter that find() gives is not supported, as a sentence.
  virtual std::string whyNot(const TypeDefinition&, const SearchParameter&) const;
};

struct ParseOptions {
  bool lenient = false;  // Prefer: handling=lenient
  std::string baseUrl;   // absolute references below it become relative ones
  std::uint32_t maxCount = 1000;
};

// What is searched: one type; or, with none, all that `_type` names (else all that have an endpoint); or the
// part of it that is in a compartment.
struct Scope {
  const TypeDefinition* type = nullptr;
  std::optional<Compartment> compartment;
};

// `parameters`: decoded name and value, repeated names in order; _format and _pretty are skipped.
// Errors: 400, one issue for each unknown parameter, modifier, prefix or malformed value (at most 50), naming
// the nearest right one and never repeating a value. Issue::expression is the parameter's name as sent.
// Lenient handling leaves out parameters that are unknown, not supported or without value; a wrong modifier
// and a malformed value stay errors, and so does a code that a required binding lacks. Refused
// too: more than 100 parameters, more than 1000 values (10,000 over all types that are
// searched), a value of more than 2048 bytes, chains and _has of
// more than 8 links. Of several types a parameter must be one of each.
Result<SearchQuery> parse(const Scope&, const std::vector<std::pair<std::string, std::string>>& parameters,
                          const Catalog& catalog, const ParseOptions& options);
// Of one type.
Result<SearchQuery> parse(const TypeDefinition& type,
                          const std::vector<std::pair<std::string, std::string>>& parameters,
                          const Catalog& catalog, const ParseOptions& options);

// Whether R4 defines the parameter (its name without a modifier) for the answer of a search rather than for
// what is found: _count, _sort, _include ... The criteria of a conditional interaction have none.
// https://hl7.org/fhir/R4/search.html#return
bool isResultParameter(std::string_view name) noexcept;

}  // namespace fhir::search
