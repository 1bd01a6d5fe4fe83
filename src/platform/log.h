// log: one JSON object a line on standard error, through spdlog.
//
//   {"time":"2026-01-02T03:04:05.678Z","level":"info","message":"request","id":"9f3c","status":200}
//
// Never log content of a resource, a search value, a token or anything else about a person: only what the
// server did (interaction, type, status, milliseconds, request id). Text is escaped, so that no value can
// begin a new line or field.
//
// Threading: all functions may be called from any thread; a line is written whole. Errors of the sink are
// dropped.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace platform::log {

enum class Level : std::uint8_t { debug, info, warning, error, off };

// A field's value; text is not copied and must live until the call returns.
class Value {
 public:
  Value(std::string_view text) : value_(text) {}                      // NOLINT(google-explicit-constructor)
  Value(const std::string& text) : value_(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* text) : value_(std::string_view(text)) {}         // NOLINT(google-explicit-constructor)
  Value(bool truth) : value_(truth) {}                                // NOLINT(google-explicit-constructor)
  Value(double number) : value_(number) {}                            // NOLINT(google-explicit-constructor)
  template <std::signed_integral T>
  Value(T number) : value_(static_cast<std::int64_t>(number)) {}  // NOLINT(google-explicit-constructor)
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Value(T number)
      : value_(static_cast<std::uint64_t>(number)) {}  // NOLINT(google-explicit-constructor)

  void appendJson(std::string& out) const;

 private:
  std::variant<std::string_view, bool, double, std::int64_t, std::uint64_t> value_;
};

struct Field {
  std::string_view name;
  Value value;
};

using Fields = std::initializer_list<Field>;

// Sets the least level that is written, for the whole process. Until it is called: info.
void setLevel(Level least);
bool enabled(Level) noexcept;

void write(Level, std::string_view message, std::span<const Field> fields);
// Returns when every line written before the call has left the process.
void flush();

inline void debug(std::string_view message, Fields fields = {}) {
  write(Level::debug, message, {fields.begin(), fields.size()});
}
inline void info(std::string_view message, Fields fields = {}) {
  write(Level::info, message, {fields.begin(), fields.size()});
}
inline void warning(std::string_view message, Fields fields = {}) {
  write(Level::warning, message, {fields.begin(), fields.size()});
}
inline void error(std::string_view message, Fields fields = {}) {
  write(Level::error, message, {fields.begin(), fields.size()});
}

// The line without its end; for write() and its test.
std::string line(std::chrono::system_clock::time_point, Level, std::string_view message,
                 std::span<const Field> fields);

// "debug", "info", "warning", "error", "off".
std::string_view name(Level) noexcept;

}  // namespace platform::log
