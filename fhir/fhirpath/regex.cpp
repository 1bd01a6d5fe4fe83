#include "fhir/fhirpath/regex.h"

#include <algorithm>
#include <array>

#include "fhir/fhirpath/characters.h"

namespace fhir::fhirpath {
namespace {

constexpr std::size_t nowhere = std::string_view::npos;

bool isWord(char32_t c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool isBoundary(std::string_view text, std::size_t at) noexcept {
  const bool before = at > 0 && isWord(static_cast<unsigned char>(text[at - 1]));
  const bool after = at < text.size() && isWord(static_cast<unsigned char>(text[at]));
  return before != after;
}

}  // namespace

bool Regex::Set::isInRanges(char32_t c) const noexcept {
  const bool inside = std::any_of(ranges.begin(), ranges.end(),
                                  [&](const auto& range) { return c >= range.first && c <= range.second; });
  return inside != negated;
}

bool Regex::Set::hasOthers() const noexcept {
  return negated || std::any_of(ranges.begin(), ranges.end(),
                                [&](const auto& range) { return range.second >= ascii.size(); });
}

bool Regex::holds(Op op, std::string_view text, std::size_t at) noexcept {
  switch (op) {
    case Op::start:
      return at == 0;
    case Op::end:
      return at == text.size();
    case Op::boundary:
      return isBoundary(text, at);
    default:
      return !isBoundary(text, at);
  }
}

std::size_t Regex::nextStart(std::string_view text, std::size_t at) const noexcept {
  if (startsAnywhere_) return at;
  while (at < text.size() && !starts_[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

// Follows all ways through the program side by side, one character at a time; an earlier thread wins.
class RegexMatcher {
 public:
  using Groups = std::array<std::size_t, 20>;

  RegexMatcher(const Regex& regex, std::string_view text)
      : regex_(regex), text_(text), seen_(regex.program_.size(), nowhere) {}

  // All that was asked of this matcher took too many steps.
  bool exhausted() const noexcept { return work_ > Regex::maxWork; }
  std::uint64_t work() const noexcept { return work_; }

  // The leftmost match that starts at `from` or later.
  bool find(std::size_t from, Groups& found) {
    bool matched = false;
    std::vector<Thread> current;
    std::vector<Thread> next;
    std::fill(seen_.begin(), seen_.end(), nowhere);
    work_ += seen_.size() / 8;
    for (std::size_t at = from; !exhausted(); at += size_) {
      if (!matched && current.empty()) at = regex_.nextStart(text_, at);
      if (!matched) {
        Thread thread;
        thread.groups.fill(nowhere);
        follow(thread, at, current);
      }
      if (current.empty() && matched) break;
      size_ = characterSize(text_.substr(at));
      const char32_t c = decode(text_.substr(at, size_));
      next.clear();
      ++generation_;
      for (const Thread& thread : current) {
        const Regex::Instruction& instruction = regex_.program_[thread.at];
        if (instruction.op == Regex::Op::match) {
          matched = true;
          found = thread.groups;
          break;
        }
        if (size_ == 0 || !regex_.sets_[instruction.first].contains(c)) continue;
        Thread moved = thread;
        ++moved.at;
        follow(moved, at + size_, next);
      }
      current.swap(next);
      if (size_ == 0) break;
    }
    return matched;
  }

 private:
  struct Thread {
    std::uint32_t at = 0;
    Groups groups{};
  };

  // Adds the threads that `thread` becomes without reading a character, in order of preference.
  void follow(const Thread& thread, std::size_t at, std::vector<Thread>& out) {
    pending_.push_back(thread);
    while (!pending_.empty()) {
      Thread top = pending_.back();
      pending_.pop_back();
      ++work_;
      if (seen_[top.at] == generation_) continue;
      seen_[top.at] = generation_;
      const Regex::Instruction& instruction = regex_.program_[top.at];
      switch (instruction.op) {
        case Regex::Op::set:
        case Regex::Op::match:
          out.push_back(top);
          break;
        case Regex::Op::split:
          pending_.push_back(top);
          pending_.back().at = instruction.second;
          pending_.push_back(top);
          pending_.back().at = instruction.first;
          break;
        case Regex::Op::jump:
          top.at = instruction.first;
          pending_.push_back(top);
          break;
        case Regex::Op::save:
          top.groups[instruction.first] = at;
          ++top.at;
          pending_.push_back(top);
          break;
        default:
          if (!Regex::holds(instruction.op, text_, at)) break;
          ++top.at;
          pending_.push_back(top);
          break;
      }
    }
  }

  const Regex& regex_;
  std::string_view text_;
  std::vector<std::size_t> seen_;
  std::vector<Thread> pending_;
  std::uint64_t work_ = 0;
  std::size_t generation_ = 0;
  std::size_t size_ = 0;
};

std::optional<std::string> Regex::replace(std::string_view text, std::string_view substitution,
                                          std::size_t limit, std::uint64_t& work) const {
  RegexMatcher matcher(*this, text);
  RegexMatcher::Groups groups{};
  std::string out;
  std::size_t at = 0;
  while (at <= text.size() && matcher.find(at, groups)) {
    out += text.substr(at, groups[0] - at);
    for (std::size_t i = 0; i < substitution.size(); ++i) {
      const bool more = i + 1 < substitution.size();
      if (more && substitution[i] == '\\') {
        out.push_back(substitution[++i]);
      } else if (more && substitution[i] == '$' && substitution[i + 1] >= '0' && substitution[i + 1] <= '9') {
        const auto group = static_cast<std::size_t>(substitution[++i] - '0') * 2;
        if (groups[group] != nowhere && groups[group + 1] != nowhere)
          out += text.substr(groups[group], groups[group + 1] - groups[group]);
      } else {
        out.push_back(substitution[i]);
      }
    }
    if (out.size() > limit) break;
    at = groups[1];
    if (groups[1] == groups[0]) {
      const std::size_t size = characterSize(text.substr(at));
      out += text.substr(at, size);
      at += std::max<std::size_t>(size, 1);
    }
  }
  work += matcher.work();
  if (at < text.size()) out += text.substr(at);
  if (out.size() > limit || matcher.exhausted()) return std::nullopt;
  return out;
}

}  // namespace fhir::fhirpath
