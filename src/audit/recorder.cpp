#include "src/audit/recorder.h"

#include <pthread.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "src/platform/log.h"

namespace audit {
namespace {

using Clock = std::chrono::steady_clock;

// Of one row; a request's own stay together, so that it may be more.
constexpr std::size_t kMostOfARow = 1000;

// Doctor and patient, and the words.
using BrokenGlass = std::map<std::pair<std::string, std::string>, std::string, std::less<>>;

void append(std::string& list, std::string_view item) {
  list += list.empty() ? '{' : ',';
  list += item;
}

std::string closed(std::string list) {
  return list.empty() ? "{}" : std::move(list) + "}";
}

std::string arrayOf(const std::set<std::string_view>& keys) {
  std::string out;
  for (const std::string_view key : keys) append(out, key);
  return closed(std::move(out));
}

}  // namespace

class Recorder::Writer {
 public:
  explicit Writer(store::ConnectionOptions options) : options_(std::move(options)) {}

  bool write(std::vector<Waiting>& batch) {
    const bool wasConnected = connection_ && connection_->connected();
    if (tryOnce(batch)) return true;
    // Of a connection that had ended while nobody used it nothing is known but that.
    const bool wasLost = wasConnected && !connection_->connected();
    const bool done = wasLost && tryOnce(batch);
    if (!done) connection_.reset();
    return done;
  }

 private:
  // Nearly never is a glass broken: that is a condition of the row, and asked about only when it does not
  // hold.
  bool tryOnce(std::vector<Waiting>& batch) {
    if (!connect()) return false;
    const std::string doctors = doctorsOf(batch);
    auto added = insert(batch, doctors);
    if (!added || *added > 0) return added.ok();
    if (!findReasons(batch)) return false;
    added = insert(batch, {});
    return added.ok();
  }

  bool connect() {
    if (connection_ && connection_->connected()) return true;
    connection_.emplace(options_);
    // What is answered must be on the disk, whatever the role's own setting is.
    return connection_
        ->run(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting("
            "'synchronous_commit') = 'off'")
        .ok();
  }

  // Whose only way to a patient's data may be break-glass.
  static bool mayNeedReason(const Access& access) noexcept {
    return access.personType == "Practitioner" && !access.person.empty() && access.purpose.empty() &&
           !access.patients.empty();
  }

  static std::string doctorsOf(const std::vector<Waiting>& batch) {
    std::set<std::string_view> keys;
    for (const Waiting& each : batch) {
      for (const Access& access : each.accesses) {
        if (mayNeedReason(access)) keys.insert(access.person);
      }
    }
    return keys.empty() ? std::string() : arrayOf(keys);
  }

  bool findReasons(std::vector<Waiting>& batch) {
    auto rows = connection_->run("SELECT b.doctor_id, b.patient_id, b.reason FROM fhir.broken_glass() b");
    if (!rows) return false;
    BrokenGlass reasons;
    for (std::size_t row = 0; row < rows->size(); ++row)
      reasons.emplace(std::pair(std::string(rows->text(row, 0)), std::string(rows->text(row, 1))),
                      rows->text(row, 2));
    for (Waiting& each : batch) {
      for (Access& access : each.accesses) {
        if (mayNeedReason(access)) give(access, reasons);
      }
    }
    return true;
  }

  static void give(Access& access, const BrokenGlass& reasons) {
    for (const std::string& patient : access.patients) {
      const auto found = reasons.find(std::pair(access.person, patient));
      if (found == reasons.end()) continue;
      access.purpose = "BTG";
      access.reason = found->second;
      return;
    }
  }

  // How many rows were added: none when one of the doctors has broken a glass.
  fhir::Result<std::size_t> insert(const std::vector<Waiting>& batch, const std::string& doctors) {
    std::string ids, entries;
    std::set<std::string_view> patients, persons;
    for (const Waiting& each : batch) {
      for (const Access& access : each.accesses) {
        const Line line = lineOf(access);
        append(ids, line.id);
        if (!entries.empty()) entries += '\n';
        entries += line.text;
        patients.insert(access.patients.begin(), access.patients.end());
        if (!access.person.empty()) persons.insert(access.person);
      }
    }
    ids = closed(std::move(ids));
    const std::string whose = arrayOf(patients), who = arrayOf(persons);
    std::vector<store::Parameter> values{ids, whose, who, entries};
    std::string_view sql =
        "INSERT INTO public.audit_logs (action, targets, patients, persons, entries) VALUES ('access', "
        "?::uuid[], ?::uuid[], ?::uuid[], ?)";
    if (!doctors.empty()) {
      sql =
          "INSERT INTO public.audit_logs (action, targets, patients, persons, entries) SELECT 'access', "
          "?::uuid[], ?::uuid[], ?::uuid[], ?"
          " WHERE NOT EXISTS (SELECT FROM public.care_relationships b WHERE b.source = 'break_glass'"
          " AND b.ends_at > now() - interval '1 minute' AND b.doctor_id = ANY (?::uuid[]))";
      values.emplace_back(doctors);
    }
    auto rows = connection_->run(sql, values);
    if (!rows) return std::move(rows).outcome();
    return rows->affected();
  }

  const store::ConnectionOptions options_;
  std::optional<store::Connection> connection_;
};

Recorder::Recorder(Options options) : options_(std::move(options)), thread_([this] { run(); }) {}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

// False, and both stay with the caller, when the queue is full.
bool Recorder::enqueue(std::vector<Access>& accesses, Done& done) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_ + accesses.size() > options_.mostWaiting && !queue_.empty()) return false;
    waiting_ += accesses.size();
    queue_.push_back({std::move(accesses), std::move(done)});
    wake = std::exchange(asleep_, false);
  }
  if (wake) wake_.notify_one();
  return true;
}

void Recorder::record(std::vector<Access> accesses, Done done) {
  if (enqueue(accesses, done)) return;
  failed_.fetch_add(accesses.size(), std::memory_order_relaxed);
  done(false);
}

std::vector<Recorder::Waiting> Recorder::take() {
  std::unique_lock lock(mutex_);
  asleep_ = queue_.empty();
  wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
  asleep_ = false;
  std::size_t accesses = 0;
  auto end = queue_.begin();
  while (end != queue_.end() && (accesses == 0 || accesses + end->accesses.size() <= kMostOfARow))
    accesses += (end++)->accesses.size();
  std::vector<Waiting> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  waiting_ -= accesses;
  return batch;
}

void Recorder::run() {
  pthread_setname_np(pthread_self(), "audit-recorder");
  Writer writer(options_.connection);
  bool wasGood = true;
  for (auto batch = take(); !batch.empty(); batch = take()) {
    const auto begun = Clock::now();
    bool written = false;
    try {
      written = writer.write(batch);
    } catch (const std::exception&) {
      // Memory is short: it is as if the database had refused.
    }
    if (written != wasGood)
      platform::log::warning(
          written ? "accesses are written down again"
                  : "accesses cannot be written down: what reads personal data is answered 503");
    wasGood = written;
    const bool isAlone = batch.size() == 1;
    finish(batch, written);
    if (!isAlone) std::this_thread::sleep_until(begun + options_.pace);
  }
}

void Recorder::finish(std::vector<Waiting>& batch, bool written) {
  std::uint64_t accesses = 0;
  for (const Waiting& each : batch) accesses += each.accesses.size();
  (written ? written_ : failed_).fetch_add(accesses, std::memory_order_relaxed);
  if (written) rows_.fetch_add(1, std::memory_order_relaxed);
  for (Waiting& each : batch) each.done(written);
}

}  // namespace audit
