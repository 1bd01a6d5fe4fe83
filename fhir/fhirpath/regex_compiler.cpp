#include <algorithm>
#include <limits>

#include "fhir/fhirpath/characters.h"
#include "fhir/fhirpath/regex.h"

namespace fhir::fhirpath {
namespace {

constexpr int maxNesting = 100;
constexpr std::uint32_t maxGroups = 9;
constexpr char32_t lastCharacter = 0x10FFFF;

}  // namespace

// Recursive descent that emits code as it goes; a repeated piece is copied behind itself.
class RegexCompiler {
 public:
  RegexCompiler(std::string_view pattern, std::size_t most) : rest_(pattern), most_(most) {}

  std::optional<Regex> run() {
    emit(Regex::Op::save, 0);
    if (!alternatives() || !rest_.empty()) return std::nullopt;
    emit(Regex::Op::save, 1);
    emit(Regex::Op::match);
    if (regex_.program_.size() > most_) return std::nullopt;
    regex_.findStarts();
    return std::move(regex_);
  }

 private:
  using Op = Regex::Op;
  using Set = Regex::Set;

  std::uint32_t here() const noexcept { return static_cast<std::uint32_t>(regex_.program_.size()); }
  std::uint32_t emit(Op op, std::uint32_t first = 0, std::uint32_t second = 0) {
    regex_.program_.push_back({op, first, second});
    return here() - 1;
  }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view prefix) {
    if (!rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }
  char32_t character() {
    const std::size_t size = characterSize(rest_);
    const char32_t c = decode(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return c;
  }

  // Moves the code from `from` on by one place, for an instruction in front of it.
  void insert(std::uint32_t from, Regex::Instruction instruction) {
    auto& program = regex_.program_;
    program.insert(program.begin() + from, instruction);
    for (std::uint32_t i = from + 1; i < here(); ++i) {
      const bool jumps = program[i].op == Op::split || program[i].op == Op::jump;
      if (!jumps) continue;
      if (program[i].first >= from) ++program[i].first;
      if (program[i].op == Op::split && program[i].second >= from) ++program[i].second;
    }
  }

  bool alternatives() {
    std::vector<std::uint32_t> jumps;
    for (;;) {
      const std::uint32_t start = here();
      if (!sequence()) return false;
      if (!take('|')) break;
      insert(start, {Op::split, start + 1, 0});
      jumps.push_back(emit(Op::jump));
      regex_.program_[start].second = here();
    }
    for (const std::uint32_t jump : jumps) regex_.program_[jump].first = here();
    return true;
  }

  bool sequence() {
    while (!rest_.empty() && rest_[0] != '|' && rest_[0] != ')') {
      const std::uint32_t start = here();
      if (!atom() || !quantifiers(start) || here() > most_) return false;
    }
    return true;
  }

  bool atom() {
    if (take('(')) return group();
    if (take('[')) return set();
    if (take('^')) return emit(Op::start), true;
    if (take('$')) return emit(Op::end), true;
    if (take('.')) return emitSet(Set{{{0, lastCharacter}}, false});
    if (take('\\')) return escape();
    if (std::string_view("*+?").find(rest_[0]) != std::string_view::npos) return false;
    const char32_t c = character();
    return emitSet(Set{{{c, c}}, false});
  }

  bool group() {
    std::uint32_t number = 0;
    if (!take("?:")) {
      if (rest_.starts_with('?')) return false;
      if (groups_ < maxGroups) number = ++groups_;
    }
    if (number > 0) emit(Op::save, number * 2);
    if (++nesting_ > maxNesting || !alternatives() || !take(')')) return false;
    --nesting_;
    if (number > 0) emit(Op::save, number * 2 + 1);
    return true;
  }

  bool emitSet(Set set) {
    for (char32_t c = 0; c < set.ascii.size(); ++c) set.ascii[c] = set.isInRanges(c);
    regex_.sets_.push_back(std::move(set));
    emit(Op::set, static_cast<std::uint32_t>(regex_.sets_.size() - 1));
    return true;
  }

  static bool named(char32_t name, Set& set) {
    switch (name) {
      case 'd':
      case 'D':
        set.ranges = {{'0', '9'}};
        break;
      case 'w':
      case 'W':
        set.ranges = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
        break;
      case 's':
      case 'S':
        set.ranges = {{'\t', '\r'}, {' ', ' '},       {0x85, 0x85},
                      {0xA0, 0xA0}, {0x2000, 0x200A}, {0x2028, 0x2029}};
        break;
      default:
        return false;
    }
    set.negated = name < 'a';
    return true;
  }

  bool hexadecimal(std::size_t count, char32_t& c) {
    c = 0;
    for (; count > 0; --count) {
      if (rest_.empty()) return false;
      const std::size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(rest_[0] | 0x20));
      if (digit == std::string_view::npos) return false;
      c = c * 16 + static_cast<char32_t>(digit);
      rest_.remove_prefix(1);
    }
    return true;
  }

  // A character after a backslash that stands for one character.
  bool escaped(char32_t& c) {
    if (rest_.empty()) return false;
    c = character();
    if (c == 'u') return hexadecimal(4, c);
    if (c == 'x') return hexadecimal(2, c);
    constexpr std::string_view names = "ntrfv0";
    constexpr std::string_view values("\n\t\r\f\v\0", 6);
    if (c < 0x80) {
      if (const std::size_t i = names.find(static_cast<char>(c)); i != std::string_view::npos) {
        c = static_cast<unsigned char>(values[i]);
        return true;
      }
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '1' && c <= '9');
      return !letter;
    }
    return true;
  }

  bool escape() {
    if (rest_.empty()) return false;
    if (take('b')) return emit(Op::boundary), true;
    if (take('B')) return emit(Op::noBoundary), true;
    if (Set set; named(static_cast<unsigned char>(rest_[0]), set)) {
      rest_.remove_prefix(1);
      return emitSet(std::move(set));
    }
    char32_t c = 0;
    return escaped(c) && emitSet(Set{{{c, c}}, false});
  }

  static void addNegated(const Set& named, Set& out) {
    char32_t next = 0;
    for (const auto& [first, last] : named.ranges) {
      if (first > next) out.ranges.push_back({next, first - 1});
      next = last + 1;
    }
    out.ranges.push_back({next, lastCharacter});
  }

  bool setMember(Set& out, char32_t& c, bool& single) {
    single = true;
    if (!take('\\')) {
      c = character();
      return true;
    }
    if (rest_.empty()) return false;
    if (Set inner; named(static_cast<unsigned char>(rest_[0]), inner)) {
      rest_.remove_prefix(1);
      single = false;
      if (inner.negated)
        addNegated(inner, out);
      else
        out.ranges.insert(out.ranges.end(), inner.ranges.begin(), inner.ranges.end());
      return true;
    }
    return escaped(c);
  }

  bool set() {
    Set out;
    out.negated = take('^');
    for (bool first = true; !rest_.starts_with(']') || first; first = false) {
      if (rest_.empty()) return false;
      char32_t low = 0;
      bool single = false;
      if (!setMember(out, low, single)) return false;
      if (!single) continue;
      char32_t high = low;
      if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
        rest_.remove_prefix(1);
        if (!setMember(out, high, single) || !single || high < low) return false;
      }
      out.ranges.push_back({low, high});
    }
    rest_.remove_prefix(1);
    return emitSet(std::move(out));
  }

  bool number(std::uint32_t& value) {
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (end == 0 || end > 5) return false;
    value = 0;
    for (const char c : rest_.substr(0, end)) value = value * 10 + static_cast<std::uint32_t>(c - '0');
    rest_.remove_prefix(end);
    return true;
  }

  bool quantifiers(std::uint32_t start) {
    constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t least = 1;
    std::uint32_t most = 1;
    if (take('*')) {
      least = 0;
      most = unlimited;
    } else if (take('+')) {
      most = unlimited;
    } else if (take('?')) {
      least = 0;
    } else if (rest_.size() > 1 && rest_[0] == '{' && rest_[1] >= '0' && rest_[1] <= '9') {
      rest_.remove_prefix(1);
      if (!number(least)) return false;
      most = least;
      if (take(',')) {
        most = unlimited;
        if (!rest_.starts_with('}') && !number(most)) return false;
      }
      if (!take('}') || most < least) return false;
    } else {
      return true;
    }
    const bool lazy = take('?');
    return repeat(start, least, most, most == unlimited, lazy);
  }

  // The piece from `start` to here, `least` to `most` times.
  bool repeat(std::uint32_t start, std::uint32_t least, std::uint32_t most, bool endless, bool lazy) {
    auto& program = regex_.program_;
    const std::vector<Regex::Instruction> piece(program.begin() + start, program.end());
    const std::size_t copies = endless ? std::max<std::uint32_t>(least, 1) : most;
    if (copies * (piece.size() + 2) > most_) return false;
    program.resize(start);
    const auto copy = [&] {
      const std::uint32_t offset = here() - start;
      for (Regex::Instruction instruction : piece) {
        if (instruction.op == Op::split || instruction.op == Op::jump) instruction.first += offset;
        if (instruction.op == Op::split) instruction.second += offset;
        program.push_back(instruction);
      }
    };
    const auto branch = [&](std::uint32_t at, std::uint32_t into, std::uint32_t past) {
      program[at].first = lazy ? past : into;
      program[at].second = lazy ? into : past;
    };
    for (std::uint32_t i = 0; i < least; ++i) copy();
    if (endless) {
      const std::uint32_t split = emit(Op::split);
      copy();
      emit(Op::jump, split);
      branch(split, split + 1, here());
      return true;
    }
    std::vector<std::uint32_t> splits;
    for (std::uint32_t i = least; i < most; ++i) {
      splits.push_back(emit(Op::split));
      copy();
    }
    for (const std::uint32_t split : splits) branch(split, split + 1, here());
    return true;
  }

  std::string_view rest_;
  std::size_t most_;
  Regex regex_;
  int nesting_ = 0;
  std::uint32_t groups_ = 0;
};

std::optional<Regex> Regex::compile(std::string_view pattern, std::size_t most) {
  return RegexCompiler(pattern, most).run();
}

// Looks at all that is reached from the program's beginning without reading a character.
void Regex::findStarts() {
  constexpr std::size_t firstOfOthers = 0x80;
  std::vector<bool> seen(program_.size(), false);
  std::vector<std::uint32_t> pending{0};
  while (!pending.empty()) {
    const std::uint32_t at = pending.back();
    pending.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    const Instruction& instruction = program_[at];
    switch (instruction.op) {
      case Op::set: {
        const Set& set = sets_[instruction.first];
        for (std::size_t c = 0; c < set.ascii.size(); ++c)
          if (set.ascii[c]) starts_.set(c);
        if (set.hasOthers())
          for (std::size_t byte = firstOfOthers; byte < starts_.size(); ++byte) starts_.set(byte);
        break;
      }
      case Op::split:
        pending.push_back(instruction.first);
        pending.push_back(instruction.second);
        break;
      case Op::jump:
        pending.push_back(instruction.first);
        break;
      case Op::save:
        pending.push_back(at + 1);
        break;
      default:
        startsAnywhere_ = true;
        break;
    }
  }
  const auto first = std::find_if(program_.begin(), program_.end(),
                                  [](const Instruction& each) { return each.op != Op::save; });
  startsAtBeginning_ = first->op == Op::start;
}

}  // namespace fhir::fhirpath
