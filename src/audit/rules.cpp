#include "src/audit/rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

#include "fhir/definitions/definitions.h"
#include "src/store/mapping/source.h"

namespace audit {
namespace {

using namespace std::chrono;
using store::mapping::Complaints;
using store::mapping::SourceValue;
using Kind = SourceValue::Kind;

constexpr std::uint32_t kMostCounted = 100'000;
constexpr std::size_t kLongestName = 63;
constexpr std::size_t kLongestWho = 200;  // longer than any key, registered client or address is

constexpr std::array<std::string_view, 3> kWho{"person", "client", "address"};
const std::vector<std::string_view> kPersonTypes{"Practitioner", "Patient"};
const std::vector<std::string_view> kOutcomes{"success", "refused", "failed"};
const std::vector<std::string_view> kCounts{"accesses", "patients"};

// What the server and the schema write as `interaction`, and what rows without one are called.
const std::vector<std::string_view> kInteractions{"read",
                                                  "vread",
                                                  "create",
                                                  "update",
                                                  "patch",
                                                  "delete",
                                                  "search-type",
                                                  "search-system",
                                                  "history-instance",
                                                  "history-type",
                                                  "history-system",
                                                  "batch",
                                                  "transaction",
                                                  "validate",
                                                  "expand",
                                                  "validate-code",
                                                  "lookup",
                                                  "subsumes",
                                                  "status",
                                                  "meta",
                                                  "meta-add",
                                                  "meta-delete",
                                                  "lastn",
                                                  "everything",
                                                  "match",
                                                  "break-glass",
                                                  "sql",
                                                  "import",
                                                  "page",
                                                  "user create",
                                                  "user deactivate",
                                                  "user reset",
                                                  "sign-in",
                                                  "sign-in refused",
                                                  "sign-out",
                                                  "password changed",
                                                  "password set by link",
                                                  "app let in",
                                                  "app disconnected",
                                                  "app registered",
                                                  "app switched off",
                                                  "login made",
                                                  "login closed",
                                                  "link to set a password"};

std::optional<seconds> durationOf(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t seconds;
  };
  static constexpr std::array kUnits{Unit{"s", 1}, Unit{"min", 60}, Unit{"h", 3600}, Unit{"d", 86'400}};
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& each : kUnits) {
    if (each.name == unit) return seconds(each.seconds * count);
  }
  return std::nullopt;
}

// "22:00"
std::optional<int> minuteOf(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 99; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const int hour = digit(0) * 10 + digit(1);
  const int minute = digit(3) * 10 + digit(4);
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

class Reader {
 public:
  Reader(const SourceValue& source, Complaints& complaints) : source_(source), complaints_(complaints) {}

  Rule read() {
    checkKeys(source_,
              {"name", "who", "personType", "interactions", "types", "outcome", "purpose", "between",
               "counts", "unrelated", "relatedWithin", "moreThan", "within"},
              complaints_);
    rule_.name = textOf(source_, "name", true, complaints_);
    if (rule_.name.size() > kLongestName ||
        rule_.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
      complain("name", "a name is made of a-z, 0-9 and -, at most 63 of them");
    rule_.who =
        static_cast<Who>(std::max<std::ptrdiff_t>(chosen("who", {kWho.begin(), kWho.end()}, true), 0));
    readFilters();
    readCounts();
    readDurations();
    return std::move(rule_);
  }

 private:
  void complain(std::string_view member, std::string_view message) {
    const SourceValue* value = source_.find(member);
    complaints_.add(value != nullptr ? value->line : source_.line, message);
  }

  // The place of a member's text in `names`; -1 without one, and for what is none of them.
  std::ptrdiff_t chosen(std::string_view member, const std::vector<std::string_view>& names, bool needed) {
    const std::string_view text = textOf(source_, member, needed, complaints_);
    if (text.empty()) return -1;
    return placeOf(*source_.find(member), text, member, names);
  }

  std::ptrdiff_t placeOf(const SourceValue& value, std::string_view text, std::string_view member,
                         const std::vector<std::string_view>& names) {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found != names.end()) return found - names.begin();
    complaints_.add(value.line, quoted(text) + " is not known as " + std::string(member) +
                                    store::mapping::suggestion(text, names));
    return -1;
  }

  std::vector<std::string> listOf(std::string_view member, const std::vector<std::string_view>& names) {
    std::vector<std::string> out;
    const SourceValue* list = memberOf(source_, member, Kind::array, complaints_);
    if (list == nullptr) return out;
    if (list->items.empty())
      complain(member, quoted(member) + " is an empty list: leave it out to ask nothing");
    for (const SourceValue& item : list->items) {
      if (item.kind != Kind::string) {
        complaints_.add(item.line, "an item of " + quoted(member) + " must be a text");
      } else if (placeOf(item, item.text, member, names) >= 0) {
        out.push_back(item.text);
      }
    }
    return out;
  }

  void readFilters() {
    const auto textIn = [&](std::string_view member, const std::vector<std::string_view>& names) {
      const auto place = chosen(member, names, false);
      return std::string(place < 0 ? std::string_view() : names[static_cast<std::size_t>(place)]);
    };
    rule_.personType = textIn("personType", kPersonTypes);
    rule_.outcome = textIn("outcome", kOutcomes);
    rule_.purpose = textOf(source_, "purpose", false, complaints_);
    if (rule_.purpose.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != std::string::npos)
      complain("purpose", "'purpose' must be a code of v3-PurposeOfUse, such as BTG");
    rule_.interactions = listOf("interactions", kInteractions);
    std::vector<std::string_view> types;
    for (const fhir::TypeDefinition* type : fhir::resourceTypes()) types.push_back(type->name);
    rule_.types = listOf("types", types);
    readBetween();
  }

  void readBetween() {
    const SourceValue* list = memberOf(source_, "between", Kind::array, complaints_);
    if (list == nullptr) return;
    const auto at = [&](std::size_t place) {
      return place < list->items.size() && list->items[place].kind == Kind::string
                 ? minuteOf(list->items[place].text)
                 : std::nullopt;
    };
    const auto from = at(0), until = at(1);
    if (list->items.size() != 2 || !from || !until) {
      complain("between", R"('between' must be two times of the day, such as ["22:00", "06:00"])");
    } else if (*from == *until) {
      complain("between", "'between' has twice the same time: leave it out to mean the whole day");
    } else {
      rule_.between.emplace(*from, *until);
    }
  }

  void readCounts() {
    rule_.countsPatients = chosen("counts", kCounts, true) == 1;
    const SourceValue* value = memberOf(source_, "moreThan", Kind::number, complaints_);
    if (source_.find("moreThan") == nullptr) complain("moreThan", "'moreThan' is missing");
    if (value == nullptr) return;
    const char* const last = value->text.data() + value->text.size();
    const auto [end, error] = std::from_chars(value->text.data(), last, rule_.moreThan);
    if (error != std::errc{} || end != last || rule_.moreThan > kMostCounted)
      complain("moreThan", "'moreThan' must be a whole number from 0 (each one) to 100000");
  }

  seconds duration(std::string_view member, bool needed, seconds least, seconds most,
                   std::string_view allowed) {
    const std::string_view text = textOf(source_, member, needed, complaints_);
    if (text.empty()) return seconds(0);
    const auto out = durationOf(text);
    if (out && *out >= least && *out <= most) return *out;
    complain(member,
             quoted(member) + " must be a number with its unit (s, min, h, d) " + std::string(allowed));
    return seconds(0);
  }

  void readDurations() {
    constexpr seconds kDay = hours(24);
    rule_.within = duration("within", true, seconds(1), kDay, "from 1s to 24h");
    const bool unrelated = flagOf(source_, "unrelated", complaints_);
    if (!unrelated) {
      if (source_.find("relatedWithin") != nullptr)
        complain("relatedWithin", "'relatedWithin' means nothing without \"unrelated\": true");
      return;
    }
    rule_.relatedWithin = duration("relatedWithin", true, kDay, 3650 * kDay, "from 1d to 3650d");
    if (rule_.who != Who::person || rule_.personType != "Practitioner" || !rule_.countsPatients)
      complain("unrelated",
               "'unrelated' is of patients of a doctor: it needs \"who\": \"person\", \"personType\": "
               "\"Practitioner\" and \"counts\": \"patients\"");
  }

  const SourceValue& source_;
  Complaints& complaints_;
  Rule rule_;
};

void readAll(const SourceValue& source, Rules& out, Complaints& complaints) {
  if (source.kind != Kind::object) {
    complaints.add(std::max<std::size_t>(source.line, 1),
                   "a file of rules is one object: {\"rules\": [...]}");
    return;
  }
  checkKeys(source, {"timeZone", "rules"}, complaints);
  const std::string_view zone = textOf(source, "timeZone", false, complaints);
  if (!zone.empty()) out.timeZone = zone;
  const SourceValue* rules = memberOf(source, "rules", Kind::array, complaints);
  if (source.find("rules") == nullptr || (rules != nullptr && rules->items.empty()))
    complaints.add(source.line, "there are no 'rules': a list with at least one");
  if (rules == nullptr) return;
  for (const SourceValue& item : rules->items) {
    if (item.kind != Kind::object) {
      complaints.add(item.line, "a rule must be an object");
      continue;
    }
    Rule rule = Reader(item, complaints).read();
    if (!rule.name.empty() &&
        std::any_of(out.all.begin(), out.all.end(), [&](const Rule& each) { return each.name == rule.name; }))
      complaints.add(item.find("name")->line, "there are two rules named " + quoted(rule.name));
    if (rule.between && zone.empty() && source.find("timeZone") == nullptr)
      complaints.add(item.find("between")->line,
                     "'between' needs the file's \"timeZone\", such as \"Europe/Berlin\" or \"UTC\"");
    out.all.push_back(std::move(rule));
  }
}

bool isAmong(const std::vector<std::string>& list, std::string_view text) noexcept {
  return list.empty() || std::find(list.begin(), list.end(), text) != list.end();
}

fhir::Outcome fault(std::string message) {
  return {fhir::Failure::badRequest, fhir::IssueType::value, std::move(message)};
}

}  // namespace

std::string_view nameOf(Who who) noexcept {
  return kWho[static_cast<std::size_t>(who)];
}

std::string_view Rule::whoOf(const Act& act) const noexcept {
  const auto asks = [](const std::string& wanted, std::string_view is) {
    return wanted.empty() || wanted == is;
  };
  if (!asks(personType, act.personType) || !asks(outcome, act.outcome) || !asks(purpose, act.purpose) ||
      !isAmong(interactions, act.interaction) || !isAmong(types, act.type))
    return {};
  if (between) {
    const auto [from, until] = *between;
    const bool after = act.minute >= from, before = act.minute < until;
    if (from < until ? !(after && before) : !(after || before)) return {};
  }
  if (countsPatients && act.patients.empty()) return {};
  const std::string_view out = who == Who::person   ? act.person
                               : who == Who::client ? act.client
                                                    : act.address;
  return out.size() > kLongestWho ? std::string_view() : out;
}

fhir::Result<Rules> Rules::parse(std::string_view fileName, std::string_view text) {
  Complaints complaints(fileName);
  Rules out;
  const SourceValue source = store::mapping::parseSource(text, complaints);
  if (complaints.none()) readAll(source, out, complaints);
  if (!complaints.none()) {
    fhir::Outcome outcome = std::move(complaints).take();
    outcome.setFailure(fhir::Failure::badRequest);
    return outcome;
  }
  const SourceValue* zone = source.find("timeZone");
  out.timeZonePlace =
      std::string(fileName) + ":" + std::to_string(zone == nullptr ? source.line : zone->line);
  return out;
}

fhir::Result<Rules> Rules::read(const std::string& file) {
  if (file.empty()) return Rules{};
  std::ifstream stream(file);
  std::ostringstream text;
  if (stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
  if (!stream.is_open() || stream.bad())
    return fault(file +
                 ": the file of audit-rules cannot be read; the project's own is schemas/audit/rules.json");
  return parse(file, text.str());
}

fhir::Result<fhir::Done> Rules::checkTimeZone(store::Connection& connection) const {
  auto known = connection.run("SELECT count(*) FROM pg_timezone_names z WHERE z.name = ?", {timeZone});
  if (!known) return std::move(known).outcome();
  if (known->number(0, 0) > 0) return fhir::Done{};
  return fault(timeZonePlace + ": the database knows no time zone " + quoted(timeZone) +
               "; write a name of IANA's such as \"Europe/Berlin\" (SELECT name FROM pg_timezone_names)");
}

std::chrono::seconds Rules::longest() const noexcept {
  seconds out{0};
  for (const Rule& rule : all) out = std::max(out, rule.within);
  return out;
}

}  // namespace audit
