// What a Secret promises of its memory. What would end the program is tried in a child process.
#include "src/keys/secret.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fstream>
#include <functional>
#include <new>
#include <string>

#include "src/keys/process.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // its runtime answers for mlock() and SIGSEGV
#else
constexpr bool kSanitized = false;
#endif

namespace keys::test {
namespace {

// The code with which a child ends that does this; the signal's number negated when one ends it.
int inChild(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

// Of the mapping that the address is in, its line in smaps that begins so.
std::string smaps(const void* address, const std::string& line) {
  std::ifstream file("/proc/self/smaps");
  bool within = false;
  for (std::string text; std::getline(file, text);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    if (std::sscanf(text.c_str(), "%lx-%lx ", &begin, &end) == 2) {
      const auto wanted = reinterpret_cast<std::uintptr_t>(address);
      within = begin <= wanted && wanted < end;
    }
    if (within && text.starts_with(line)) return text;
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_secret)

BOOST_AUTO_TEST_CASE(is_random_or_a_copy) {
  const Secret a = Secret::random();
  const Secret b = Secret::random();
  BOOST_TEST(!std::ranges::equal(a.bytes(), b.bytes()));
  std::array<std::uint8_t, Secret::size> bytes{};
  bytes[0] = 1;
  bytes[31] = 255;
  const Secret copy = Secret::copyOf(bytes);
  BOOST_TEST(std::ranges::equal(copy.bytes(), bytes));
}

BOOST_AUTO_TEST_CASE(is_locked_and_left_out_of_core_dumps) {
  const Secret secret = Secret::random();
  const std::string flags = smaps(secret.bytes().data(), "VmFlags:");
  BOOST_TEST(flags.find(" dd") != std::string::npos, flags);
  if (!kSanitized) BOOST_TEST(flags.find(" lo") != std::string::npos, flags);
}

BOOST_AUTO_TEST_CASE(cannot_be_written_nor_read_beyond) {
  const Secret secret = Secret::random();
  const std::uint8_t* bytes = secret.bytes().data();
  const auto ends = [](const std::function<int()>& work) {
    const int code = inChild([&] {
      // A sanitizer would tell of it at length.
      dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
      std::signal(SIGSEGV, SIG_DFL);
      return work();
    });
    return code == -SIGSEGV || code == -SIGBUS;
  };
  BOOST_TEST(ends([&] {
    *const_cast<volatile std::uint8_t*>(bytes) = 1;
    return 0;
  }));
  BOOST_TEST(ends([&] { return static_cast<const volatile std::uint8_t*>(bytes)[Secret::size] & 0; }));
}

BOOST_AUTO_TEST_CASE(is_not_made_where_memory_cannot_be_locked) {
  if (kSanitized) return;
  const int code = inChild([] {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_MEMLOCK, &none);
    if (geteuid() == 0 && setuid(65534) != 0) return 1;  // root is above the limit
    try {
      static_cast<void>(Secret::random());
    } catch (const std::bad_alloc&) {
      return 42;
    }
    return 2;
  });
  BOOST_TEST(code == 42);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_process_that_keeps_its_secrets_dumps_no_core) {
  const int code = inChild([] {
    const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &all);
    keepSecretsInMemory();
    rlimit now{1, 1};
    getrlimit(RLIMIT_CORE, &now);
    return now.rlim_cur == 0 && now.rlim_max == 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 42 : 1;
  });
  BOOST_TEST(code == 42);
}

}  // namespace keys::test
