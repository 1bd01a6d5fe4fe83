// Tally: what one rule has counted, for each person, client or address apart.
//
// Memory: of each at most moreThan + 1 moments (or patients), and of a doctor the last 1000 patients who were
// found to be related; who does nothing for as long as `within` is forgotten. Times come nearly in order: one
// that is too old to be kept beside what is known counts as the newest, so that it is never left out.
// Threading: one thread. Ownership: the rule must outlive it. Errors: those of who is asked for appointments.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "src/audit/rules.h"

namespace audit {

// More of what a rule counts than it allows.
struct Excess {
  std::string who, personType;
  platform::Instant since, until;  // of what was counted, the first and the last
};

// Distinct patients and when each was met last; of the oldest none is kept beyond what is asked for.
class PatientsMet {
 public:
  void meet(std::string_view patient, platform::Instant time, std::size_t most);
  void forgetBefore(platform::Instant time);
  void forgetOldest();
  // Those of whom it is not known yet whether they are related.
  std::vector<std::string> unasked() const;
  // What was asked; the related ones are no longer counted, until `until`.
  void answer(const std::vector<std::string>& related, platform::Instant until);
  // Whether the patient is known as related now.
  bool isRelated(std::string_view patient, platform::Instant time) const;

  std::size_t size() const noexcept { return met_.size(); }
  std::size_t kept() const noexcept { return met_.size() + related_.size(); }
  platform::Instant oldest() const { return byTime_.begin()->first; }
  platform::Instant newest() const { return byTime_.rbegin()->first; }

 private:
  struct Met {
    platform::Instant time;
    bool isAsked = false;
  };
  std::unordered_map<std::string, Met> met_;
  std::set<std::pair<platform::Instant, std::string_view>> byTime_;  // the texts are met_'s
  std::unordered_map<std::string, platform::Instant> related_;       // until when that is believed
  std::deque<std::string> relatedInOrder_;
};

class Tally {
 public:
  // Of the patients those with whom the doctor has an appointment near that time.
  using Related = std::function<fhir::Result<std::vector<std::string>>(
      std::string_view doctor, const std::vector<std::string>& patients, platform::Instant time)>;

  explicit Tally(const Rule& rule) : rule_(rule) {}

  // What is too much now, unless it was told of late.
  fhir::Result<std::optional<Excess>> count(const Act&, const Related&);
  // It was told of, as of what happened then: of the same again only when `within` has passed since.
  void told(std::string_view who, platform::Instant happened);

  void forgetIdle(platform::Instant now);
  void forgetOldest();                                 // who did nothing for the longest time
  std::size_t kept() const noexcept { return kept_; }  // in moments and patients

 private:
  struct Counted {
    std::string who, personType;
    platform::Instant last{};
    platform::Instant quietUntil = platform::Instant::min();
    std::deque<platform::Instant> moments;  // in order
    PatientsMet patients;

    std::size_t kept() const noexcept { return 1 + moments.size() + patients.kept(); }
  };

  Counted& countedOf(std::string_view who, const Act&);
  void countMoment(Counted&, platform::Instant) const;
  fhir::Result<fhir::Done> countPatients(Counted&, const Act&, const Related&) const;
  std::optional<Excess> excessOf(const Counted&) const;

  const Rule& rule_;
  std::list<Counted> counted_;  // who did nothing for the longest time is the first
  std::unordered_map<std::string_view, std::list<Counted>::iterator> byWho_;
  std::size_t kept_ = 0;
};

}  // namespace audit
