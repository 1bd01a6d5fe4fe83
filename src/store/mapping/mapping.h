// Mapping: how one FHIR resource type stands in one table of the platform, compiled from mappings/*.json.
//
// A row is one resource. What a column holds lives in the column; everything else stands in `fhir_residual`:
//
//   residual = resource - decode(encode(resource))
//
// taken element by element at the top level of the resource. So nothing can be lost, whatever a column can
// express: an element whose columns give it back exactly is not in the residual; any other stands there
// whole, with a hash of what its columns gave back when it was written ("basis"). On reading, an element in
// the residual counts only while its basis still equals what the columns give now; after a plain SQL UPDATE
// the column wins and nothing stale comes back.
//
// Threading: a Mapping is immutable after compile(). Ownership: values are copied out; views say so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace store {

// PostgreSQL refuses an entry of a B-tree beyond 2,700 bytes; an index has up to two texts.
inline constexpr std::size_t longestIndexed = 1000;

// One column that the mapping reads and writes.
struct MappedColumn {
  std::string name;  // "dob"
  // The cast of the text that is bound: "date", "timestamptz", "numeric", "text", "uuid", "json", "integer",
  // "boolean" or an enum type's name. All values travel as text, in PostgreSQL's own output format (DateStyle
  // ISO, TimeZone UTC).
  std::string sqlType;
  // For a foreign key: the resource type it points to ("Patient") and that type's table; else empty.
  // Selected as the target's FHIR id, bound as the target's key.
  std::string targetType;
  std::string targetTable;
  bool required = false;  // NOT NULL: a resource that gives no value cannot be held by this table
  bool fixed = false;     // never changes in a row: a resource that changes it needs another place
  bool unique = false;    // at most one row that is not deleted has a value: another one goes without it
  bool indexed =
      false;  // its index takes no long text: one of more than longestIndexed bytes stays out of it
  bool encrypted = false;  // text or json whose values are sealed (docs/encryption.md)
  bool searched = false;   // of an encrypted column: a parameter finds its values, by their hash
};

// How a search parameter is answered from columns, for rows whose columns say all there is about it.
struct ColumnSearch {
  const fhir::SearchParameter* parameter = nullptr;
  enum class Kind : std::uint8_t {
    date,
    dateTime,
    period,
    code,
    coding,
    string,
    reference,
    quantity,
    boolean
  } kind{};
  // The columns by role: date/dateTime {c}; period {start, end}; code {c}; coding {system, code}; string {c};
  // reference {fk}; quantity {value, unitCode, unit}; boolean {c}.
  std::vector<std::string> columns;
  std::string codeSystem;  // kind code: the system of the codes
  // kind code: FHIR code -> column value (empty: the same text).
  std::vector<std::pair<std::string, std::string>> codes;
  // The column says all there is in every row, also in one that is wholly indexed: a reference of an element
  // that is there once, without which the table holds nothing.
  bool alwaysSaysAll = false;
};

// The columns that say whose a row is; empty where the table has none.
struct RowPersons {
  std::string patient;       // key of a patient: "patient_id", or "id" of patients themselves
  std::string practitioner;  // key of a practitioner
  std::string visibility;    // who may read it: patient, care_team or author
};

// A reference that must exist in the platform's tables before the row can be stored.
struct RequiredTarget {
  std::string targetType;
  std::string targetId;    // FHIR id
  std::string expression;  // "Observation.subject"
};

struct Encoded {
  // In the order of Mapping::columns(); nullopt is NULL. Foreign keys carry the target's FHIR id.
  std::vector<std::optional<std::string>> values;
  std::string residual;  // JSON object; "{}" when nothing is left
  // False when the table cannot hold the resource (`reason` says why): it goes whole to the generic store.
  bool holdable = true;
  std::string reason;
  std::vector<RequiredTarget> targets;
  // True when the columns do not say all there is about some column-searched parameter: the row's search
  // values then all stand in the index tables (fhir_indexed_whole).
  bool indexedWhole = false;
};

// What surrounds a resource's own content when it is written out.
struct Envelope {
  std::string_view id;
  std::string_view versionId;
  std::string_view lastUpdated;  // FHIR instant
};

class Mapping {
 public:
  // `text` is the file's content (JSON, // and /* */ comments allowed). Errors name file, line and the
  // nearest right name.
  static fhir::Result<Mapping> compile(std::string_view fileName, std::string_view text);
  ~Mapping();
  Mapping(Mapping&&) noexcept;
  Mapping& operator=(Mapping&&) noexcept;

  const fhir::TypeDefinition& type() const noexcept;
  std::string_view table() const noexcept;  // "patient_profile"
  std::span<const MappedColumn> columns() const noexcept;
  // Columns that every row of this type has with a fixed value: {"record_type", "note"}; part of every WHERE
  // and INSERT.
  std::span<const std::pair<std::string, std::string>> constants() const noexcept;
  std::span<const ColumnSearch> searches() const noexcept;
  const RowPersons& persons() const noexcept;
  // Whether those who are shown the columns alone may search by this parameter, although no column answers
  // it.
  bool isOpen(const fhir::SearchParameter&) const noexcept;
  const ColumnSearch* findSearch(const fhir::SearchParameter&) const noexcept;

  // resource.id and meta.versionId / meta.lastUpdated are not part of what is encoded.
  Encoded encode(const fhir::Resource&) const;
  // For a row that stands although the resource does not fit it: `kept` columns (by their order), and those
  // that the resource gives nothing that they can hold, have the `current` value; what they then do not say
  // stands in the residual. Always holdable.
  Encoded encodeOver(const fhir::Resource&, std::span<const std::optional<std::string>> current,
                     const std::vector<bool>& kept) const;

  // Appends the whole resource as JSON. `values` in the order of columns(), nullopt for NULL.
  void decode(std::span<const std::optional<std::string_view>> values, std::string_view residual,
              const Envelope&, std::string& out) const;

  // The rows that docs/mappings.md shows for this type, as Markdown.
  std::string document() const;

 private:
  struct Impl;
  explicit Mapping(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

// Residual and output of a resource that no table holds: everything but id, meta.versionId and
// meta.lastUpdated.
std::string encodeWhole(const fhir::Resource&);
void decodeWhole(const fhir::TypeDefinition&, std::string_view residual, const Envelope&, std::string& out);

// All mappings of a directory, at most one for each resource type (DocumentReference and DiagnosticReport may
// share a table).
class Mappings {
 public:
  static fhir::Result<Mappings> load(const std::string& directory);
  const Mapping* find(const fhir::TypeDefinition&) const noexcept;
  std::span<const Mapping> all() const noexcept { return mappings_; }

 private:
  std::vector<Mapping> mappings_;
};

}  // namespace store
