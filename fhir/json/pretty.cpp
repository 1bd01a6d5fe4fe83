#include <algorithm>
#include <utility>

#include "fhir/json/json.h"

namespace fhir::json {
namespace {

constexpr bool isWhite(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// The position behind the string that opens at `at`.
std::size_t endOfString(std::string_view json, std::size_t at) noexcept {
  for (++at; at < json.size() && json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return std::min(at + 1, json.size());
}

class Printer {
 public:
  explicit Printer(std::string_view json) : json_(json) { out_.reserve(json.size() * 2); }

  std::string run() && {
    for (std::size_t at = 0; at < json_.size();) {
      const char c = json_[at];
      if (c == '"') {
        const std::size_t end = endOfString(json_, at);
        out_ += json_.substr(at, end - at);
        at = end;
        continue;
      }
      if (!isWhite(c)) put(c, at);
      ++at;
    }
    return std::move(out_);
  }

 private:
  void put(char c, std::size_t at) {
    const bool closes = c == '}' || c == ']';
    if (closes) {
      if (depth_ > 0) --depth_;
      if (out_.empty() || (out_.back() != '{' && out_.back() != '[')) breakLine();
    }
    out_ += c;
    if (c == ':') out_ += ' ';
    if (c == ',') breakLine();
    if (c != '{' && c != '[') return;
    ++depth_;
    if (!closesNext(at + 1)) breakLine();
  }

  bool closesNext(std::size_t at) const noexcept {
    while (at < json_.size() && isWhite(json_[at])) ++at;
    return at < json_.size() && (json_[at] == '}' || json_[at] == ']');
  }

  void breakLine() {
    out_ += '\n';
    out_.append(depth_ * 2, ' ');
  }

  std::string_view json_;
  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string prettyPrint(std::string_view json) {
  return Printer(json).run();
}

}  // namespace fhir::json
