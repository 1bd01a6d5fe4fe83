// Key: a resource's uuid in the tables, and the FHIR id it stands for.
//
// An id that is a lower-case UUID is the key itself. Any other legal id (Resource, "id":
// [A-Za-z0-9\-\.]{1,64}) is kept in `fhir_id`, and its key is the version-5 UUID of "Type/id": so a key is
// known without asking the database.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace store {

struct Key {
  std::string uuid;
  std::optional<std::string> fhirId;  // set only when the id is not the uuid itself
};

Key keyOf(std::string_view resourceType, std::string_view id);
// Of the contained resource with this id in the resource with this key; no other resource can have it by its
// id.
std::string containedKey(std::string_view containerType, std::string_view containerKey, std::string_view id);
Key newKey();
bool isLegalId(std::string_view id) noexcept;

// PostgreSQL's text form of an array, {"a",NULL,"b"}, for one bound value.
class ArrayLiteral {
 public:
  void add(std::optional<std::string_view> item);
  const std::string& text();  // closes the literal; add() is over after it
  bool empty() const noexcept { return out_.empty(); }

 private:
  std::string out_;
  bool closed_ = false;
};

// "2026-11-23 21:13:16.12+00" (PostgreSQL, UTC) -> "2026-11-23T21:13:16.120Z" and back.
std::string instantFromSql(std::string_view text);
// Microseconds since 1970 as a timestamptz literal; INT64_MIN and INT64_MAX are -infinity and infinity.
std::string sqlFromMicroseconds(long long microseconds);

}  // namespace store
