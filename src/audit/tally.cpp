#include "src/audit/tally.h"

#include <algorithm>

namespace audit {
namespace {

using platform::Instant;

constexpr std::size_t kMostRelated = 1000;

}  // namespace

void PatientsMet::meet(std::string_view patient, Instant time, std::size_t most) {
  const auto known = met_.find(std::string(patient));
  if (known == met_.end()) {
    if (met_.size() >= most && time < oldest()) time = newest();
    byTime_.emplace(time, met_.emplace(patient, Met{time}).first->first);
  } else if (time > known->second.time) {
    byTime_.erase({known->second.time, known->first});
    known->second.time = time;
    byTime_.emplace(time, known->first);
  }
}

void PatientsMet::forgetOldest() {
  const auto first = byTime_.begin();
  const std::string patient(first->second);
  byTime_.erase(first);
  met_.erase(patient);
}

void PatientsMet::forgetBefore(Instant time) {
  while (!byTime_.empty() && oldest() < time) forgetOldest();
}

std::vector<std::string> PatientsMet::unasked() const {
  std::vector<std::string> out;
  for (const auto& [patient, met] : met_) {
    if (!met.isAsked) out.push_back(patient);
  }
  return out;
}

void PatientsMet::answer(const std::vector<std::string>& related, Instant until) {
  for (auto& [patient, met] : met_) met.isAsked = true;
  for (const std::string& patient : related) {
    const auto found = met_.find(patient);
    if (found == met_.end()) continue;
    byTime_.erase({found->second.time, found->first});
    met_.erase(found);
    if (related_.insert_or_assign(patient, until).second) relatedInOrder_.push_back(patient);
    if (relatedInOrder_.size() <= kMostRelated) continue;
    related_.erase(relatedInOrder_.front());
    relatedInOrder_.pop_front();
  }
}

bool PatientsMet::isRelated(std::string_view patient, Instant time) const {
  if (related_.empty()) return false;
  const auto found = related_.find(std::string(patient));
  return found != related_.end() && time < found->second;
}

Tally::Counted& Tally::countedOf(std::string_view who, const Act& act) {
  auto found = byWho_.find(who);
  if (found == byWho_.end()) {
    counted_.emplace_back();
    counted_.back().who = who;
    counted_.back().personType = act.personType;
    kept_ += counted_.back().kept();
    found = byWho_.emplace(counted_.back().who, std::prev(counted_.end())).first;
  } else {
    counted_.splice(counted_.end(), counted_, found->second);
  }
  Counted& out = *found->second;
  out.last = std::max(out.last, act.time);
  return out;
}

void Tally::countMoment(Counted& of, Instant time) const {
  auto& moments = of.moments;
  const std::size_t most = std::size_t{rule_.moreThan} + 1;
  if (!moments.empty() &&
      ((moments.size() >= most && time < moments.front()) || time <= moments.back() - rule_.within))
    time = moments.back();
  moments.insert(std::upper_bound(moments.begin(), moments.end(), time), time);
  while (moments.size() > most || moments.front() <= moments.back() - rule_.within) moments.pop_front();
}

fhir::Result<fhir::Done> Tally::countPatients(Counted& of, const Act& act, const Related& related) const {
  PatientsMet& met = of.patients;
  const std::size_t most = std::size_t{rule_.moreThan} + 1;
  Instant time = act.time;
  if (met.size() > 0 && time <= met.newest() - rule_.within) time = met.newest();
  for (const std::string_view patient : act.patients) {
    if (met.isRelated(patient, time)) continue;
    met.meet(patient, time, most);
    // Of whom it may have to be asked all are kept until then.
    if (!rule_.unrelated() && met.size() > most) met.forgetOldest();
  }
  if (met.size() > 0) met.forgetBefore(met.newest() - rule_.within + std::chrono::microseconds(1));
  if (!rule_.unrelated() || met.size() < most) return fhir::Done{};
  if (const auto unasked = met.unasked(); !unasked.empty()) {
    const auto answered = related(of.who, unasked, time);
    if (!answered) return answered.outcome();
    met.answer(*answered, time + rule_.within);
  }
  while (met.size() > most) met.forgetOldest();
  return fhir::Done{};
}

std::optional<Excess> Tally::excessOf(const Counted& of) const {
  const bool patients = rule_.countsPatients;
  const std::size_t size = patients ? of.patients.size() : of.moments.size();
  if (size <= rule_.moreThan) return std::nullopt;
  Excess out{of.who, of.personType, patients ? of.patients.oldest() : of.moments.front(),
             patients ? of.patients.newest() : of.moments.back()};
  if (out.until < of.quietUntil) return std::nullopt;
  return out;
}

fhir::Result<std::optional<Excess>> Tally::count(const Act& act, const Related& related) {
  const std::string_view who = rule_.whoOf(act);
  if (who.empty()) return std::optional<Excess>();
  Counted& of = countedOf(who, act);
  const std::size_t before = of.kept();
  if (rule_.countsPatients) {
    if (auto counted = countPatients(of, act, related); !counted) return std::move(counted).outcome();
  } else {
    countMoment(of, act.time);
  }
  kept_ += of.kept() - before;
  return excessOf(of);
}

void Tally::told(std::string_view who, Instant happened) {
  if (const auto found = byWho_.find(who); found != byWho_.end())
    found->second->quietUntil = std::max(found->second->quietUntil, happened + rule_.within);
}

void Tally::forgetOldest() {
  if (counted_.empty()) return;
  kept_ -= counted_.front().kept();
  byWho_.erase(counted_.front().who);
  counted_.pop_front();
}

void Tally::forgetIdle(Instant now) {
  while (!counted_.empty() && counted_.front().last <= now - rule_.within) forgetOldest();
}

}  // namespace audit
