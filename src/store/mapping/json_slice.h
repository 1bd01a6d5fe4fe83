// JSON text taken apart without a tree: slices of residuals and of json columns.
//
// For text that PostgreSQL or this program wrote, so it is JSON already; on other text the functions stay
// within it and stop early, and what they hand out is then of no use. Threading: pure functions. No
// allocation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace store::mapping {

// Walks the members of an object, or the items of an array, in their order.
class JsonWalk {
 public:
  // `json` may have white space around it. An object or array only; anything else walks over nothing.
  explicit JsonWalk(std::string_view json) noexcept;

  bool isObject() const noexcept { return close_ == '}'; }
  bool isArray() const noexcept { return close_ == ']'; }

  // To the next member or item; false at the end.
  bool next() noexcept;
  // The member's name between its quotes, with escapes as they stand; empty for items.
  std::string_view rawKey() const noexcept { return key_; }
  // The value's text: `"a"`, `12`, `{...}`.
  std::string_view value() const noexcept { return value_; }

 private:
  void skipSpace() noexcept;
  const char* skipString(const char* from) const noexcept;  // past the closing quote
  const char* skipValue(const char* from) const noexcept;

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  char close_ = 0;
  std::string_view key_;
  std::string_view value_;
};

// The content of a JSON string. Refers to `json` when it holds no escape, else to `buffer`. nullopt: not a
// string.
std::optional<std::string_view> unquote(std::string_view json, std::string& buffer);

}  // namespace store::mapping
