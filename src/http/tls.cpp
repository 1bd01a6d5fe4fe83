#include "src/http/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <system_error>

namespace http {
namespace {

constexpr unsigned char kProtocols[] = "\x08http/1.1";
constexpr std::size_t kSendAtOnce = 64 * 1024;

std::string lastError() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  if (ERR_SYSTEM_ERROR(code)) return std::system_category().message(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

// A client that speaks ALPN and not http/1.1 is refused (RFC 7301, section 3.2).
int chooseProtocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                   unsigned offeredLength, void*) {
  unsigned char* found = nullptr;
  const int status =
      SSL_select_next_proto(&found, length, kProtocols, sizeof kProtocols - 1, offered, offeredLength);
  if (status != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

// A key with a passphrase is an error; nobody is there to be asked.
int noPassphrase(char*, int, int, void*) {
  return -1;
}

std::shared_ptr<SSL_CTX> load(const TlsOptions& options) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) throw std::bad_alloc();
  SSL_CTX* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(
      raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // Forward secrecy and authenticated encryption only; TLS 1.3 has nothing else.
  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_alpn_select_cb(raw, chooseProtocol, nullptr);
  SSL_CTX_set_default_passwd_cb(raw, noPassphrase);
  if (SSL_CTX_use_certificate_chain_file(raw, options.certificateFile.c_str()) != 1) {
    throw std::runtime_error("cannot use the certificate " + options.certificateFile + ": " + lastError());
  }
  if (SSL_CTX_use_PrivateKey_file(raw, options.keyFile.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("cannot use the key " + options.keyFile + ": " + lastError());
  }
  if (SSL_CTX_check_private_key(raw) != 1) {
    throw std::runtime_error("the key " + options.keyFile + " is not the certificate's: " + lastError());
  }
  return context;
}

}  // namespace

void TlsSession::Free::operator()(ssl_st* session) const noexcept {
  SSL_free(session);
}

TlsSession::TlsSession(const std::shared_ptr<ssl_ctx_st>& context)
    : context_(context), session_(SSL_new(context.get())) {
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  if (!session_ || in == nullptr || out == nullptr) {
    BIO_free(in);
    BIO_free(out);
    throw std::bad_alloc();
  }
  SSL_set_bio(session_.get(), in, out);
  SSL_set_accept_state(session_.get());
}

TlsSession::~TlsSession() = default;

TlsSession::State TlsSession::receive(std::string_view bytes, std::string& plain) {
  ERR_clear_error();
  if (BIO_write(SSL_get_rbio(session_.get()), bytes.data(), static_cast<int>(bytes.size())) !=
      static_cast<int>(bytes.size())) {
    return State::Broken;
  }
  if (!established_) {
    const int result = SSL_do_handshake(session_.get());
    if (result != 1) return failure(result);
    established_ = true;
  }
  for (;;) {
    char piece[16 * 1024];
    const int count = SSL_read(session_.get(), piece, sizeof piece);
    if (count <= 0) return failure(count);
    plain.append(piece, static_cast<std::size_t>(count));
  }
}

TlsSession::State TlsSession::failure(int result) {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return established_ ? State::Open : State::Handshake;
    case SSL_ERROR_ZERO_RETURN:
      return State::Ended;
    default:
      ERR_clear_error();
      return State::Broken;
  }
}

std::size_t TlsSession::send(std::string_view plain) {
  ERR_clear_error();
  const auto length = static_cast<int>(std::min(plain.size(), kSendAtOnce));
  const int taken = SSL_write(session_.get(), plain.data(), length);
  return taken > 0 ? static_cast<std::size_t>(taken) : 0;
}

void TlsSession::close() {
  ERR_clear_error();
  if (established_) SSL_shutdown(session_.get());
  ERR_clear_error();
}

void TlsSession::takeOutput(OutputQueue& output) {
  BIO* out = SSL_get_wbio(session_.get());
  char* bytes = nullptr;
  const long count = BIO_get_mem_data(out, &bytes);
  if (count <= 0) return;
  output.append(std::string_view(bytes, static_cast<std::size_t>(count)));
  BIO_reset(out);
}

TlsContext::TlsContext(TlsOptions options) : options_(std::move(options)), current_(load(options_)) {}

std::string TlsContext::reload() {
  try {
    auto fresh = load(options_);
    const std::lock_guard lock(mutex_);
    current_.swap(fresh);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::unique_ptr<TlsSession> TlsContext::newSession() const {
  std::shared_ptr<SSL_CTX> context;
  {
    const std::lock_guard lock(mutex_);
    context = current_;
  }
  return std::make_unique<TlsSession>(context);
}

}  // namespace http
