// The Vault provider's own: every way in which Vault does not answer, and what is said of it.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "src/keys/vault_messages.h"
#include "tests/keys/vault_holder.h"

namespace keys::test {

using support::Vault;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

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

// A certificate for localhost that nobody but this test trusts.
support::VaultCertificate certificate(const support::TemporaryFolder& folder) {
  support::VaultCertificate out{folder / "certificate.pem", folder / "key.pem"};
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                             -1, -1, 0);
  X509_set_issuer_name(made.get(), subject);
  X509_sign(made.get(), key.get(), EVP_sha256());
  std::FILE* file = std::fopen(out.certificateFile.c_str(), "w");
  PEM_write_X509(file, made.get());
  std::fclose(file);
  file = std::fopen(out.keyFile.c_str(), "w");
  PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_vault_provider)

BOOST_AUTO_TEST_CASE(texts_and_names_are_vaults_own) {
  VaultHolder holder;
  const auto provider = holder.open();
  BOOST_TEST(made(*provider).starts_with("vault:vault:v1:"));
  holder.rotate();
  BOOST_TEST(*provider->current() == "hv v2");
  const std::string text = made(*provider);
  BOOST_TEST(text.starts_with("vault:vault:v2:"));
  BOOST_TEST(provider->wrappedBy(text) == "hv v2");
}

BOOST_AUTO_TEST_CASE(each_failure_has_its_words_and_passes_with_its_cause) {
  VaultHolder holder;
  const auto provider = holder.open();
  const std::string text = made(*provider);
  const std::string at = "Vault at " + holder.vault.address() + " ";
  for (const auto& [mode, words] : std::vector<std::pair<Vault::Mode, std::string>>{
           {Vault::Mode::forbidden, "login: " + at + "refuses its token (403)"},
           {Vault::Mode::missing,
            "not-found: " + at + "has no transit engine transit or no key hv in it (404)."},
           {Vault::Mode::broken, "transient: " + at + "has failed (500)."},
           {Vault::Mode::sealed, "transient: " + at + "is sealed or in maintenance (503)."},
           {Vault::Mode::redirects, "transient: " + at + "redirects (307), which is not followed"},
           {Vault::Mode::garbage, "transient: " + at + "does not"},
           {Vault::Mode::empty, "transient: " + at + "does not"},
           {Vault::Mode::tooLong, "transient: " + at + "answers with more than 64 KiB."},
           {Vault::Mode::closesMidway, "transient: " + at + "has broken the connection off."}}) {
    // One that has not failed yet for each, since what failed a moment ago is not asked again.
    const auto one = holder.open();
    const auto other = holder.open();
    holder.vault.fail(mode);
    const int before = holder.vault.calls();
    for (const std::string& said : {refusal(provider->unwrap(text, "b")), refusal(one->current()),
                                    refusal(other->wrap(Secret::random(), "b"))})
      BOOST_TEST(said.starts_with(words), said);
    BOOST_TEST(holder.vault.calls() == before + 3);
    holder.vault.fail(Vault::Mode::works);
    BOOST_TEST(refusal(provider->unwrap(text, "b")).starts_with(words));
    BOOST_TEST(holder.vault.calls() == before + 3);
    std::this_thread::sleep_for(1050ms);
    BOOST_TEST(refusal(provider->unwrap(text, "b")) == "done");
  }
}

BOOST_AUTO_TEST_CASE(a_vault_that_hangs_is_waited_for_5_s_and_then_not_for_a_second) {
  VaultHolder holder;
  const auto provider = holder.open();
  const std::string text = made(*provider);
  holder.vault.fail(Vault::Mode::hangs);
  auto begin = Clock::now();
  const std::string said = refusal(provider->unwrap(text, "b"));
  BOOST_TEST(said == "transient: Vault at " + holder.vault.address() + " does not answer in time.");
  BOOST_TEST((Clock::now() - begin >= 4900ms && Clock::now() - begin < 7s));
  const int calls = holder.vault.calls();
  begin = Clock::now();
  for (int i = 0; i < 50; ++i) BOOST_TEST(refusal(provider->unwrap(text, "b")) == said);
  BOOST_TEST((Clock::now() - begin < 900ms));
  BOOST_TEST(holder.vault.calls() == calls);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_one_text_holds_nobody_up) {
  VaultHolder holder;
  const auto provider = holder.open();
  const std::string text = made(*provider);
  BOOST_TEST(refusal(provider->unwrap(text, "c")).starts_with("security:"));
  BOOST_TEST(refusal(provider->unwrap(text, "b")) == "done");
}

BOOST_AUTO_TEST_CASE(a_vault_that_is_not_there_is_named) {
  support::TemporaryFolder folder;
  support::writeFile(folder / "token", "t");
  for (const auto& [address, words] : std::vector<std::pair<std::string, std::string>>{
           {"http://127.0.0.1:1", "cannot be connected to."},
           {"https://vault.invalid", "has a name that is not resolved."}}) {
    const auto made =
        provider({.uri = "vault:" + address + "/transit/hv", .secretFile = folder / "token", .caFile = {}});
    BOOST_REQUIRE(made.ok());
    BOOST_TEST(refusal((*made)->current()) == "transient: Vault at " + address + " " + words);
  }
}

BOOST_AUTO_TEST_CASE(a_token_that_is_renewed_in_its_file_is_taken_up) {
  VaultHolder holder;
  const auto provider = holder.open();
  support::writeFile(holder.tokenFile(), "expired");
  BOOST_TEST(refusal(provider->current()).starts_with("login:"));
  std::filesystem::remove(holder.tokenFile());
  std::this_thread::sleep_for(1050ms);
  const std::string said = refusal(provider->current());
  BOOST_TEST(said.starts_with("login: Vault's token: " + holder.tokenFile() + " cannot be read"), said);
  support::writeFile(holder.tokenFile(), Vault::token());
  BOOST_TEST(refusal(provider->current()) == "done");
}

BOOST_AUTO_TEST_CASE(a_vault_that_does_not_bind_wraps_nothing) {
  VaultHolder holder;
  holder.vault.fail(Vault::Mode::ignoresBinding);
  const std::string said = refusal(holder.open()->wrap(Secret::random(), "b"));
  BOOST_TEST(contains(said, "does not bind data keys (associated_data): it must be 1.13 or later"), said);
}

BOOST_AUTO_TEST_CASE(a_key_of_another_type_wraps_nothing) {
  VaultHolder holder;
  for (const char* type : {"rsa-4096", "aes128-gcm96-but-not", "hmac"}) {
    holder.vault.setType(type);
    const std::string said = refusal(holder.open()->wrap(Secret::random(), "b"));
    BOOST_TEST(contains(said, "has a key hv that authenticates no binding"), said);
  }
  holder.vault.setType("chacha20-poly1305");
  BOOST_TEST(refusal(holder.open()->wrap(Secret::random(), "b")) == "done");
}

BOOST_AUTO_TEST_CASE(only_certificates_of_the_given_authorities_are_trusted) {
  VaultHolder holder;
  const auto own = certificate(holder.folder);
  const Vault vault(own);
  ProviderOptions options{
      .uri = vault.uri(), .secretFile = holder.tokenFile(), .caFile = own.certificateFile};
  const auto trusting = provider(options);
  BOOST_REQUIRE(trusting.ok());
  BOOST_TEST(refusal((*trusting)->wrap(Secret::random(), "b")) == "done");
  options.caFile.clear();
  const auto strict = provider(options);
  BOOST_REQUIRE(strict.ok());
  const int before = vault.calls();
  BOOST_TEST(refusal((*strict)->wrap(Secret::random(), "b")) ==
             "transient: Vault at " + vault.address() + " has a certificate that is not trusted.");
  BOOST_TEST(vault.calls() == before);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_at_the_start) {
  const VaultHolder holder;
  ProviderOptions options = holder.options();
  const auto urlRefusal = [&](const std::string& url) {
    options.uri = "vault:" + url;
    return startRefusal(options);
  };
  for (const char* url : {"https://vault.example.org:8200/transit/hv", "http://localhost:8200/transit/hv",
                          "http://[::1]:8200/transit/hv", "https://[2001:db8::1]/a/b.c/d_e-f"})
    BOOST_TEST(urlRefusal(url) == "done", url);
  for (const char* url : {"http://vault.example.org/transit/hv", "http://127.evil.example/transit/hv",
                          "ftp://localhost/transit/hv", "file:///transit/hv"})
    BOOST_TEST(contains(urlRefusal(url), "needs https"), url);
  for (const char* url :
       {"https://h/transit", "https://h", "https://h/", "https://h//hv", "https://h/transit/",
        "https://h/transit/../hv", "https://h/a/./hv", "https://h/tran%73it/hv", "https://h/a b/hv"})
    BOOST_TEST(
        startRefusal({.uri = std::string("vault:") + url, .secretFile = holder.tokenFile(), .caFile = {}}) !=
            "done",
        url);
  for (const char* url : {"https://u:p@h/transit/hv", "https://h/transit/hv?x=1", "https://h/transit/hv#x"})
    BOOST_TEST(contains(urlRefusal(url), "has no user, query or fragment"), url);
  options = holder.options();
  options.secretFile.clear();
  BOOST_TEST(contains(startRefusal(options), "needs the file of Vault's token"));
  options.secretFile = holder.folder / "other";
  support::writeFile(options.secretFile, "two words");
  BOOST_TEST(contains(startRefusal(options), "has no token of Vault in its first line"));
  options = holder.options();
  options.caFile = holder.folder / "none.pem";
  BOOST_TEST(contains(startRefusal(options), "the authorities of Vault's certificate, cannot be read"));
}

BOOST_AUTO_TEST_CASE(answers_that_are_not_as_specified_say_nothing) {
  const auto bytes = [](std::string_view text) { return WipedBytes(text.begin(), text.end()); };
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("[]"), std::string(R"({"data":null})"),
        std::string(R"({"data":{"plaintext":1,"ciphertext":{},"latest_version":"1","type":1}})"),
        std::string(
            R"({"data":{"plaintext":"AAAA","ciphertext":"vault:v1:","latest_version":0,"type":"x"}})"),
        std::string(R"({"data":{"plaintext":"!","ciphertext":"v1:AAAA","latest_version":-1,"type":"x"}})"),
        std::string(60'000, '['), std::string("{\"data\":{\"plaintext\":\"") + '\0'}) {
    BOOST_TEST(!vault::keyOf(bytes(text)).has_value(), text.substr(0, 80));
    BOOST_TEST(!vault::ciphertextOf(bytes(text)).has_value(), text.substr(0, 80));
    BOOST_TEST(!vault::plaintextOf(bytes(text)).has_value(), text.substr(0, 80));
    BOOST_TEST(!vault::saysKeyIsGone(bytes(text)), text.substr(0, 80));
  }
  const auto derived =
      vault::keyOf(bytes(R"({"data":{"type":"aes256-gcm96","latest_version":2,"derived":true}})"));
  BOOST_TEST((derived && !derived->isAead));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace keys::test
