// Follower: reads the audit trail as it grows, each row once and none left out, whatever order transactions
// end in.
//
// A transaction holds its chain until it ends, so a chain's head says how many of its rows can be seen. Rows
// are read along the index of times, up to a moment ago; when a head has moved by more rows than were read,
// some were written before by a transaction that ended late, and are looked for among the older ones.
// Threading: one thread, as its connection. Errors: the database's Outcome, and the caller's; then nothing is
// known of what was read, and another Follower must begin.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <unordered_set>

#include "src/audit/act.h"
#include "src/store/connection.h"

namespace audit {

class Follower {
 public:
  // A row that can be seen only when it is older than this is not read.
  static constexpr std::chrono::hours kLatest{24};

  struct Options {
    std::string timeZone = "UTC";  // of Act::minute; the database knows it
    // How long before now, or before what fhir.trail_watch says was seen, it begins; kLatest at most.
    std::chrono::seconds back{0};
    // What is younger waits: within it nearly every transaction ends that has written a row, and a row's own
    // time may be a second old. So rows come nearly in order.
    std::chrono::milliseconds settled{2000};
  };
  // The connection must outlive it.
  static fhir::Result<Follower> begin(store::Connection&, Options);

  using Take = std::function<fhir::Result<fhir::Done>(const Act&)>;
  // Reads what can be seen now and has settled. Ends early, with everything told that it has
  // read, when it is to stop. `take` may use the connection.
  fhir::Result<fhir::Done> look(const std::stop_token&, const Take& take);
  // What begin() goes on from.
  fhir::Result<fhir::Done> keepPlace();

  platform::Instant place() const noexcept { return place_.time; }  // all up to it was read
  platform::Instant moment() const noexcept { return moment_; }     // the database's time at the last look

 private:
  struct Place {
    platform::Instant time{};
    std::string id;
  };
  struct Head {
    std::int64_t position = 0;
    std::int64_t settled = 0;  // how many of its rows are not younger than the place
    std::int64_t read = 0;     // since the last look
  };
  using Heads = std::map<std::int64_t, Head>;

  Follower(store::Connection& connection, Options options)
      : connection_(&connection), options_(std::move(options)) {}

  fhir::Result<platform::Instant> now();
  fhir::Result<Heads> headsAt(platform::Instant until);
  fhir::Result<fhir::Done> readOn(platform::Instant until, Heads&, const std::stop_token&, const Take&);
  fhir::Result<fhir::Done> readLate(Place from, const Heads&, const std::stop_token&, const Take&);
  // One page of rows, given to `take` when `counts`; how many.
  fhir::Result<std::size_t> page(std::string_view sql, std::span<const store::Parameter>, Place& last,
                                 const std::function<bool(std::int64_t, std::int64_t)>& counts, const Take&);
  fhir::Result<fhir::Done> takeRow(const store::Rows&, std::size_t row, const Take&);
  bool isRepeated(std::string_view entries);

  store::Connection* connection_;
  Options options_;
  Place place_;
  platform::Instant moment_{};
  Heads heads_;  // of the last look
  bool hasLooked_ = false;
  // Of the last batches of accesses the first lines' ids: after a lost connection a batch may stand there
  // twice.
  std::deque<std::string> batches_;
  std::unordered_set<std::string> known_;
};

}  // namespace audit
