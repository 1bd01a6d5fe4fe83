#include "src/platform/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

namespace {

namespace log = platform::log;

std::string lineOf(std::string_view message, log::Fields fields) {
  const auto time = std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + std::chrono::milliseconds{5'678};
  return log::line(time, log::Level::info, message, {fields.begin(), fields.size()});
}

// What `body` writes to standard error.
template <class Body>
std::string standardErrorOf(Body body) {
  std::array<int, 2> ends{};
  BOOST_REQUIRE(::pipe(ends.data()) == 0);
  const int saved = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  body();
  log::flush();
  ::dup2(saved, STDERR_FILENO);
  ::close(saved);
  ::close(ends[1]);
  std::string text(4096, '\0');
  const auto count = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_)

BOOST_AUTO_TEST_CASE(a_line_is_one_json_object_with_typed_fields) {
  BOOST_TEST(
      lineOf(
          "request",
          {{"id", "9f3c"}, {"status", 200}, {"bytes", 18446744073709551615U}, {"hit", true}, {"ms", 0.25}}) ==
      R"({"time":"2026-01-02T00:00:05.678Z","level":"info","message":"request",)"
      R"("id":"9f3c","status":200,"bytes":18446744073709551615,"hit":true,"ms":0.25})");
}

BOOST_AUTO_TEST_CASE(no_value_can_begin_a_line_or_a_field) {
  BOOST_TEST(lineOf("a\nb", {{"id", "x\",\"level\":\"error\\\r\x01\x7f"}}) ==
             R"({"time":"2026-01-02T00:00:05.678Z","level":"info","message":"a\u000ab",)"
             R"("id":"x\",\"level\":\"error\\\u000d\u0001\u007f"})");
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_replaced_and_the_rest_kept) {
  const std::string line =
      lineOf("m", {{"a", "gr\xc3\xbc\xc3\x9f"}, {"b", "\xff|\xc3|\xc0\xaf|\xed\xa0\x80|\xf5\x80\x80\x80"}});
  BOOST_TEST(line.find("gr\xc3\xbc\xc3\x9f") != std::string::npos);
  BOOST_TEST(line.find(R"("\ufffd|\ufffd|\ufffd\ufffd|\ufffd\ufffd\ufffd|\ufffd\ufffd\ufffd\ufffd")") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_number_that_json_cannot_write_becomes_null) {
  BOOST_TEST(lineOf("m", {{"n", std::nan("")}, {"i", std::numeric_limits<double>::infinity()}})
                 .ends_with(R"("n":null,"i":null})"));
}

BOOST_AUTO_TEST_CASE(lines_below_the_level_are_not_written) {
  const std::string text = standardErrorOf([] {
    log::setLevel(log::Level::warning);
    log::info("quiet");
    log::warning("loud", {{"n", 1}});
    log::setLevel(log::Level::off);
    log::error("silent");
    log::setLevel(log::Level::info);
  });
  BOOST_TEST(text.find("quiet") == std::string::npos);
  BOOST_TEST(text.find("silent") == std::string::npos);
  BOOST_TEST(text.ends_with("\"level\":\"warning\",\"message\":\"loud\",\"n\":1}\n"));
}

BOOST_AUTO_TEST_SUITE_END()
