#include <array>
#include <memory_resource>

#include "fhir/fhirpath/characters.h"
#include "fhir/fhirpath/regex.h"

namespace fhir::fhirpath {

// Whether there is a match: all ways through the program side by side, one character at a time. Which match
// it is and what its groups hold is not asked, so a way is no more than its place in the program, and the
// first match ends the search.
class RegexSearch {
 public:
  RegexSearch(const Regex& regex, std::string_view text, bool full)
      : regex_(regex),
        text_(text),
        isFull_(full),
        startsOnce_(full || regex.startsAtBeginning_),
        seen_(regex.program_.size(), 0, &memory_) {}

  // What it says means nothing once it has taken too many steps.
  bool run() {
    for (std::size_t at = 0; work_ <= Regex::maxWork;) {
      if (current_.empty()) {
        if (at > 0 && startsOnce_) return false;
        if (!startsOnce_) at = nextStart(at);
      }
      if (at == 0 || !startsOnce_) follow(0, at, current_);
      if (matched_) return true;
      if (at == text_.size()) return false;
      at = take(at);
      if (matched_) return true;
    }
    return false;
  }

  std::uint64_t work() const noexcept { return work_; }

 private:
  using Places = std::pmr::vector<std::uint32_t>;

  std::size_t nextStart(std::size_t at) noexcept {
    const std::size_t next = regex_.nextStart(text_, at);
    constexpr std::size_t bytesOfAStep = 8;
    work_ += (next - at) / bytesOfAStep;
    return next;
  }

  // Goes on with the ways that the character at `at` leaves open; returns where the next one begins.
  std::size_t take(std::size_t at) {
    std::size_t size = 1;
    char32_t c = static_cast<unsigned char>(text_[at]);
    if (c >= 0x80) {
      size = characterSize(text_.substr(at));
      c = decode(text_.substr(at, size));
    }
    ++generation_;
    next_.clear();
    for (const std::uint32_t place : current_)
      if (regex_.sets_[regex_.program_[place].first].contains(c)) follow(place + 1, at + size, next_);
    current_.swap(next_);
    return at + size;
  }

  // Adds the places that read the next character and are reached from `place` without reading one.
  void follow(std::uint32_t place, std::size_t at, Places& out) {
    pending_.push_back(place);
    while (!pending_.empty()) {
      const std::uint32_t top = pending_.back();
      pending_.pop_back();
      ++work_;
      if (seen_[top] == generation_) continue;
      seen_[top] = generation_;
      const Regex::Instruction& instruction = regex_.program_[top];
      switch (instruction.op) {
        case Regex::Op::set:
          out.push_back(top);
          break;
        case Regex::Op::match:
          matched_ = matched_ || !isFull_ || at == text_.size();
          break;
        case Regex::Op::split:
          pending_.push_back(instruction.second);
          pending_.push_back(instruction.first);
          break;
        case Regex::Op::jump:
          pending_.push_back(instruction.first);
          break;
        case Regex::Op::save:
          pending_.push_back(top + 1);
          break;
        default:
          if (Regex::holds(instruction.op, text_, at)) pending_.push_back(top + 1);
          break;
      }
    }
  }

  const Regex& regex_;
  std::string_view text_;
  bool isFull_;
  bool startsOnce_;  // a match can begin at the text's beginning only
  bool matched_ = false;
  std::uint64_t work_ = 0;
  std::size_t generation_ = 1;
  std::array<std::byte, 2048> first_;  // enough for most patterns
  std::pmr::monotonic_buffer_resource memory_{first_.data(), first_.size()};
  std::pmr::vector<std::size_t> seen_;  // by place: the last generation that was there
  Places current_{&memory_};
  Places next_{&memory_};
  Places pending_{&memory_};
};

std::optional<bool> Regex::matches(std::string_view text, bool full, std::uint64_t& work) const {
  RegexSearch search(*this, text, full);
  const bool found = search.run();
  work += search.work();
  if (search.work() > maxWork) return std::nullopt;
  return found;
}

}  // namespace fhir::fhirpath
