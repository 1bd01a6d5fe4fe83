// Problems: what is wrong with the parameters of a query, collected as they are read.
//
// Threading: one thread.
#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/model/outcome.h"

namespace fhir::search {

class Problems {
 public:
  // lenient: what may be left out is a warning (Prefer: handling=lenient).
  explicit Problems(bool lenient) : lenient_(lenient) {}

  // The parameter, as sent, that what follows is about. The name must live as long as it is.
  void about(std::string_view name) { name_ = name; }
  std::string_view name() const noexcept { return name_; }
  bool lenient() const noexcept { return lenient_; }

  void refuse(IssueType type, std::string text) {
    errors_.add(Severity::error, type, std::move(text), std::string(name_));
  }
  // An error, or with lenient handling a parameter that is left out.
  void leaveOut(IssueType type, std::string text) {
    if (!lenient_) return refuse(type, std::move(text));
    leftOut_.push_back({Severity::warning, type, std::move(text), std::string(name_)});
  }
  // The same of a parameter that is not known at all.
  void leaveOutUnknown(std::string text) {
    namesUnknown_ = true;
    leaveOut(IssueType::notSupported, std::move(text));
  }
  // Whether all that was told is that some parameter is not known.
  bool namesUnknown() const noexcept { return namesUnknown_; }
  void append(const Outcome& outcome) { errors_.append(outcome); }
  void append(Problems&& other) {
    errors_.append(other.errors_);
    leftOut_.insert(leftOut_.end(), std::make_move_iterator(other.leftOut_.begin()),
                    std::make_move_iterator(other.leftOut_.end()));
  }

  std::size_t count() const noexcept { return errors_.issues().size(); }
  Outcome takeErrors() { return std::exchange(errors_, Outcome()); }
  std::vector<Issue> takeLeftOut() { return std::exchange(leftOut_, {}); }

 private:
  bool lenient_;
  bool namesUnknown_ = false;
  std::string_view name_;
  Outcome errors_;
  std::vector<Issue> leftOut_;
};

// A name between quotes, for messages.
inline std::string quoted(std::string_view name) {
  return "'" + std::string(name) + "'";
}

}  // namespace fhir::search
