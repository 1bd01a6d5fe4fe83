// Passwords: what may be set, and what their hashes promise.
#include "src/smart/people/passwords.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/smart/people/fixture.h"

using fixture::PeopleFixture;
using people::faultOf;
using people::Hasher;
using people::PasswordFault;

namespace {

std::string libsodiumHash(const std::string& password, unsigned long long passes, std::size_t memory,
                          int algorithm) {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  BOOST_REQUIRE(
      crypto_pwhash_str_alg(out.data(), password.data(), password.size(), passes, memory, algorithm) == 0);
  return {out.data()};
}

bool matches(const Hasher& hasher, std::string_view password, const std::optional<std::string>& hash) {
  const auto result = hasher.matches(password, hash);
  BOOST_REQUIRE(result.ok());
  return *result;
}

// The shortest of several: what else the machine does only adds.
std::chrono::nanoseconds timeOf(const auto& work) {
  auto shortest = std::chrono::nanoseconds::max();
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    shortest = std::min<std::chrono::nanoseconds>(shortest, std::chrono::steady_clock::now() - start);
  }
  return shortest;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passwords)

BOOST_AUTO_TEST_CASE(a_password_has_10_to_200_characters_in_any_script) {
  BOOST_TEST((faultOf("nine char", "a@b") == PasswordFault::tooShort));
  BOOST_TEST(!faultOf("ten chars!", "a@b").has_value());
  BOOST_TEST((faultOf("नमस्ते दु", "a@b") == PasswordFault::tooShort));  // 9 code points in 25 bytes
  BOOST_TEST(!faultOf("नमस्ते दुन", "a@b").has_value());
  std::string long200;
  for (int i = 0; i < 100; ++i) long200 += "ab";
  BOOST_TEST(!faultOf(long200, "a@b").has_value());
  BOOST_TEST((faultOf(long200 + "a", "a@b") == PasswordFault::tooLong));
}

BOOST_AUTO_TEST_CASE(what_others_would_try_first_is_refused) {
  BOOST_TEST((faultOf("Asha.Devi@clinic.example", "asha.devi@CLINIC.example") == PasswordFault::isEmail));
  BOOST_TEST((faultOf("asha.devi.long", "asha.devi.long@clinic.example") == PasswordFault::isEmail));
  BOOST_TEST((faultOf("PassWord123", "a@b") == PasswordFault::common));
  BOOST_TEST((faultOf("zzzzzzzzzzzz", "a@b") == PasswordFault::common));
  BOOST_TEST((faultOf("\xff\xfe not utf-8", "a@b") == PasswordFault::notText));
  BOOST_TEST((faultOf(std::string("with a \0 in it", 14), "a@b") == PasswordFault::notText));
}

BOOST_AUTO_TEST_CASE(a_hash_is_argon2id_of_the_password_alone) {
  const Hasher& hasher = PeopleFixture::sharedHasher();
  const auto hash = hasher.hash("correct horse battery");
  BOOST_REQUIRE(hash.ok());
  BOOST_TEST(hash->starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
  BOOST_TEST(*hasher.hash("correct horse battery") != *hash);
  BOOST_TEST(matches(hasher, "correct horse battery", *hash));
  BOOST_TEST(!matches(hasher, "correct horse batterY", *hash));
  BOOST_TEST(!matches(hasher, "", *hash));
}

BOOST_AUTO_TEST_CASE(what_is_no_hash_matches_nothing) {
  const Hasher& hasher = PeopleFixture::sharedHasher();
  for (const char* text : {"", "!", "x", "$argon2id$", "$argon2id$v=19$m=65536,t=2,p=1$", "plain password"}) {
    BOOST_TEST(!matches(hasher, "", text), text);
    BOOST_TEST(!matches(hasher, text, text), text);
  }
  BOOST_TEST(!matches(hasher, "x", std::nullopt));
  BOOST_TEST(!matches(hasher, "x", std::string(100'000, '$')));
}

BOOST_AUTO_TEST_CASE(a_hash_that_would_take_too_much_memory_is_not_tried) {
  people::PasswordLimits limits;
  limits.mostMemory = limits.memory;
  const auto hasher = Hasher::make(limits);
  BOOST_REQUIRE(hasher.ok());
  const std::string big =
      libsodiumHash("correct horse battery", 1, 128U * 1024 * 1024, crypto_pwhash_ALG_ARGON2ID13);
  BOOST_TEST(!matches(*hasher, "correct horse battery", big));
  BOOST_TEST(matches(PeopleFixture::sharedHasher(), "correct horse battery", big));
}

BOOST_AUTO_TEST_CASE(what_was_made_with_less_than_today_s_limits_is_weak) {
  const Hasher& hasher = PeopleFixture::sharedHasher();
  BOOST_TEST(!hasher.isWeak(*hasher.hash("correct horse battery")));
  BOOST_TEST(hasher.isWeak(libsodiumHash("x", 2, 8U * 1024 * 1024, crypto_pwhash_ALG_ARGON2ID13)));
  BOOST_TEST(hasher.isWeak(libsodiumHash("x", 1, 64U * 1024 * 1024, crypto_pwhash_ALG_ARGON2ID13)));
  BOOST_TEST(hasher.isWeak(libsodiumHash("x", 4, 64U * 1024 * 1024, crypto_pwhash_ALG_ARGON2I13)));
  BOOST_TEST(!hasher.isWeak(libsodiumHash("x", 3, 80U * 1024 * 1024, crypto_pwhash_ALG_ARGON2ID13)));
  BOOST_TEST(hasher.isWeak("!"));
}

BOOST_AUTO_TEST_CASE(limits_below_libsodium_s_interactive_ones_are_refused) {
  people::PasswordLimits limits;
  limits.passes = 1;
  BOOST_TEST(!Hasher::make(limits).ok());
  limits = {};
  limits.memory /= 2;
  BOOST_TEST(!Hasher::make(limits).ok());
}

BOOST_AUTO_TEST_CASE(no_user_costs_the_time_of_a_wrong_password) {
  const Hasher& hasher = PeopleFixture::sharedHasher();
  const std::string hash = *hasher.hash("correct horse battery");
  const auto wrong = timeOf([&] { static_cast<void>(matches(hasher, "wrong password", hash)); });
  const auto nobody = timeOf([&] { static_cast<void>(matches(hasher, "wrong password", std::nullopt)); });
  const auto unusable = timeOf([&] { static_cast<void>(matches(hasher, "wrong password", "!")); });
  // Far apart is what must not be: a hash against none is a thousandfold.
  BOOST_TEST(nobody.count() > wrong.count() / 3);
  BOOST_TEST(unusable.count() > wrong.count() / 3);
}

BOOST_AUTO_TEST_CASE(only_so_many_hash_at_once_and_only_so_many_wait) {
  people::PasswordLimits limits;
  limits.atOnce = 1;
  limits.waiting = 1;
  const auto hasher = Hasher::make(limits);
  BOOST_REQUIRE(hasher.ok());
  std::atomic<int> done{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      const auto result = hasher->hash("correct horse battery");
      if (result) ++done;
      if (!result && result.outcome().failure() == fhir::Failure::unavailable) ++refused;
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(done + refused == 8);
  BOOST_TEST(done >= 2);
  BOOST_TEST(refused >= 1);
  BOOST_TEST(hasher->hash("correct horse battery").ok());
}

BOOST_AUTO_TEST_SUITE_END()
