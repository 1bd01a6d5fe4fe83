// Rows and OwnedRows: what libpq's results say.
#include <libpq-fe.h>

#include <charconv>

#include "src/store/connection.h"

namespace store {
namespace {

const PGresult* resultOf(const void* result) {
  return static_cast<const PGresult*>(result);
}

}  // namespace

std::size_t Rows::size() const noexcept {
  return result_ == nullptr ? 0 : static_cast<std::size_t>(PQntuples(resultOf(result_)));
}

bool Rows::isNull(std::size_t row, std::size_t column) const noexcept {
  return PQgetisnull(resultOf(result_), static_cast<int>(row), static_cast<int>(column)) != 0;
}

std::string_view Rows::text(std::size_t row, std::size_t column) const noexcept {
  const auto r = static_cast<int>(row);
  const auto c = static_cast<int>(column);
  return {PQgetvalue(resultOf(result_), r, c),
          static_cast<std::size_t>(PQgetlength(resultOf(result_), r, c))};
}

Parameter Rows::value(std::size_t row, std::size_t column) const noexcept {
  if (isNull(row, column)) return std::nullopt;
  return text(row, column);
}

bool Rows::flag(std::size_t row, std::size_t column) const noexcept {
  return text(row, column) == "t";
}

std::int64_t Rows::number(std::size_t row, std::size_t column) const noexcept {
  const std::string_view digits = text(row, column);
  std::int64_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

std::size_t Rows::affected() const noexcept {
  if (result_ == nullptr) return 0;
  const std::string_view digits = PQcmdTuples(const_cast<PGresult*>(resultOf(result_)));
  std::size_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

void OwnedRows::Clear::operator()(void* result) const noexcept {
  PQclear(static_cast<PGresult*>(result));
}

}  // namespace store
