#include <algorithm>
#include <cstdint>
#include <string>

#include "src/store/key.h"
#include "src/store/value_conditions.h"

namespace store {
namespace {

using fhir::search::Prefix;
using fhir::search::Value;

constexpr std::int64_t kDay = 86'400'000'000;  // microseconds

std::int64_t floorDay(std::int64_t t) {
  return t >= 0 ? t / kDay : -((-t + kDay - 1) / kDay);
}
std::int64_t ceilDay(std::int64_t t) {
  return -floorDay(-t);
}

// A date literal: the instant's text has the day, and the era at its end.
std::string dayText(std::int64_t day) {
  const std::string instant = sqlFromMicroseconds(day * kDay);
  const bool beforeChrist = instant.ends_with(" BC");
  return instant.substr(0, instant.find(' ')) + (beforeChrist ? " BC" : "");
}

}  // namespace

void dateRangeCondition(std::string_view low, std::string_view high, const Value& value, SqlText& out) {
  const auto compare = [&](std::string_view column, std::string_view op, std::int64_t bound) -> SqlText& {
    out << column << " " << op << " ";
    return out.bind(sqlFromMicroseconds(bound), "timestamptz");
  };
  const auto inside = [&] {
    out << "(";
    compare(low, ">=", value.date.low) << " AND ";
    compare(low, "<", value.date.high) << " AND ";  // follows from the others, and bounds the index
    compare(high, "<=", value.date.high) << ")";
  };
  switch (value.prefix) {
    case Prefix::eq:
      return inside();
    case Prefix::ne:
      out << "NOT ";
      return inside();
    case Prefix::gt:
      compare(high, ">", value.date.high);
      return;
    case Prefix::lt:
      compare(low, "<", value.date.low);
      return;
    case Prefix::ge:
      out << "(";
      compare(high, ">", value.date.high) << " OR ";
      inside();
      out << ")";
      return;
    case Prefix::le:
      out << "(";
      compare(low, "<", value.date.low) << " OR ";
      inside();
      out << ")";
      return;
    case Prefix::sa:
      compare(low, ">=", value.date.high);
      return;
    case Prefix::eb:
      compare(high, "<=", value.date.low);
      return;
    case Prefix::ap: {
      // A tenth of the range more on either side.
      const std::int64_t slack = (value.date.high - value.date.low) / 10;
      out << "(";
      compare(high, ">", value.date.low - slack) << " AND ";
      compare(low, "<", value.date.high + slack) << ")";
      return;
    }
  }
}

void instantCondition(std::string_view column, const Value& value, SqlText& out) {
  const auto compare = [&](std::string_view op, std::int64_t bound) -> SqlText& {
    out << column << " " << op << " ";
    return out.bind(sqlFromMicroseconds(bound), "timestamptz");
  };
  const auto [low, high] = value.date;
  switch (value.prefix) {
    case Prefix::eq:
      out << "(";
      compare(">=", low) << " AND ";
      compare("<", high) << ")";
      return;
    case Prefix::ne:
      out << "(";
      compare("<", low) << " OR ";
      compare(">=", high) << ")";
      return;
    case Prefix::gt:
    case Prefix::sa:
      compare(">=", high);
      return;
    case Prefix::lt:
    case Prefix::eb:
      compare("<", low);
      return;
    case Prefix::ge:
      compare(">=", low);
      return;
    case Prefix::le:
      compare("<", high);
      return;
    case Prefix::ap: {
      const std::int64_t slack = (high - low) / 10;
      out << "(";
      compare(">=", low - slack) << " AND ";
      compare("<", high + slack) << ")";
      return;
    }
  }
}

void dayCondition(std::string_view column, const Value& value, SqlText& out) {
  const auto compare = [&](std::string_view op, std::int64_t day) -> SqlText& {
    out << column << " " << op << " ";
    return out.bind(dayText(day), "date");
  };
  const auto [low, high] = value.date;
  switch (value.prefix) {
    case Prefix::eq:
      out << "(";
      compare(">=", ceilDay(low)) << " AND ";
      compare("<", floorDay(high)) << ")";
      return;
    case Prefix::ne:
      out << "(";
      compare("<", ceilDay(low)) << " OR ";
      compare(">=", floorDay(high)) << ")";
      return;
    case Prefix::gt:
      compare(">=", floorDay(high));
      return;
    case Prefix::lt:
      compare("<", ceilDay(low));
      return;
    case Prefix::ge:
      compare(">=", std::min(ceilDay(low), floorDay(high)));
      return;
    case Prefix::le:
      compare("<", std::max(ceilDay(low), floorDay(high)));
      return;
    case Prefix::sa:
      compare(">=", ceilDay(high));
      return;
    case Prefix::eb:
      compare("<", floorDay(low));
      return;
    case Prefix::ap: {
      const std::int64_t slack = (high - low) / 10;
      out << "(";
      compare(">=", floorDay(low - slack)) << " AND ";
      compare("<", ceilDay(high + slack)) << ")";
      return;
    }
  }
}

}  // namespace store
