#include "src/platform/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/logger.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

namespace {

// A log into a pipe.
struct Piped {
  Piped() {
    BOOST_REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    logger = std::make_unique<spdlog::logger>("test", std::make_shared<platform::log::BufferedSink>(ends[1]));
  }
  ~Piped() {
    logger.reset();
    close(ends[0]);
    close(ends[1]);
  }
  Piped(const Piped&) = delete;
  Piped& operator=(const Piped&) = delete;

  // What one read finds, once there is anything.
  std::string next() const {
    pollfd readable{ends[0], POLLIN, 0};
    BOOST_REQUIRE(poll(&readable, 1, 10'000) == 1);
    std::string text(1 << 17, '\0');
    const ssize_t size = read(ends[0], text.data(), text.size());
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

  std::array<int, 2> ends{};
  std::unique_ptr<spdlog::logger> logger;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_sink)

BOOST_AUTO_TEST_CASE(a_line_is_written_though_no_other_follows) {
  const Piped log;
  log.logger->info("one");
  BOOST_TEST(log.next() == "one\n");
  log.logger->info("two");
  BOOST_TEST(log.next() == "two\n");
}

BOOST_AUTO_TEST_CASE(a_warning_is_written_at_once_after_all_that_waited) {
  const Piped log;
  log.logger->info("one");
  log.logger->warn("two");
  std::string all;
  while (all.size() < 8) all += log.next();
  BOOST_TEST(all == "one\ntwo\n");
}

BOOST_AUTO_TEST_CASE(a_full_buffer_is_written_and_nothing_of_it_lost) {
  const Piped log;
  const std::string line(32 * 1024 - 1, 'x');
  log.logger->info(line);
  log.logger->info(line);
  std::string all;
  while (all.size() < 64 * 1024) all += log.next();
  BOOST_TEST((all == line + "\n" + line + "\n"));
}

BOOST_AUTO_TEST_CASE(the_end_writes_what_is_left) {
  Piped log;
  log.logger->info("last");
  log.logger.reset();
  BOOST_TEST(log.next() == "last\n");
}

BOOST_AUTO_TEST_SUITE_END()
