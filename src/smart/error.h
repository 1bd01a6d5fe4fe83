// Error: what the authorization server answers when it does not give what was asked, in OAuth's terms.
//
// Specification: RFC 6749, sections 4.1.2.1 and 5.2. Threading: value types.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "fhir/model/outcome.h"

namespace smart {

struct Error {
  int status = 400;
  std::string code;         // "invalid_grant"
  std::string description;  // for the developer of the client; nothing of a person, a token or a key
};

// The database's or another room's failure, of which a client learns that it should try again.
inline Error unavailable() {
  return {503, "temporarily_unavailable", "The server cannot answer now. Try again in a second."};
}

// The first sentence of an Outcome as an Error.
inline Error errorOf(std::string_view code, const fhir::Outcome& outcome) {
  return {400, std::string(code), outcome.empty() ? std::string() : outcome.issues().front().diagnostics};
}

// A value, or the Error that says why there is none.
template <class T>
class [[nodiscard]] Answer {
 public:
  Answer(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Answer(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit on purpose

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

using fhir::Done;

}  // namespace smart
