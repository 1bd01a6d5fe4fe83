// Record: one row of audit_logs as text, and its hash, computed here and not by the database.
//
// The canonical form is docs/audit.md, "What is hashed". Threading: values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/platform/encoding.h"

namespace audit {

struct Column {
  std::string_view name;
  std::string_view sql;  // its text, whatever the session's settings
};

// In the order of the canonical form: what is digested, then chain, position, previous, hash, and persons,
// which follows from the entries.
std::span<const Column> columns() noexcept;
inline constexpr std::size_t kDigested = 26;
// The last of them: a row without it has the format hv-audit-1, which knows nothing of it, one with it
// hv-audit-2.
inline constexpr std::size_t kEntries = kDigested - 1;

struct Record {
  std::vector<std::optional<std::string>> values;  // by columns()

  std::string_view id() const { return text(0); }
  std::string_view time() const { return text(5); }
  std::int64_t chain() const { return number(kDigested); }
  std::int64_t position() const { return number(kDigested + 1); }
  std::string_view previous() const { return text(kDigested + 2); }  // hexadecimal digits
  std::string_view hash() const { return text(kDigested + 3); }      // likewise
  std::string_view targets() const { return text(7); }               // an array's text
  std::string_view entries() const { return text(kEntries); }
  // An array's text; nullopt: not said, by a row that has no entries or an export of before there were any.
  const std::optional<std::string>& persons() const { return values[kDigested + 4]; }

 private:
  std::string_view text(std::size_t column) const;
  std::int64_t number(std::size_t column) const;  // -1 for what is none
};

// As fhir.audit_hash computes it; hexadecimal digits.
std::string hashOf(const Record&);

}  // namespace audit
