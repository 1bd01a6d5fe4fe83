#include "src/platform/log.h"

#include <fmt/compile.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <memory>

#include "src/platform/instant.h"
#include "src/platform/log_sink.h"

namespace platform::log {
namespace {

// The length of the valid UTF-8 sequence at the start of `text`; 0 when there is none (RFC 3629).
std::size_t sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;  // overlong, surrogates
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
    return 0;  // overlong, past U+10FFFF
  return length;
}

void appendEscaped(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t length = sequence(text);
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

// The one logger of the process: a log is where everybody's lines meet.
std::atomic<Level> leastLevel{Level::info};

spdlog::logger& logger() {
  static const auto one = [] {
    return std::make_unique<spdlog::logger>("hvfhir", std::make_shared<BufferedSink>(STDERR_FILENO));
  }();
  return *one;
}

}  // namespace

void Value::appendJson(std::string& out) const {
  struct Writer {
    std::string& out;
    void operator()(std::string_view text) const { appendEscaped(out, text); }
    void operator()(bool truth) const { out += truth ? "true" : "false"; }
    void operator()(double number) const {
      out += std::isfinite(number) ? fmt::format(FMT_COMPILE("{}"), number) : "null";
    }
    void operator()(std::int64_t number) const { out += fmt::format_int(number).c_str(); }
    void operator()(std::uint64_t number) const { out += fmt::format_int(number).c_str(); }
  };
  std::visit(Writer{out}, value_);
}

std::string_view name(Level level) noexcept {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
    case Level::off:
      return "off";
  }
  return {};
}

void setLevel(Level least) {
  leastLevel.store(least, std::memory_order_relaxed);
}

bool enabled(Level level) noexcept {
  return level >= leastLevel.load(std::memory_order_relaxed) && level != Level::off;
}

void write(Level level, std::string_view message, std::span<const Field> fields) {
  if (!enabled(level)) return;
  logger().log(level >= Level::warning ? spdlog::level::warn : spdlog::level::info,
               line(std::chrono::system_clock::now(), level, message, fields));
}

void flush() {
  logger().flush();
}

std::string line(std::chrono::system_clock::time_point time, Level level, std::string_view message,
                 std::span<const Field> fields) {
  std::string out = "{\"time\":\"" + formatMilliseconds(std::chrono::floor<std::chrono::microseconds>(time)) +
                    "\",\"level\":\"";
  out += name(level);
  out += "\",\"message\":";
  appendEscaped(out, message);
  for (const Field& field : fields) {
    out += ',';
    appendEscaped(out, field.name);
    out += ':';
    field.value.appendJson(out);
  }
  out += '}';
  return out;
}

}  // namespace platform::log
