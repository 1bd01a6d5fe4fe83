#include "src/platform/instant.h"

#include <fmt/compile.h>

namespace platform {
namespace {

using namespace std::chrono;

// Takes fixed-width pieces off the front of a text; once one does not fit, all that follow fail.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool failed() const noexcept { return failed_; }
  bool ended() const noexcept { return rest_.empty(); }

  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) { failed_ |= !skip(c); }

  bool digitFollows() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

  int digit() {
    if (!digitFollows()) {
      failed_ = true;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  int digits(int count) {
    int value = 0;
    for (int i = 0; i < count && !failed_; ++i) value = value * 10 + digit();
    return value;
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

microseconds readFraction(Reader& reader) {
  if (!reader.skip('.')) return microseconds{0};
  int value = 0;
  int width = 0;
  do {
    const int digit = reader.digit();
    if (width < 6) {
      value = value * 10 + digit;
      ++width;
    }
  } while (reader.digitFollows());
  for (; width < 6; ++width) value *= 10;
  return microseconds{value};
}

std::optional<minutes> readOffset(Reader& reader) {
  if (reader.skip('Z')) return minutes{0};
  const bool minus = reader.skip('-');
  if (!minus) reader.expect('+');
  const int hour = reader.digits(2);
  reader.expect(':');
  const int minute = reader.digits(2);
  const minutes offset = hours{hour} + minutes{minute};
  if (reader.failed() || minute > 59 || offset > hours{14}) return std::nullopt;
  return minus ? -offset : offset;
}

std::string formatSeconds(Instant instant) {
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(instant - day)};
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}"), static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

long long fraction(Instant instant) {
  return (instant - floor<seconds>(instant)).count();
}

}  // namespace

Instant now() noexcept {
  return floor<microseconds>(system_clock::now());
}

std::string formatMilliseconds(Instant instant) {
  return fmt::format(FMT_COMPILE("{}.{:03}Z"), formatSeconds(instant), fraction(instant) / 1000);
}

std::string formatMicroseconds(Instant instant) {
  return fmt::format(FMT_COMPILE("{}.{:06}Z"), formatSeconds(instant), fraction(instant));
}

std::optional<Instant> parseInstant(std::string_view text) {
  Reader reader(text);
  const year y{reader.digits(4)};
  reader.expect('-');
  const month m{static_cast<unsigned>(reader.digits(2))};
  reader.expect('-');
  const day d{static_cast<unsigned>(reader.digits(2))};
  reader.expect('T');
  const int hour = reader.digits(2);
  reader.expect(':');
  const int minute = reader.digits(2);
  reader.expect(':');
  const int second = reader.digits(2);
  const microseconds decimals = readFraction(reader);
  const auto offset = readOffset(reader);
  const year_month_day date{y, m, d};
  if (reader.failed() || !reader.ended() || !offset || !date.ok() || y < year{1}) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return sys_days{date} + hours{hour} + minutes{minute} + seconds{second} + decimals - *offset;
}

}  // namespace platform
