// Keys by URL: whom the server calls, whom it never calls, and how long it remembers.
#include "src/smart/fetch.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>

#include "src/http/server.h"
#include "src/platform/address.h"
#include "src/smart/client_keys.h"
#include "tests/smart/fixture.h"

using namespace std::chrono_literals;
using smart::FetchRules;
using smart::SigningKey;

namespace {

bool isPublic(const char* text) {
  sockaddr_storage storage{};
  if (std::strchr(text, ':') == nullptr) {
    auto& four = reinterpret_cast<sockaddr_in&>(storage);
    four.sin_family = AF_INET;
    BOOST_REQUIRE(inet_pton(AF_INET, text, &four.sin_addr) == 1);
  } else {
    auto& six = reinterpret_cast<sockaddr_in6&>(storage);
    six.sin6_family = AF_INET6;
    BOOST_REQUIRE(inet_pton(AF_INET6, text, &six.sin6_addr) == 1);
  }
  return platform::isPublicAddress(reinterpret_cast<const sockaddr&>(storage));
}

// A certificate for localhost that nobody but this test trusts.
class Certificate {
 public:
  Certificate() {
    char name[] = "/tmp/smart-tls-XXXXXX";
    BOOST_REQUIRE(mkdtemp(name) != nullptr);
    directory = name;
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    std::FILE* file = std::fopen(options().certificateFile.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    file = std::fopen(options().keyFile.c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }
  ~Certificate() { std::filesystem::remove_all(directory); }

  http::TlsOptions options() const { return {directory + "/certificate.pem", directory + "/key.pem"}; }

  std::string directory;
};

// A client's web server.
struct KeyServer {
  explicit KeyServer(http::TlsOptions tls = {})
      : server(
            options(std::move(tls)),
            [this](const http::Request& request, unsigned) { return answer(request); },
            [](int status, std::string_view) {
              http::Response out;
              out.status = status;
              return out;
            }) {
    server.start();
  }
  static http::ServerOptions options(http::TlsOptions tls) {
    http::ServerOptions out;
    out.port = 0;
    out.workers = 4;
    out.tls = std::move(tls);
    return out;
  }
  http::Response answer(const http::Request& request) {
    ++calls;
    http::Response out;
    const std::string path = request.segments.empty() ? "" : request.segments.front();
    if (path == "moved") {
      out.status = 302;
      out.setHeader("Location", "/jwks");
      return out;
    }
    if (path == "missing") out.status = 404;
    if (path == "slow") std::this_thread::sleep_for(700ms);
    out.body = path == "large" ? std::string(100'000, ' ') : body;
    if (!cacheControl.empty()) out.setHeader("Cache-Control", cacheControl);
    return out;
  }
  std::string url(std::string_view scheme, std::string_view path = "jwks",
                  std::string_view host = "localhost") const {
    return std::string(scheme) + "://" + std::string(host) + ":" + std::to_string(server.port()) + "/" +
           std::string(path);
  }

  std::string body = "{}";
  std::string cacheControl;
  std::atomic<int> calls{0};
  http::Server server;
};

smart::Client clientAt(const std::string& url) {
  smart::Client out;
  out.kind = smart::ClientKind::confidentialKey;
  out.jwksUri = url;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fetching)

BOOST_AUTO_TEST_CASE(only_public_addresses_are_public) {
  for (const char* each :
       {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "11.0.0.1",
        "192.167.1.1", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"})
    BOOST_TEST(isPublic(each), each);
  for (const char* each : {"0.0.0.0",
                           "10.1.2.3",
                           "100.64.0.1",
                           "127.0.0.1",
                           "127.255.0.1",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.0.1",
                           "192.0.2.1",
                           "198.18.0.1",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::127.0.0.1",
                           "64:ff9b::7f00:1",
                           "fe80::1",
                           "fc00::1",
                           "fd00::1",
                           "ff02::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "2001::1",
                           "100::1"})
    BOOST_TEST(!isPublic(each), each);
}

BOOST_AUTO_TEST_CASE(plain_http_is_for_loopback_when_the_configuration_says_so) {
  KeyServer server;
  BOOST_TEST(!smart::fetch(server.url("http"), {}).ok());
  FetchRules rules;
  rules.privateAddresses = true;
  BOOST_TEST(!smart::fetch(server.url("http"), rules).ok());
  BOOST_TEST(server.calls == 0);
  rules = {.loopbackHttp = true};
  BOOST_TEST(smart::fetch(server.url("http"), rules).ok());
  BOOST_TEST(smart::fetch(server.url("http", "jwks", "127.0.0.1"), rules).ok());
  BOOST_TEST(server.calls == 2);
}

BOOST_AUTO_TEST_CASE(this_machine_and_its_network_are_not_called) {
  const Certificate certificate;
  KeyServer server(certificate.options());
  FetchRules rules{.caFile = certificate.options().certificateFile};
  for (const char* host : {"localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1",
                           "2130706433", "0x7f000001"})
    BOOST_TEST(!smart::fetch(server.url("https", "jwks", host), rules).ok(), host);
  BOOST_TEST(server.calls == 0);
  rules.privateAddresses = true;
  BOOST_TEST(smart::fetch(server.url("https"), rules).ok());
  BOOST_TEST(server.calls == 1);
  rules.caFile.clear();
  BOOST_TEST(!smart::fetch(server.url("https"), rules).ok());
  BOOST_TEST(server.calls == 1);
}

BOOST_AUTO_TEST_CASE(what_is_not_a_short_answer_is_refused) {
  KeyServer server;
  const FetchRules rules{.loopbackHttp = true, .timeout = 300ms};
  for (const char* path : {"moved", "missing", "slow", "large"})
    BOOST_TEST(!smart::fetch(server.url("http", path), rules).ok(), path);
  for (const char* url : {"file:///etc/passwd", "ftp://localhost/", "gopher://localhost/", "http://",
                          "http://user@localhost/", "http://localhost:1/jwks", "dict://localhost:11211/", ""})
    BOOST_TEST(!smart::fetch(url, rules).ok(), url);
}

BOOST_AUTO_TEST_CASE(cache_control_is_understood) {
  KeyServer server;
  const auto age = [&](const std::string& value) {
    server.cacheControl = value;
    const auto fetched = smart::fetch(server.url("http"), {.loopbackHttp = true});
    BOOST_REQUIRE(fetched.ok());
    return fetched->maxAge ? fetched->maxAge->count() : -1;
  };
  BOOST_TEST(age("") == -1);
  BOOST_TEST(age("max-age=60") == 60);
  BOOST_TEST(age("public, Max-Age=60, must-revalidate") == 60);
  BOOST_TEST(age("no-store") == 0);
  BOOST_TEST(age("max-age=60, no-cache") == 0);
  BOOST_TEST(age("max-age=0") == 0);
  BOOST_TEST(age("max-age=soon") == 0);
  BOOST_TEST(age("max-age=999999999") == 86400);
}

BOOST_AUTO_TEST_CASE(key_sets_are_kept_no_longer_than_they_may_be) {
  const SigningKey first = SigningKey::make(smart::Algorithm::es384);
  const SigningKey second = SigningKey::make(smart::Algorithm::es384);
  const smart::JwsHeader header{smart::Algorithm::es384, first.kid(), {}};
  const smart::Client client = clientAt("https://x.example/jwks");
  smart::Fetched answer{R"({"keys":[)" + first.publicJwk() + "]}", std::nullopt};
  int calls = 0;
  const auto count = [&](const std::string&) -> smart::Answer<smart::Fetched> {
    ++calls;
    return answer;
  };
  smart::ClientKeys kept(count);
  for (int i = 0; i < 5; ++i) BOOST_TEST(kept.of(client, header).ok());
  BOOST_TEST(calls == 1);
  // A key that is not in the set is not asked for again at once: anybody could send any kid.
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(!(*kept.of(client, {smart::Algorithm::es384, second.kid(), {}}))
                    ->hasKey({smart::Algorithm::es384, second.kid(), {}}));
  BOOST_TEST(calls == 1);
  answer.maxAge = 0s;
  calls = 0;
  smart::ClientKeys never(count);
  for (int i = 0; i < 3; ++i) BOOST_TEST(never.of(client, header).ok());
  BOOST_TEST(calls == 3);
  answer.maxAge = 1s;
  calls = 0;
  smart::ClientKeys briefly(count);
  for (int i = 0; i < 3; ++i) BOOST_TEST(briefly.of(client, header).ok());
  BOOST_TEST(calls == 1);
  std::this_thread::sleep_for(1100ms);
  BOOST_TEST(briefly.of(client, header).ok());
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_server_that_fails_is_not_asked_again_at_once) {
  int calls = 0;
  smart::ClientKeys keys([&](const std::string&) -> smart::Answer<smart::Fetched> {
    ++calls;
    return smart::Error{400, "invalid_client", "No."};
  });
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(!keys.of(clientAt("https://x.example/jwks"), {smart::Algorithm::es384, "k", {}}).ok());
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(slow_servers_hold_four_workers_and_no_more) {
  std::atomic<int> running{0};
  std::atomic<bool> go{false};
  smart::ClientKeys keys([&](const std::string&) -> smart::Answer<smart::Fetched> {
    ++running;
    while (!go) std::this_thread::sleep_for(1ms);
    return smart::Error{400, "invalid_client", "No."};
  });
  const auto ask = [&](int i) {
    return keys.of(clientAt("https://x.example/" + std::to_string(i)), {smart::Algorithm::es384, "k", {}});
  };
  std::vector<std::jthread> all;
  for (int i = 0; i < 4; ++i) all.emplace_back([&ask, i] { static_cast<void>(ask(i)); });
  BOOST_TEST(fixture::within(5s, [&] { return running == 4; }));
  const auto fifth = ask(5);
  BOOST_TEST((!fifth.ok() && fifth.error().status == 503));
  go = true;
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_client_system_publishes_its_keys_by_url) {
  const SigningKey key = SigningKey::make(smart::Algorithm::es384);
  KeyServer server;
  server.body = R"({"keys":[)" + key.publicJwk() + "]}";
  auto options = fixture::SmartFixture::usual();
  options.fetch.loopbackHttp = true;
  fixture::SmartFixture smart(options);
  smart::Registration registration;
  registration.name = "A pharmacy";
  registration.kind = smart::ClientKind::confidentialKey;
  registration.jwksUri = server.url("http");
  registration.scopes = "system/*.rs";
  registration.grantTypes = {"client_credentials"};
  const smart::Client client = smart.add(registration);
  smart.backendToken(key, client);
  smart.backendToken(key, client);
  BOOST_TEST(server.calls == 1);
  const SigningKey other = SigningKey::make(smart::Algorithm::es384);
  const auto reply = smart.post(
      "/auth/token", fixture::SmartFixture::backendForm(fixture::SmartFixture::assertion(other, client.id)));
  BOOST_TEST(reply.error() == "invalid_client");
}
