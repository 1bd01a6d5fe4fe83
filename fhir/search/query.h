// SearchQuery: a FHIR search as a typed tree, parsed and checked against the parameters a server declares.
//
// Specification: Search (https://hl7.org/fhir/R4/search.html). No SQL here: src/store makes it of the tree.
// Threading: value types; Catalog is immutable after its construction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

// One value of a comma-separated list. Which fields are set follows from the parameter's type.
struct Value {
  Prefix prefix = Prefix::eq;
  std::string text;  // string: as sent, unescaped; uri
  // token: `system|code` both set; `|code` system = "" ; `code` system = nullopt; `system|` code empty.
  // With :text only `text` is set. reference to a canonical: the version after its '|' is in `code`.
  std::optional<std::string> system;
  std::string code;
  DateRange date;
  NumberRange number;  // number and quantity
  std::string unit;    // quantity: the code or unit asked for; empty when none (its system is in `system`)
  // reference: Type/id, or a bare id (type empty, or the one of the modifier), or an absolute URL (in `text`,
  // when it is not this server's)
  std::string targetType;
  std::string targetId;
  bool missing = false;  // modifier :missing
};

// One parameter of the query. Repeated parameters are several Criteria (AND); its values are alternatives
// (OR).
struct Criterion {
  const SearchParameter* parameter = nullptr;
  Modifier modifier = Modifier::none;
  std::string typeModifier;  // modifier type: "Patient" of subject:Patient
  std::vector<Value> values;
};

struct SortKey {
  const SearchParameter* parameter = nullptr;
  bool descending = false;
};

enum class Total : std::uint8_t { none, estimate, accurate };
enum class SummaryMode : std::uint8_t { none, isTrue, text, data, count, isFalse };

struct SearchQuery {
  const TypeDefinition* type = nullptr;
  std::vector<Criterion> criteria;  // without _id and _lastUpdated's special treatment: they are criteria too
  std::vector<SortKey> sort;
  std::optional<std::uint32_t> count;
  Total total = Total::none;
  SummaryMode summary = SummaryMode::none;
  std::vector<std::string> elements;
  std::string cursor;  // opaque; empty for the first page
  // What was applied, as name=value pairs ready for the self link, in the order sent (without the cursor).
  std::vector<std::pair<std::string, std::string>> applied;
  // Lenient handling: what was left out, one issue for each.
  std::vector<Issue> ignored;
};

// Which parameters and modifiers a server supports for a type; queries are checked against it.
class Catalog {
 public:
  virtual ~Catalog() = default;
  virtual bool supports(const TypeDefinition&, const SearchParameter&) const = 0;
  // _sort over this parameter.
  virtual bool sorts(const TypeDefinition&, const SearchParameter&) const = 0;
};

struct ParseOptions {
  bool lenient = false;  // Prefer: handling=lenient
  std::string baseUrl;   // absolute references below it become relative ones
  std::uint32_t maxCount = 1000;
};

// `parameters`: decoded name and value, repeated names in order; _format and _pretty are skipped.
// Errors: 400, one issue for each unknown parameter, modifier, prefix or malformed value (at most 50), naming
// the nearest right one and never repeating a value. Issue::expression is the parameter's name as sent.
// Lenient handling leaves out parameters that are unknown, not supported or without value; a wrong modifier
// and a malformed value stay errors, but a code that a required binding lacks just matches nothing. Refused
// too: more than 200 parameters, more than 1000 values, a value of more than 2048 bytes.
Result<SearchQuery> parse(const TypeDefinition& type,
                          const std::vector<std::pair<std::string, std::string>>& parameters,
                          const Catalog& catalog, const ParseOptions& options);

}  // namespace fhir::search
