// The PKCS #11 provider's own: a token that is pulled, a PIN that is wrong, keys that are not what they must
// be.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/keys/token_holder.h"

namespace keys::test {

using support::SoftHsm;
using namespace std::chrono_literals;

std::vector<NamedHolder> holders() {
  return {{"token", [] { return std::make_unique<TokenHolder>(); }}};
}

namespace {

std::string made(Provider& by, const Secret& secret = Secret::random()) {
  auto text = by.wrap(secret, "b");
  BOOST_REQUIRE_MESSAGE(text.ok(), refusal(text));
  return std::move(*text);
}

std::string startRefusal(const ProviderOptions& options) {
  const auto made = provider(options);
  if (made.ok()) return "done";
  BOOST_TEST((made.outcome().failure() == fhir::Failure::badRequest));
  return made.outcome().issues().front().diagnostics;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_token_provider)

BOOST_AUTO_TEST_CASE(the_text_names_the_key_and_the_greatest_number_wraps) {
  TokenHolder holder;
  for (const char* label : {"kek.9", "kek.10", "kek.2", "kek.011", "kek.x", "kek.", "kekk", "other"})
    holder.hsm.addKey(label);
  const auto provider = holder.open();
  BOOST_TEST(*provider->current() == "kek.10");
  BOOST_TEST(made(*provider).starts_with("pkcs11:kek.10:"));
}

BOOST_AUTO_TEST_CASE(a_token_that_is_pulled_is_missed_and_logged_in_anew_when_it_is_back) {
  TokenHolder holder;
  const auto provider = holder.open();
  const Secret secret = Secret::random();
  const std::string text = made(*provider, secret);
  for (int i = 0; i < 3; ++i) {
    holder.hsm.pull();
    const std::string words = refusal(provider->unwrap(text, "b"));
    BOOST_TEST(words == "transient: There is no token hv in any slot.");
    BOOST_TEST(refusal(provider->current()) == words);
    BOOST_TEST(refusal(provider->wrap(secret, "b")) == words);
    holder.hsm.pushBack();
    std::this_thread::sleep_for(1100ms);
    const auto back = provider->unwrap(text, "b");
    BOOST_TEST(refusal(back) == "done");
  }
}

BOOST_AUTO_TEST_CASE(a_token_that_is_not_there_at_first_is_found_later) {
  TokenHolder holder;
  holder.hsm.pull();
  const auto provider = holder.open();
  BOOST_TEST(refusal(provider->current()) == "transient: There is no token hv in any slot.");
  holder.hsm.pushBack();
  std::this_thread::sleep_for(1100ms);
  BOOST_TEST(*provider->current() == "kek");
}

BOOST_AUTO_TEST_CASE(a_wrong_pin_is_tried_once_and_again_when_its_file_has_changed) {
  TokenHolder holder;
  support::writeFile(holder.hsm.pinFile(), "111111");
  const auto provider = holder.open();
  const std::string words = "login: The token hv has refused the PIN of " + holder.hsm.pinFile() +
                            "; it is not tried again before that file has changed.";
  for (int i = 0; i < 3; ++i) BOOST_TEST(refusal(provider->current()) == words);
  support::writeFile(holder.hsm.pinFile(), "1");
  BOOST_TEST(refusal(provider->current()) == words);
  support::writeFile(holder.hsm.pinFile(), SoftHsm::pin() + "\r\nand more\n");
  BOOST_TEST(refusal(provider->current()) == "done");
}

BOOST_AUTO_TEST_CASE(a_pin_file_that_is_gone_at_a_login_is_named) {
  TokenHolder holder;
  const auto provider = holder.open();
  std::filesystem::remove(holder.hsm.pinFile());
  const std::string words = refusal(provider->current());
  BOOST_TEST(words.starts_with("login: The PIN of the token hv: " + holder.hsm.pinFile() + " cannot be read"),
             words);
  support::writeFile(holder.hsm.pinFile(), SoftHsm::pin());
  const std::string text = made(*provider);
  // Who is logged in needs it no more.
  std::filesystem::remove(holder.hsm.pinFile());
  BOOST_TEST(refusal(provider->unwrap(text, "b")) == "done");
}

BOOST_AUTO_TEST_CASE(a_key_that_is_destroyed_is_refused_and_the_others_go_on) {
  TokenHolder holder;
  const auto provider = holder.open();
  const std::string text = made(*provider);
  holder.hsm.destroyKey("kek");
  BOOST_TEST(refusal(provider->current()) == "not-found: The token hv has no key kek.");
  BOOST_TEST(refusal(provider->wrap(Secret::random(), "b")) == "not-found: The token hv has no key kek.");
  const std::string words = refusal(provider->unwrap(text, "b"));
  BOOST_TEST(words.starts_with("not-found: The token hv has no key kek (any more)"), words);
  holder.hsm.addKey("kek");
  BOOST_TEST(refusal(provider->unwrap(text, "b")).starts_with("security:"));
  BOOST_TEST(refusal(provider->current()) == "done");
}

BOOST_AUTO_TEST_CASE(a_key_that_is_not_256_bits_of_aes_does_not_wrap) {
  TokenHolder holder;
  const auto provider = holder.open();
  const std::string text = made(*provider);
  holder.hsm.addKey("kek.1", 16);
  const std::string words = "processing: The token hv: the object kek.1 is no AES key of 32 bytes.";
  BOOST_TEST(refusal(provider->current()) == words);
  BOOST_TEST(refusal(provider->wrap(Secret::random(), "b")) == words);
  BOOST_TEST(refusal(provider->unwrap(text, "b")) == "done");
}

BOOST_AUTO_TEST_CASE(two_keys_of_one_name_are_refused) {
  TokenHolder holder;
  const auto provider = holder.open();
  const std::string text = made(*provider);
  holder.hsm.addKey("kek");
  const std::string words = "processing: The token hv has two keys kek; one must be called so.";
  BOOST_TEST(refusal(provider->current()) == words);
  BOOST_TEST(refusal(provider->unwrap(text, "b")) == words);
}

BOOST_AUTO_TEST_CASE(a_text_does_not_choose_among_other_keys_of_the_token) {
  TokenHolder holder;
  holder.hsm.addKey("other");
  const auto other =
      provider({.uri = SoftHsm::uri("other"), .secretFile = holder.hsm.pinFile(), .caFile = {}});
  BOOST_REQUIRE(other.ok());
  const std::string words = refusal(holder.open()->unwrap(made(**other), "b"));
  BOOST_TEST(words == "not-found: The data key was wrapped by other, which is no version of kek.");
}

BOOST_AUTO_TEST_CASE(two_providers_of_one_library_do_not_end_each_other) {
  TokenHolder holder;
  auto first = holder.open();
  const auto second = holder.open();
  const std::string text = made(*first);
  BOOST_TEST(refusal(second->unwrap(text, "b")) == "done");
  first.reset();
  BOOST_TEST(refusal(second->unwrap(text, "b")) == "done");
  // A third that looks for what is not there has the library begun anew.
  const auto third = provider({.uri = "pkcs11:token=none;object=kek?module-path=" + SoftHsm::modulePath(),
                               .secretFile = holder.hsm.pinFile(),
                               .caFile = {}});
  BOOST_REQUIRE(third.ok());
  BOOST_TEST(refusal((*third)->current()) == "transient: There is no token none in any slot.");
  BOOST_TEST(refusal(second->unwrap(text, "b")) == "done");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_at_the_start) {
  const TokenHolder holder;
  ProviderOptions options = holder.options();
  options.secretFile += ".none";
  BOOST_TEST(contains(startRefusal(options), "cannot be read: No such file"));
  support::writeFile(options.secretFile, "\n" + SoftHsm::pin());
  BOOST_TEST(contains(startRefusal(options), "has no secret in its first line"));
  support::writeFile(options.secretFile, SoftHsm::pin(), 0644);
  BOOST_TEST(contains(startRefusal(options), "has the mode 0644"));
  support::writeFile(options.secretFile, SoftHsm::pin(), 0440);
  BOOST_TEST(startRefusal(options) == "done");
  options.secretFile.clear();
  BOOST_TEST(contains(startRefusal(options), "needs the PIN's file, once"));
  options.uri += "&pin-source=file:" + holder.hsm.pinFile();
  BOOST_TEST(startRefusal(options) == "done");
  options.secretFile = holder.hsm.pinFile();
  BOOST_TEST(contains(startRefusal(options), "needs the PIN's file, once"));
  for (const auto& [path, words] : std::vector<std::pair<std::string, std::string>>{
           {"/nowhere/x.so", "cannot be loaded: /nowhere/x.so"},
           {holder.hsm.pinFile(), "cannot be loaded"},
           {"/lib/x86_64-linux-gnu/libz.so.1", "is no PKCS #11 library"}}) {
    if (path.ends_with(".1") && !std::filesystem::exists(path)) continue;
    options.uri = "pkcs11:token=hv;object=kek?module-path=" + path;
    const std::string said = startRefusal(options);
    BOOST_TEST(contains(said, words), said);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace keys::test
