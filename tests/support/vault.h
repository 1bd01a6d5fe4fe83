// Vault: a stand-in for HashiCorp Vault with one key of the transit engine, which encrypts as Vault does and
// fails as it is told to. Its own specification: the parts of Vault's HTTP API that src/keys/vault_messages.h
// names.
//
// Listens on loopback, http or, with a certificate, https; each connection has one request and a thread.
// Threading: safe for all threads. Errors: std::runtime_error from the constructor, which fails the test.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "src/keys/secret.h"

struct ssl_ctx_st;  // NOLINT(readability-identifier-naming): OpenSSL's name

namespace support {

struct VaultCertificate {
  std::string certificateFile;  // PEM, as the key
  std::string keyFile;
};

class Vault {
 public:
  enum class Mode : std::uint8_t {
    works,
    forbidden,       // 403
    missing,         // 404
    broken,          // 500
    sealed,          // 503
    redirects,       // 307 to itself
    garbage,         // 200 with text that is no JSON
    empty,           // 200 with JSON that says nothing
    tooLong,         // 200 with a megabyte
    closesMidway,    // breaks the connection off in the middle of the answer
    hangs,           // says nothing
    ignoresBinding,  // works, but without associated data, as before 1.13
  };

  explicit Vault(const VaultCertificate& certificate = {});
  ~Vault();
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;

  std::string address() const;  // "http://127.0.0.1:PORT", "https://localhost:PORT"
  std::string uri() const { return "vault:" + address() + "/transit/hv"; }
  static std::string token() { return "hvs.stand-in"; }

  void rotate();
  void forbidOld();                // min_decryption_version becomes the latest version
  void setType(std::string type);  // "aes256-gcm96" at first
  void fail(Mode mode);
  int calls() const noexcept { return calls_; }

 private:
  struct Answer {
    int status = 200;
    std::string body;
  };
  class Link;
  struct Asked;

  void listen();
  void serve(int socket);
  void reply(Link& link, const Asked& asked);
  Answer answer(const Asked& asked);
  Answer encrypt(const Asked& asked);
  Answer decrypt(const Asked& asked);

  std::shared_ptr<ssl_ctx_st> tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> calls_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  Mode mode_ = Mode::works;
  std::string type_ = "aes256-gcm96";
  std::vector<keys::Secret> versions_;
  std::size_t oldest_ = 1;
  std::vector<std::jthread> connections_;
  std::jthread acceptor_;
};

}  // namespace support
