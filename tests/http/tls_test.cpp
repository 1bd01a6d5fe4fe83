// TLS: what is spoken, what is refused, and that nobody waits for anybody's handshake.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "tests/http/fixture.h"

using namespace testing;
using namespace std::chrono_literals;

namespace {

// A self-signed certificate and its key in a directory of their own, removed at the end.
class Certificate {
 public:
  Certificate() {
    char name[] = "/tmp/http-tls-XXXXXX";
    BOOST_REQUIRE(mkdtemp(name) != nullptr);
    directory_ = name;
    issue("first");
  }
  ~Certificate() { std::filesystem::remove_all(directory_); }

  void issue(const char* commonName) {
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(commonName),
                               -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    std::FILE* file = std::fopen(options().certificateFile.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    file = std::fopen(options().keyFile.c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }

  void spoil() const {
    std::FILE* file = std::fopen(options().certificateFile.c_str(), "w");
    std::fputs("no certificate\n", file);
    std::fclose(file);
  }

  http::TlsOptions options() const { return {directory_ + "/certificate.pem", directory_ + "/key.pem"}; }

 private:
  std::string directory_;
};

struct TlsClientOptions {
  int maxVersion = 0;
  std::string alpn = "\x08http/1.1";
};

class TlsClient {
 public:
  using Options = TlsClientOptions;

  explicit TlsClient(const Running& running, const Options& options = {})
      : plain_(running.connect()),
        context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
        session_(nullptr, SSL_free) {
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
    if (options.maxVersion != 0) SSL_CTX_set_max_proto_version(context_.get(), options.maxVersion);
    session_.reset(SSL_new(context_.get()));
    if (!options.alpn.empty()) {
      SSL_set_alpn_protos(session_.get(), reinterpret_cast<const unsigned char*>(options.alpn.data()),
                          static_cast<unsigned>(options.alpn.size()));
    }
    const timeval patience{5, 0};
    setsockopt(plain_.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL_set_fd(session_.get(), plain_.descriptor());
  }

  bool handshake() { return SSL_connect(session_.get()) == 1; }
  void send(std::string_view bytes) {
    SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }
  std::string receive(std::size_t count) {
    std::string bytes;
    while (bytes.size() < count) {
      char piece[16384];
      const int got =
          SSL_read(session_.get(), piece, static_cast<int>(std::min(sizeof piece, count - bytes.size())));
      if (got <= 0) break;
      bytes.append(piece, static_cast<std::size_t>(got));
    }
    return bytes;
  }
  void finish() { SSL_shutdown(session_.get()); }
  // Whether the other side said goodbye, rather than just hung up.
  bool endedProperly() {
    char byte;
    return SSL_get_error(session_.get(), SSL_read(session_.get(), &byte, 1)) == SSL_ERROR_ZERO_RETURN;
  }
  std::string commonName() const {
    X509* certificate = SSL_get1_peer_certificate(session_.get());
    char name[64] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    X509_free(certificate);
    return name;
  }
  std::string version() const { return SSL_get_version(session_.get()); }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(session_.get(), &name, &length);
    return std::string(reinterpret_cast<const char*>(name), length);
  }

 private:
  Client plain_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> session_;
};

http::ServerOptions tlsOptions(const Certificate& certificate) {
  auto options = testOptions();
  options.tls = certificate.options();
  return options;
}

http::Response scheme(const http::Request& request, unsigned) {
  http::Response response;
  response.body = request.scheme;
  return response;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(tls_12_and_13_are_spoken_with_alpn_http11) {
  const Certificate certificate;
  Running running(tlsOptions(certificate), scheme);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(running, {version});
    BOOST_REQUIRE(client.handshake());
    BOOST_TEST(client.version() == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
    BOOST_TEST(client.protocol() == "http/1.1");
    client.send(get("/") + get("/", "Connection: close\r\n"));
    const std::string bytes = client.receive(100'000);
    BOOST_TEST(bytes.starts_with("HTTP/1.1 200"));
    BOOST_TEST(bytes.ends_with("https"));
    BOOST_TEST(client.endedProperly());
  }
}

BOOST_AUTO_TEST_CASE(tls_11_is_refused_and_so_is_a_client_that_wants_another_protocol) {
  const Certificate certificate;
  Running running(tlsOptions(certificate));
  BOOST_TEST(!TlsClient(running, {TLS1_1_VERSION}).handshake());
  BOOST_TEST(!TlsClient(running, {0, "\x02h2"}).handshake());
  BOOST_TEST(TlsClient(running, {0, "\x02h2\x08http/1.1"}).handshake());
  BOOST_TEST(TlsClient(running, {0, ""}).handshake());
}

BOOST_AUTO_TEST_CASE(clients_that_stall_in_the_handshake_hold_up_nobody_and_are_closed_in_time) {
  const Certificate certificate;
  auto options = tlsOptions(certificate);
  options.requestTimeout = 5s;
  Running running(options);
  std::vector<Client> stalled;
  for (int i = 0; i < 200; ++i) {
    stalled.push_back(running.connect());
    if (i % 2 == 0)
      stalled.back().send(std::string("\x16\x03\x01\x02\x00\x01\x00", 7));  // a hello that never ends
  }
  const auto begin = std::chrono::steady_clock::now();
  TlsClient client(running);
  BOOST_REQUIRE(client.handshake());
  client.send(get("/"));
  BOOST_TEST(client.receive(12) == "HTTP/1.1 200");
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 4s));
  for (Client& each : stalled) BOOST_TEST(each.closes());
}

BOOST_AUTO_TEST_CASE(plain_http_and_noise_on_the_tls_port_end_that_connection_only) {
  const Certificate certificate;
  Running running(tlsOptions(certificate));
  for (const std::string& bytes :
       {get("/"), std::string(1000, '\xff'), std::string("\x16\x03\x01\x00\x01\x00", 6)}) {
    Client client = running.connect();
    client.send(bytes);
    client.finish();
    BOOST_TEST(client.closes());
  }
  BOOST_TEST(TlsClient(running).handshake());
}

BOOST_AUTO_TEST_CASE(a_reload_serves_the_new_certificate_and_a_bad_one_changes_nothing) {
  Certificate certificate;
  Running running(tlsOptions(certificate));
  TlsClient before(running);
  BOOST_REQUIRE(before.handshake());
  BOOST_TEST(before.commonName() == "first");
  certificate.issue("second");
  BOOST_TEST(running.server.reloadTls() == "");
  TlsClient after(running);
  BOOST_REQUIRE(after.handshake());
  BOOST_TEST(after.commonName() == "second");
  certificate.spoil();
  BOOST_TEST(running.server.reloadTls().find("certificate.pem") != std::string::npos);
  TlsClient still(running);
  BOOST_REQUIRE(still.handshake());
  BOOST_TEST(still.commonName() == "second");
  before.send(get("/"));  // the old connection lives on
  BOOST_TEST(before.receive(12) == "HTTP/1.1 200");
}

BOOST_AUTO_TEST_CASE(an_unusable_certificate_is_an_error_at_start) {
  const Certificate certificate;
  certificate.spoil();
  BOOST_CHECK_THROW(Running{tlsOptions(certificate)}, std::runtime_error);
  auto options = testOptions();
  options.tls = {"/nonexistent.pem", "/nonexistent.pem"};
  BOOST_CHECK_THROW(Running{options}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(large_bodies_go_both_ways) {
  const Certificate certificate;
  Running running(tlsOptions(certificate));
  TlsClient client(running);
  BOOST_REQUIRE(client.handshake());
  const std::string body(3'000'000, 'b');
  std::thread sender([&] { client.send(post("/", body, "Connection: close\r\n")); });
  sender.join();
  const std::string bytes = client.receive(4'000'000);
  BOOST_TEST(bytes.starts_with("HTTP/1.1 200"));
  BOOST_TEST(bytes.size() > body.size());
  BOOST_TEST((bytes.substr(bytes.size() - body.size()) == body));
  BOOST_TEST(client.endedProperly());
}

BOOST_AUTO_TEST_CASE(what_came_before_the_clients_goodbye_is_answered) {
  const Certificate certificate;
  Running running(tlsOptions(certificate));
  TlsClient client(running);
  BOOST_REQUIRE(client.handshake());
  client.send(post("/1", "x") + post("/2", "y") + get("/3"));
  client.finish();
  const std::string bytes = client.receive(100'000);
  BOOST_TEST(bytes.find("/1\n\nx") != std::string::npos);
  BOOST_TEST(bytes.find("/2\n\ny") != std::string::npos);
  BOOST_TEST(bytes.ends_with("GET\n/3\n\n"));
}

BOOST_AUTO_TEST_CASE(a_client_that_vanishes_in_the_middle_leaves_nothing_behind) {
  const Certificate certificate;
  Running running(tlsOptions(certificate));
  for (int i = 0; i < 100; ++i) {
    TlsClient client(running);
    BOOST_REQUIRE(client.handshake());
    client.send(get("/"));
  }
  BOOST_TEST(eventually([&] { return running.server.counters().openConnections == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()
