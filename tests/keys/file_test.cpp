// The file provider's own: the file's form, and what happens when it changes under the server.
#include <sodium.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "tests/keys/key_file_holder.h"

namespace keys::test {

std::string randomKey() {
  const Secret key = Secret::random();
  std::string out(sodium_base64_ENCODED_LEN(Secret::size, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), key.bytes().data(), Secret::size, sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return out;
}

namespace {

// What is said of a file with this text when the server starts; empty: it is taken.
std::string atStart(const std::string& text, mode_t mode = 0600) {
  const KeyFileHolder holder;
  support::writeFile(holder.name(), text, mode);
  const auto made = provider(holder.options());
  if (made.ok()) return {};
  BOOST_TEST((made.outcome().failure() == fhir::Failure::badRequest));
  std::string words = made.outcome().issues().front().diagnostics;
  BOOST_TEST(contains(words, holder.name()), words);
  return words;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_file_provider)

BOOST_AUTO_TEST_CASE(the_last_line_wraps_and_each_line_unwraps) {
  const KeyFileHolder holder;
  support::writeFile(holder.name(), "# two keys\n\n  first \t" + randomKey() + " \r\nsecond " + randomKey());
  const auto provider = holder.open();
  BOOST_TEST(*provider->current() == "second");
  const auto text = provider->wrap(Secret::random(), "b");
  BOOST_REQUIRE(text.ok());
  BOOST_TEST(text->starts_with("file:second:"));
  BOOST_TEST(text->size() == 12U + 80U);
}

BOOST_AUTO_TEST_CASE(a_broken_line_is_named_and_no_key_is_told) {
  const std::string key = randomKey();
  const std::string good = "a " + key + "\n";
  for (const auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
           {good + "b\n", "line 2: a line is NAME BASE64"},
           {good + "\n# x\nb/c " + key, "line 4: a key's name"},
           {good + std::string(65, 'n') + " " + key, "line 2: a key's name"},
           {good + "b " + key + "\n" + good, "line 3: this name stands twice"},
           {good + "b " + key.substr(4), "line 2: the key is not 32 bytes"},
           {good + "b AAAA" + key, "line 2: the key is not 32 bytes"},
           {good + "b " + key.substr(0, key.size() - 1), "line 2: the key is not 32 bytes"},
           {good + "b " + key + "=", "line 2: the key is not 32 bytes"},
           {good + "b " + key + " x", "line 2: the key is not 32 bytes"},
           {good + "b !" + key.substr(1), "line 2: the key is not 32 bytes"},
           {"", "has no key"},
           {"# none\n", "has no key"},
           {good + std::string(70'000, '#'), "longer than 64 KiB"}}) {
    const std::string said = atStart(text);
    BOOST_TEST(contains(said, words), said);
    BOOST_TEST(!contains(said, key.substr(8, 10)), said);
  }
  BOOST_TEST(atStart(good).empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_others_can_read_is_refused) {
  const std::string good = "a " + randomKey() + "\n";
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0660, 0644, 0666, 0777, 0601}) {
    const std::string said = atStart(good, mode);
    BOOST_TEST(contains(said, "others can read or change it"), said);
    BOOST_TEST(contains(said, "`chmod 0600`"), said);
  }
  BOOST_TEST(contains(atStart(good, 0444), "has the mode 0444"));
  for (const mode_t mode : {0600, 0400, 0700}) BOOST_TEST(atStart(good, mode).empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_file_is_refused) {
  const support::TemporaryFolder folder;
  BOOST_REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  std::filesystem::create_symlink("/dev/null", folder / "null");
  std::filesystem::create_directory(folder / "folder");
  for (const auto& [name, words] :
       std::vector<std::pair<std::string, std::string>>{{"none", "cannot be read: No such file"},
                                                        {"pipe", "has the mode"},
                                                        {"folder", ""},
                                                        {"null", ""}}) {
    const auto made = provider({.uri = "file:" + (folder / name), .secretFile = {}, .caFile = {}});
    BOOST_REQUIRE(!made.ok());
    const std::string said = made.outcome().issues().front().diagnostics;
    BOOST_TEST(contains(said, name == "none" ? words : "is not a regular file"), said);
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_goes_away_makes_its_keys_unavailable_until_it_is_back) {
  KeyFileHolder holder;
  const auto provider = holder.open();
  const Secret secret = Secret::random();
  const auto text = provider->wrap(secret, "b");
  BOOST_REQUIRE(text.ok());
  std::filesystem::remove(holder.name());
  const std::string gone =
      "transient: The keys: " + holder.name() + " cannot be read: No such file or directory";
  BOOST_TEST(refusal(provider->current()) == gone);
  BOOST_TEST(refusal(provider->wrap(secret, "b")) == gone);
  BOOST_TEST(refusal(provider->unwrap(*text, "b")) == gone);
  holder.write();
  BOOST_TEST(refusal(provider->unwrap(*text, "b")) == "done");
}

BOOST_AUTO_TEST_CASE(a_file_that_breaks_or_opens_to_others_is_refused_until_it_is_mended) {
  KeyFileHolder holder;
  const auto provider = holder.open();
  const auto text = provider->wrap(Secret::random(), "b");
  BOOST_REQUIRE(text.ok());
  support::writeFile(holder.name(), holder.text() + "half");
  BOOST_TEST(contains(refusal(provider->unwrap(*text, "b")), "line 2: a line is NAME BASE64"));
  holder.write();
  BOOST_TEST(refusal(provider->unwrap(*text, "b")) == "done");
  BOOST_REQUIRE(chmod(holder.name().c_str(), 0644) == 0);
  BOOST_TEST(contains(refusal(provider->unwrap(*text, "b")), "has the mode 0644"));
  BOOST_REQUIRE(chmod(holder.name().c_str(), 0600) == 0);
  BOOST_TEST(refusal(provider->unwrap(*text, "b")) == "done");
}

BOOST_AUTO_TEST_CASE(a_change_in_place_of_the_same_length_is_seen_however_soon_it_comes) {
  const KeyFileHolder holder;
  const std::string key = randomKey();
  const auto provider = holder.open();
  for (int i = 0; i < 200; ++i) {
    const std::string name = "n" + std::to_string(100 + i);
    std::ofstream(holder.name()) << name + " " + key + "\n";
    const auto current = provider->current();
    BOOST_REQUIRE_MESSAGE(current.ok(), refusal(current));
    BOOST_TEST(*current == name);
  }
}

BOOST_AUTO_TEST_CASE(another_key_of_the_same_name_does_not_open) {
  KeyFileHolder holder;
  const auto provider = holder.open();
  const auto text = provider->wrap(Secret::random(), "b");
  BOOST_REQUIRE(text.ok());
  support::writeFile(holder.name(), "2026-1 " + randomKey());
  BOOST_TEST(refusal(provider->unwrap(*text, "b"))
                 .starts_with("security: The wrapped data key is not as the key 2026-1"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_provider_that_is_none_is_refused_with_the_three_that_are) {
  for (const char* uri : {"", "file", "file:", "file:relative", "aws:x", "FILE:/x", "/etc/keys"}) {
    const auto made = provider({.uri = uri, .secretFile = {}, .caFile = {}});
    BOOST_REQUIRE(!made.ok());
    BOOST_TEST((made.outcome().failure() == fhir::Failure::badRequest));
    BOOST_TEST(contains(made.outcome().issues().front().diagnostics, "file:/PATH"));
  }
}

}  // namespace keys::test
