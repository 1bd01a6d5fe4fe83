// Who has looked at a patient's record, for the patient: a month on a page.
#include <chrono>
#include <optional>
#include <utility>

#include "src/platform/instant.h"
#include "src/smart/people/record_accesses.h"
#include "src/smart/people/site.h"
#include "src/smart/people/words.h"

namespace people {
namespace {

using Day = std::chrono::sys_days;
constexpr std::chrono::days kOnAPage{30};
constexpr Day kFirst = Day{std::chrono::year{2000} / 1 / 1};

std::string textOf(Day day) {
  return platform::formatMilliseconds(day).substr(0, 10);
}

// The day before which what is shown has happened; nullopt when that is none.
std::optional<Day> untilOf(const Visit& visit, Day tomorrow) {
  const std::string asked = visit.query("until");
  if (asked.empty()) return tomorrow;
  const auto instant = platform::parseInstant(asked + "T00:00:00Z");
  if (!instant) return std::nullopt;
  const Day day = std::chrono::floor<std::chrono::days>(*instant);
  if (day < kFirst || day > tomorrow) return std::nullopt;
  return day;
}

Message named(const char* key, const char* nameless, const std::string& name) {
  return name.empty() ? Message::of(nameless) : Message::of(key, {{"name", Message::plain(name)}});
}

Message whoOf(const RecordAccess& access) {
  using enum RecordAccess::Who;
  switch (access.who) {
    case self:
      return Message::of("record.self");
    case doctor:
      return named("record.doctor", "record.some_doctor", access.name);
    case relative:
      return named("record.relative", "record.some_relative", access.name);
    case patient:
      return Message::of("record.patient");
    case administrator:
      return Message::of("record.administrator");
    case app:
      return named("record.app", "record.some_app", access.name);
    case platform:
      return Message::of("record.platform");
    case stranger:
      break;
  }
  return Message::of("record.stranger");
}

Message didOf(const RecordAccess& access, const Texts& texts) {
  using enum RecordAccess::Did;
  const auto with = [&](const char* key) {
    Message what = access.type.empty() ? Message::of("record.who_may_see") : typeWords(access.type, texts);
    return Message::of(key, {{"what", std::move(what)}});
  };
  switch (access.did) {
    case added:
      return with("record.added");
    case changed:
      return with("record.changed");
    case removed:
      return with("record.removed");
    case askedInVain:
      return with("record.in_vain");
    case saw:
      break;
  }
  return with("record.saw");
}

Message timesOf(const RecordAccess& access) {
  Message time = Message::plain(access.time);
  if (access.times == "1") return Message::of("record.once", {{"time", std::move(time)}});
  return Message::of("record.times", {{"times", Message::plain(access.times)}, {"time", std::move(time)}});
}

Values rowOf(const RecordAccess& access, const Texts& texts) {
  Values out;
  out.set("who", whoOf(access)).set("did", didOf(access, texts)).set("times", timesOf(access));
  out.set("app", access.app.empty() ? Message()
                                    : Message::of("record.through", {{"app", Message::plain(access.app)}}));
  out.set("reason", access.reason.empty()
                        ? Message()
                        : Message::of("record.emergency", {{"reason", Message::plain(access.reason)}}));
  return out;
}

std::vector<Values> daysOf(const std::vector<RecordAccess>& accesses, const Texts& texts) {
  std::vector<Values> out;
  for (std::size_t i = 0; i < accesses.size();) {
    const std::string& day = accesses[i].day;
    std::vector<Values> rows;
    for (; i < accesses.size() && accesses[i].day == day; ++i) rows.push_back(rowOf(accesses[i], texts));
    out.push_back(Values().set("day", day).set("rows", std::move(rows)));
  }
  return out;
}

}  // namespace

http::Response showRecord(const Site& site, Visit& visit) {
  if (!visit.person->hasRecord()) return site.sorry(visit, 404, "error.not_found");
  const Day tomorrow = std::chrono::floor<std::chrono::days>(platform::now()) + std::chrono::days{1};
  const auto until = untilOf(visit, tomorrow);
  if (!until) return site.sorry(visit, 404, "error.not_found");
  const Day from = *until - kOnAPage;
  const auto accesses =
      accessesOf(visit.connection, *visit.person, textOf(from), textOf(*until), visit.caller());
  if (!accesses) return site.sorry(visit, accesses.outcome());
  Values values;
  values.set("from", textOf(from)).set("to", textOf(*until - std::chrono::days{1}));
  values.set("days", daysOf(*accesses, site.texts()));
  values.set("earlier", from < kFirst ? "" : textOf(from));
  values.set("later", *until == tomorrow ? "" : textOf(std::min(*until + kOnAPage, tomorrow)));
  return site.show(visit, Page::record, Message::of("record.title"), values);
}

}  // namespace people
