#include "src/audit/rule_watch.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "src/audit/context.h"
#include "src/audit/follower.h"
#include "src/audit/tally.h"
#include "src/platform/log.h"

namespace audit {
namespace {

using namespace std::chrono;
using fhir::Done;
using fhir::Result;
using platform::Instant;

constexpr minutes kPlaceKept{1};

constexpr std::string_view kLock = "SELECT pg_try_advisory_lock(hashtextextended('fhir.trail_watch', 0))";

constexpr std::string_view kRelated =
    "SELECT p.key FROM unnest(?::uuid[]) AS p (key) WHERE EXISTS (SELECT FROM public.appointments a WHERE "
    "a.patient_id = p.key AND a.doctor_id = ?::uuid AND NOT a.is_deleted AND a.status IN ('requested', "
    "'confirmed', 'completed') AND a.scheduled_start <= ?::timestamptz AND a.scheduled_end >= "
    "?::timestamptz)";

constexpr std::string_view kRaise =
    "SELECT (extract(epoch FROM fhir.raise_audit_alarm(?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz, "
    "?::interval)) * 1000000)::bigint";

std::int64_t steadyMicroseconds() noexcept {
  return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

std::string durationText(seconds duration) {
  for (const auto& [unit, size] : {std::pair{"h", seconds(3600)}, std::pair{"min", seconds(60)}})
    if (duration % size == seconds(0)) return std::to_string(duration / size) + unit;
  return std::to_string(duration.count()) + "s";
}

// "more than 20 patients without an appointment in 1h"
std::string textOf(const Rule& rule) {
  std::string out = "more than " + std::to_string(rule.moreThan);
  out += rule.countsPatients ? " patients" : " accesses";
  if (rule.unrelated()) out += " without an appointment";
  return out + " in " + durationText(rule.within);
}

}  // namespace

class RuleWatch::Work {
 public:
  explicit Work(RuleWatch& watch)
      : watch_(watch), options_(watch.options_), connection_(options_.connection) {}

  Result<Done> look(const std::stop_token& stop) {
    if (!follower_) {
      if (auto begun = begin(); !begun) return begun;
      if (!follower_) return Done{};
    }
    const auto take = [&](const Act& act) { return count(act); };
    if (auto looked = follower_->look(stop, take); !looked) return looked;
    for (Tally& tally : tallies_) tally.forgetIdle(follower_->place());
    noteBehind();
    if (const auto now = steady_clock::now(); now >= placeDue_ || stop.stop_requested()) {
      if (auto kept = follower_->keepPlace(); !kept) return kept;
      placeDue_ = now + kPlaceKept;
    }
    return Done{};
  }

  // Of what was counted nothing is certain any more; nor who has the lock.
  void startAnew() {
    tallies_.clear();
    follower_.reset();
    connection_.close();
    // Whether another server watches is not known any more, either.
    std::int64_t another = 0;
    watch_.seenUntil_.compare_exchange_strong(another, steadyMicroseconds(), std::memory_order_relaxed);
  }

 private:
  Result<Done> begin() {
    auto locked = connection_.run(kLock);
    if (!locked) return std::move(locked).outcome();
    if (!locked->flag(0, 0)) {
      watch_.seenUntil_.store(0, std::memory_order_relaxed);
      return Done{};
    }
    auto follower = Follower::begin(
        connection_,
        {.timeZone = options_.rules.timeZone, .back = options_.rules.longest(), .settled = options_.settled});
    if (!follower) return std::move(follower).outcome();
    follower_ = *std::move(follower);
    tallies_.clear();
    for (const Rule& rule : options_.rules.all) tallies_.emplace_back(rule);
    noteBehind();
    return Done{};
  }

  void noteBehind() {
    const microseconds late =
        std::max<microseconds>(follower_->moment() - follower_->place(), microseconds(0));
    watch_.seenUntil_.store(steadyMicroseconds() - late.count(), std::memory_order_relaxed);
  }

  Result<Done> count(const Act& act) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < tallies_.size(); ++i) {
      const Rule& rule = options_.rules.all[i];
      const auto related = [&](std::string_view doctor, const std::vector<std::string>& patients,
                               Instant time) { return relatedOf(rule, doctor, patients, time); };
      const auto excess = tallies_[i].count(act, related);
      if (!excess) return excess.outcome();
      if (*excess) {
        if (auto raised = raise(i, **excess); !raised) return raised;
      }
      kept += tallies_[i].kept();
    }
    if (kept > options_.mostKept) forget(kept);
    return Done{};
  }

  // A tenth at once, so that it is seldom said.
  void forget(std::size_t kept) {
    const auto now = steady_clock::now();
    if (now >= complaintDue_)
      platform::log::warning(
          "the rules over the audit trail count for too many at once; those who did nothing "
          "for the longest time are forgotten");
    complaintDue_ = now + hours(1);
    while (kept > options_.mostKept / 10 * 9) {
      Tally& largest = *std::max_element(tallies_.begin(), tallies_.end(),
                                         [](const Tally& a, const Tally& b) { return a.kept() < b.kept(); });
      kept -= largest.kept();
      largest.forgetOldest();
      kept += largest.kept();
    }
  }

  Result<std::vector<std::string>> relatedOf(const Rule& rule, std::string_view doctor,
                                             const std::vector<std::string>& patients, Instant time) {
    std::string keys;
    for (const std::string& patient : patients) keys.append(keys.empty() ? "{" : ",").append(patient);
    keys += '}';
    auto rows =
        connection_.run(kRelated, {keys, doctor, platform::formatMicroseconds(time + rule.relatedWithin),
                                   platform::formatMicroseconds(time - rule.relatedWithin)});
    if (!rows) return std::move(rows).outcome();
    std::vector<std::string> out;
    for (std::size_t row = 0; row < rows->size(); ++row) out.emplace_back(rows->text(row, 0));
    return out;
  }

  Result<Done> raise(std::size_t place, const Excess& excess) {
    const Rule& rule = options_.rules.all[place];
    const std::string since = platform::formatMicroseconds(excess.since);
    const std::string until = platform::formatMicroseconds(excess.until);
    connection_.note(settingOf({.interaction = "audit rules"}));
    auto raised =
        connection_.run(kRaise, {rule.name, nameOf(rule.who), excess.who, excess.personType, textOf(rule),
                                 since, until, std::to_string(rule.within.count()) + " s"});
    if (!raised) return std::move(raised).outcome();
    if (!raised->isNull(0, 0)) {
      tallies_[place].told(excess.who, Instant(microseconds(raised->number(0, 0))));
      return Done{};
    }
    tallies_[place].told(excess.who, excess.until);
    watch_.raised_[place].fetch_add(1, std::memory_order_relaxed);
    // A patient's key is the id of a resource: the notification has it, no log.
    const bool isPatient = rule.who == Who::person && excess.personType != "Practitioner";
    platform::log::warning("audit rule broken",
                           {{"rule", rule.name},
                            {"kind", nameOf(rule.who)},
                            {"who", isPatient ? std::string_view("a patient") : excess.who},
                            {"since", since},
                            {"until", until}});
    return Done{};
  }

  RuleWatch& watch_;
  const Options& options_;
  store::Connection connection_;
  std::optional<Follower> follower_;
  std::vector<Tally> tallies_;
  steady_clock::time_point placeDue_ = steady_clock::now();
  steady_clock::time_point complaintDue_ = steady_clock::now();
};

RuleWatch::RuleWatch(Options options)
    : options_(std::move(options)), raised_(options_.rules.all.size()), seenUntil_(steadyMicroseconds()) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

RuleWatch::~RuleWatch() = default;

double RuleWatch::behind() const noexcept {
  const std::int64_t until = seenUntil_.load(std::memory_order_relaxed);
  return until == 0 ? 0 : static_cast<double>(steadyMicroseconds() - until) / 1e6;
}

void RuleWatch::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "audit-rules");
  Work work(*this);
  std::mutex mutex;
  std::condition_variable_any sleep;
  bool wasAway = false;
  std::unique_lock lock(mutex);
  do {
    bool isAway = false;
    try {
      isAway = !work.look(stop);
    } catch (const std::exception&) {
      isAway = true;  // memory is short
    }
    if (isAway) work.startAnew();
    if (isAway && !wasAway) platform::log::warning("rules cannot be held against the audit trail; trying on");
    wasAway = isAway;
  } while (!sleep.wait_for(lock, stop, options_.interval, [&] { return stop.stop_requested(); }));
}

}  // namespace audit
