#include "tests/keys/provider_cases.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <mutex>
#include <thread>

namespace keys::test {

std::unique_ptr<Provider> Holder::open() const {
  auto made = provider(options());
  BOOST_REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.outcome().issues().front().diagnostics));
  return std::move(*made);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool same(const Secret& a, const Secret& b) {
  return std::ranges::equal(a.bytes(), b.bytes());
}

namespace {

void forEach(const std::function<void(Holder&)>& check) {
  for (const auto& [name, make] : holders()) BOOST_TEST_CONTEXT(name) {
      const auto holder = make();
      check(*holder);
    }
}

std::string wrapped(Provider& by, const Secret& secret, std::string_view binding) {
  auto text = by.wrap(secret, binding);
  BOOST_REQUIRE_MESSAGE(text.ok(), refusal(text));
  return std::move(*text);
}

bool opens(Provider& by, const std::string& text, std::string_view binding, const Secret& expected) {
  const auto secret = by.unwrap(text, binding);
  if (!secret) BOOST_TEST_MESSAGE(refusal(secret));
  return secret.ok() && same(*secret, expected);
}

std::string nameNow(Provider& by) {
  auto name = by.current();
  BOOST_REQUIRE_MESSAGE(name.ok(), refusal(name));
  return std::move(*name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(every_provider)

BOOST_AUTO_TEST_CASE(what_it_wraps_it_unwraps) {
  forEach([](Holder& holder) {
    const auto provider = holder.open();
    for (const std::string& binding : {std::string(), std::string("dek/42"), std::string(3000, '\xFF')}) {
      const Secret secret = Secret::random();
      BOOST_TEST(opens(*provider, wrapped(*provider, secret, binding), binding, secret));
    }
  });
}

BOOST_AUTO_TEST_CASE(a_second_instance_unwraps_what_the_first_wrapped) {
  forEach([](Holder& holder) {
    const Secret secret = Secret::random();
    const std::string text = wrapped(*holder.open(), secret, "b");
    BOOST_TEST(opens(*holder.open(), text, "b", secret));
  });
}

BOOST_AUTO_TEST_CASE(no_two_texts_are_the_same_and_none_has_a_space) {
  forEach([](Holder& holder) {
    const auto provider = holder.open();
    const Secret secret = Secret::random();
    const std::string text = wrapped(*provider, secret, "b");
    BOOST_TEST(text != wrapped(*provider, secret, "b"));
    BOOST_TEST(std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; }), text);
  });
}

BOOST_AUTO_TEST_CASE(another_binding_is_refused) {
  forEach([](Holder& holder) {
    const auto provider = holder.open();
    const Secret secret = Secret::random();
    const std::string text = wrapped(*provider, secret, "dek/42");
    for (const char* binding : {"", "dek/43", "dek/42 ", "dek/4"})
      BOOST_TEST(refusal(provider->unwrap(text, binding)).starts_with("security:"), binding);
    BOOST_TEST(opens(*provider, text, "dek/42", secret));
  });
}

BOOST_AUTO_TEST_CASE(a_text_that_was_tampered_with_is_refused) {
  forEach([](Holder& holder) {
    const auto provider = holder.open();
    const Secret secret = Secret::random();
    const std::string text = wrapped(*provider, secret, "b");
    const auto begin = static_cast<std::ptrdiff_t>(text.rfind(':')) + 1;
    const auto length = static_cast<std::ptrdiff_t>(text.size()) - begin;
    for (std::ptrdiff_t at : {std::ptrdiff_t{0}, std::ptrdiff_t{1}, length / 2, length - 6}) {
      std::string changed = text;
      char& c = changed[static_cast<std::size_t>(begin + at)];
      c = c == 'A' ? 'B' : 'A';
      BOOST_TEST(refusal(provider->unwrap(changed, "b")).starts_with("security:"), changed);
    }
    BOOST_TEST(refusal(provider->unwrap(text.substr(0, text.size() - 8), "b")).starts_with("security:"));
    BOOST_TEST(refusal(provider->unwrap(text + "AAAA", "b")).starts_with("security:"));
    BOOST_TEST(opens(*provider, text, "b", secret));
  });
}

BOOST_AUTO_TEST_CASE(what_is_no_wrapped_text_is_refused_and_by_nobody) {
  forEach([](Holder& holder) {
    const auto provider = holder.open();
    for (const std::string& text :
         {std::string(), std::string("file:"), std::string("file:a:"), std::string("file::AAAA"),
          std::string("pkcs11:"), std::string("pkcs11:a:AAAA"), std::string("vault:"),
          std::string("vault:vault:v1"), std::string("vault:vault:v1:"), std::string("vault:vault:vx:AAAA"),
          std::string("vault:vault:v0:AAAA"), std::string("vault:vault:v1:A A"), std::string("other:a:AAAA"),
          std::string(100'000, 'A'), "vault:vault:v1:" + std::string(100'000, 'A'),
          std::string("file:a:") + '\0'}) {
      BOOST_TEST(refusal(provider->unwrap(text, "b")).starts_with("security:"), text.substr(0, 100));
      BOOST_TEST(provider->wrappedBy(text).empty(), text.substr(0, 100));
    }
  });
}

BOOST_AUTO_TEST_CASE(after_a_rotation_another_key_wraps_and_old_texts_still_open) {
  forEach([](Holder& holder) {
    const auto provider = holder.open();
    const Secret secret = Secret::random();
    std::vector<std::pair<std::string, std::string>> made;  // name, text
    for (int i = 0; i < 3; ++i) {
      if (i > 0) holder.rotate();
      made.emplace_back(nameNow(*provider), wrapped(*provider, secret, "b"));
    }
    BOOST_TEST(made[0].first != made[1].first);
    BOOST_TEST(made[1].first != made[2].first);
    BOOST_TEST(made[0].first != made[2].first);
    for (const auto& [name, text] : made) {
      BOOST_TEST(provider->wrappedBy(text) == name);
      BOOST_TEST(opens(*provider, text, "b", secret));
    }
  });
}

BOOST_AUTO_TEST_CASE(what_a_key_wrapped_that_is_no_more_is_refused) {
  forEach([](Holder& holder) {
    const auto provider = holder.open();
    const Secret secret = Secret::random();
    const std::string old = wrapped(*provider, secret, "b");
    const std::string oldName = nameNow(*provider);
    holder.rotate();
    const std::string text = wrapped(*provider, secret, "b");
    holder.removeOld();
    const std::string words = refusal(provider->unwrap(old, "b"));
    BOOST_TEST(words.starts_with("not-found:"), words);
    BOOST_TEST(contains(words, oldName), words);
    BOOST_TEST(provider->wrappedBy(old) == oldName);
    BOOST_TEST(opens(*provider, text, "b", secret));
  });
}

// What went wrong with one data key, or nothing.
std::string thereAndBack(Provider& by, const std::string& binding) {
  const Secret secret = Secret::random();
  const auto text = by.wrap(secret, binding);
  if (!text) return "wrap: " + refusal(text);
  if (by.wrappedBy(*text).empty()) return "wrapped by nobody";
  if (const auto name = by.current(); !name) return "current: " + refusal(name);
  const auto back = by.unwrap(*text, binding);
  if (!back) return "unwrap: " + refusal(back);
  return same(*back, secret) ? "" : "another secret";
}

BOOST_AUTO_TEST_CASE(many_threads_may_ask_at_once_while_the_key_is_rotated) {
  forEach([](Holder& holder) {
    const auto provider = holder.open();
    std::mutex mutex;
    std::vector<std::string> faults;
    {
      std::vector<std::jthread> threads;
      for (int thread = 0; thread < 8; ++thread)
        threads.emplace_back([&, thread] {
          for (int i = 0; i < 25; ++i) {
            const std::string fault =
                thereAndBack(*provider, std::to_string(thread) + "/" + std::to_string(i));
            const std::lock_guard lock(mutex);
            if (!fault.empty()) faults.push_back(fault);
          }
        });
      threads.emplace_back([&] { holder.rotate(); });
    }
    BOOST_TEST(faults.empty(), (faults.empty() ? "" : faults.front()));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace keys::test
