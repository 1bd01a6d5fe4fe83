#include <algorithm>
#include <array>

#include "src/store/mapping/converter.h"
#include "src/store/mapping/json_slice.h"

namespace store::mapping {

namespace {

constexpr std::array<std::string_view, 7> weekdays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

bool isClock(std::string_view text) noexcept {
  if (text.size() != 5 || text[2] != ':') return false;
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4) || text[3] > '5') return false;
  return text.substr(0, 2) < "24" || text == "24:00";
}

// "09:00-13:00"
bool isSpan(std::string_view text) noexcept {
  return text.size() == 11 && text[5] == '-' && isClock(text.substr(0, 5)) && isClock(text.substr(6)) &&
         text.substr(0, 5) < text.substr(6);
}

// The last second of the day is FHIR's nearest word for 24:00.
void appendTime(std::string_view clock, std::string& out) {
  out += '"';
  if (clock == "24:00") {
    out += "23:59:59";
  } else {
    out += clock;
    out += ":00";
  }
  out += '"';
}

// A span and the days (bit 0: Monday) that have it.
struct Span {
  std::string text;
  unsigned days = 0;
};

// availableTime <-> {"mon": ["09:00-13:00"], ...}; days with the same span share one item.
class WeeklyHours final : public Converter {
 public:
  explicit WeeklyHours(const ConverterArguments& arguments) : column_(arguments.columns.front()) {}

  bool decode(Row row, std::string& out) const override {
    const auto json = cell(row, column_);
    if (!json) return false;
    const std::vector<Span> spans = read(*json);
    if (spans.empty()) return false;
    out += '[';
    for (const Span& span : spans) {
      if (out.back() != '[') out += ',';
      out += R"({"daysOfWeek":[)";
      for (std::size_t day = 0; day < weekdays.size(); ++day) {
        if ((span.days >> day & 1U) == 0) continue;
        if (out.back() != '[') out += ',';
        out += '"';
        out += weekdays[day];
        out += '"';
      }
      if (span.text == "00:00-24:00") {
        out += R"(],"allDay":true})";
        continue;
      }
      out += R"(],"availableStartTime":)";
      appendTime(std::string_view(span.text).substr(0, 5), out);
      out += R"(,"availableEndTime":)";
      appendTime(std::string_view(span.text).substr(6), out);
      out += '}';
    }
    out += ']';
    return true;
  }

  bool encode(const fhir::Element& first, Values values) const override {
    std::array<std::vector<std::string>, 7> hours;
    for (const fhir::Element* item = &first; item != nullptr; item = item->nextSame()) add(*item, hours);
    std::string json;
    for (std::size_t day = 0; day < weekdays.size(); ++day) {
      if (hours[day].empty()) continue;
      std::sort(hours[day].begin(), hours[day].end());
      json += json.empty() ? "{\"" : ", \"";
      json += weekdays[day];
      json += "\": [";
      for (const std::string& span : hours[day]) {
        if (json.back() != '[') json += ", ";
        json += '"' + span + '"';
      }
      json += ']';
    }
    if (json.empty()) return false;
    json += '}';
    set(values, column_, json);
    return true;
  }

 private:
  static void add(const fhir::Element& available, std::array<std::vector<std::string>, 7>& hours) {
    std::string span;
    if (available.childText("allDay") == "true") {
      span = "00:00-24:00";
    } else {
      span = available.childText("availableStartTime").substr(0, 5);
      span += '-';
      span += available.childText("availableEndTime").substr(0, 5);
    }
    if (!isSpan(span)) return;
    for (const auto* day = available.child("daysOfWeek"); day != nullptr; day = day->nextSame()) {
      const auto* found = std::find(weekdays.begin(), weekdays.end(), day->text);
      if (found == weekdays.end()) continue;
      auto& spans = hours[static_cast<std::size_t>(found - weekdays.begin())];
      if (std::find(spans.begin(), spans.end(), span) == spans.end()) spans.push_back(span);
    }
  }

  // In the order of the days, and of the spans within a day.
  static std::vector<Span> read(std::string_view json) {
    std::array<std::string_view, 7> byDay;
    JsonWalk week(json);
    if (!week.isObject()) return {};
    while (week.next()) {
      const auto* found = std::find(weekdays.begin(), weekdays.end(), week.rawKey());
      if (found != weekdays.end()) byDay[static_cast<std::size_t>(found - weekdays.begin())] = week.value();
    }
    std::vector<Span> spans;
    std::string buffer;
    for (std::size_t day = 0; day < byDay.size(); ++day) {
      JsonWalk list(byDay[day]);
      while (list.isArray() && list.next()) {
        const auto text = unquote(list.value(), buffer);
        if (!text || !isSpan(*text)) continue;
        auto span =
            std::find_if(spans.begin(), spans.end(), [&](const Span& known) { return known.text == *text; });
        if (span == spans.end()) span = spans.insert(spans.end(), {std::string(*text), 0});
        span->days |= 1U << day;
      }
    }
    return spans;
  }

  Column column_;
};

}  // namespace

std::unique_ptr<const Converter> makeWeeklyHours(const ConverterArguments& arguments) {
  return std::make_unique<const WeeklyHours>(arguments);
}

}  // namespace store::mapping
