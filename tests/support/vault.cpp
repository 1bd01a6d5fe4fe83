#include "tests/support/vault.h"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <rapidjson/document.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <span>
#include <stdexcept>

#include "src/platform/gcm.h"

namespace support {
namespace {

std::string base64(std::string_view bytes) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return out;
}

std::string fromBase64(std::string_view text) {
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(),
                        nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
    return {};
  out.resize(size);
  return out;
}

std::string member(const rapidjson::Document& of, const char* name) {
  if (!of.IsObject() || !of.HasMember(name) || !of[name].IsString()) return {};
  return {of[name].GetString(), of[name].GetStringLength()};
}

std::string errors(const std::string& words) {
  return R"({"errors":[")" + words + R"("]})";
}

}  // namespace

// A connection's bytes, through TLS where there is any.
class Vault::Link {
 public:
  Link(int socket, SSL_CTX* tls) : socket_(socket) {
    if (tls == nullptr) return;
    ssl_.reset(SSL_new(tls));
    SSL_set_fd(ssl_.get(), socket);
    good_ = SSL_accept(ssl_.get()) == 1;
  }
  ~Link() { close(socket_); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Empty at the end.
  std::string read() {
    std::string out(16 * 1024, '\0');
    const auto size = static_cast<int>(out.size());
    const auto got = !good_ ? 0
                     : ssl_ ? SSL_read(ssl_.get(), out.data(), size)
                            : static_cast<int>(recv(socket_, out.data(), out.size(), 0));
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }
  void write(std::string_view text) {
    while (good_ && !text.empty()) {
      const auto size = static_cast<int>(text.size());
      const auto sent = ssl_ ? SSL_write(ssl_.get(), text.data(), size)
                             : static_cast<int>(send(socket_, text.data(), text.size(), MSG_NOSIGNAL));
      good_ = sent > 0;
      if (good_) text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

 private:
  struct Free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };
  int socket_;
  std::unique_ptr<SSL, Free> ssl_;
  bool good_ = true;
};

struct Vault::Asked {
  std::string method;
  std::string path;
  std::string token;
  rapidjson::Document body;

  // False when it is not a whole request.
  bool read(Link& link) {
    std::string text;
    std::size_t end = std::string::npos;
    while ((end = text.find("\r\n\r\n")) == std::string::npos) {
      const std::string more = link.read();
      if (more.empty()) return false;
      text += more;
    }
    const std::string head = text.substr(0, end + 2);
    text.erase(0, end + 4);
    const std::size_t space = head.find(' ');
    method = head.substr(0, space);
    path = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    token = header(head, "X-Vault-Token: ");
    const std::string length = header(head, "Content-Length: ");
    for (const std::size_t size = length.empty() ? 0 : std::stoul(length); text.size() < size;) {
      const std::string more = link.read();
      if (more.empty()) return false;
      text += more;
    }
    body.Parse(text.data(), text.size());
    return true;
  }
  static std::string header(const std::string& head, const std::string& name) {
    const std::size_t at = head.find("\r\n" + name);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + 2 + name.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

Vault::Vault(const VaultCertificate& certificate) {
  // OpenSSL writes without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  if (!certificate.certificateFile.empty()) {
    tls_.reset(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (SSL_CTX_use_certificate_file(tls_.get(), certificate.certificateFile.c_str(), SSL_FILETYPE_PEM) !=
            1 ||
        SSL_CTX_use_PrivateKey_file(tls_.get(), certificate.keyFile.c_str(), SSL_FILETYPE_PEM) != 1)
      throw std::runtime_error("the stand-in for Vault has no certificate");
  }
  rotate();
  listen();
}

Vault::~Vault() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  connections_.clear();
  close(listener_);
}

void Vault::listen() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof here;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&here), size) != 0 || ::listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size) != 0)
    throw std::runtime_error("the stand-in for Vault cannot listen");
  port_ = ntohs(here.sin_port);
  acceptor_ = std::jthread([this] {
    for (int one = 0; (one = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
      // A client that only connects must not keep the test from ending.
      const timeval patience{10, 0};
      setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      connections_.emplace_back([this, one] { serve(one); });
    }
  });
}

std::string Vault::address() const {
  return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_);
}

void Vault::rotate() {
  const std::lock_guard lock(mutex_);
  versions_.push_back(keys::Secret::random());
}

void Vault::forbidOld() {
  const std::lock_guard lock(mutex_);
  oldest_ = versions_.size();
}

void Vault::setType(std::string type) {
  const std::lock_guard lock(mutex_);
  type_ = std::move(type);
}

void Vault::fail(Mode mode) {
  const std::lock_guard lock(mutex_);
  mode_ = mode;
  changed_.notify_all();
}

void Vault::serve(int socket) {
  Link link(socket, tls_.get());
  Asked asked;
  if (!asked.read(link)) return;
  ++calls_;
  {
    std::unique_lock lock(mutex_);
    if (mode_ == Mode::hangs) {
      changed_.wait(lock, [this] { return ending_ || mode_ != Mode::hangs; });
      return;
    }
  }
  reply(link, asked);
}

void Vault::reply(Link& link, const Asked& asked) {
  Mode mode = Mode::works;
  {
    const std::lock_guard lock(mutex_);
    mode = mode_;
  }
  Answer out = answer(asked);
  if (mode == Mode::forbidden) out = {403, errors("permission denied")};
  if (mode == Mode::missing) out = {404, R"({"errors":[]})"};
  if (mode == Mode::broken) out = {500, errors("internal error")};
  if (mode == Mode::sealed) out = {503, errors("Vault is sealed")};
  if (mode == Mode::redirects) out.status = 307;
  if (mode == Mode::garbage) out.body = "<html>[[[[";
  if (mode == Mode::empty) out.body = R"({"data":{}})";
  if (mode == Mode::tooLong) out.body.insert(0, 1'000'000, ' ');
  const std::string head = "HTTP/1.1 " + std::to_string(out.status) +
                           " X\r\nConnection: close\r\nLocation: " + address() + asked.path +
                           "\r\nContent-Length: " + std::to_string(out.body.size()) + "\r\n\r\n";
  link.write(head);
  link.write(std::string_view(out.body).substr(0, mode == Mode::closesMidway ? 5 : out.body.size()));
}

Vault::Answer Vault::answer(const Asked& asked) {
  const std::lock_guard lock(mutex_);
  if (asked.token != token()) return {403, errors("permission denied")};
  if (asked.method == "GET" && asked.path == "/v1/transit/keys/hv")
    return {200, R"({"data":{"type":")" + type_ + R"(","latest_version":)" +
                     std::to_string(versions_.size()) + R"(,"derived":false}})"};
  if (asked.method == "POST" && asked.path == "/v1/transit/encrypt/hv") return encrypt(asked);
  if (asked.method == "POST" && asked.path == "/v1/transit/decrypt/hv") return decrypt(asked);
  return {404, R"({"errors":[]})"};
}

Vault::Answer Vault::encrypt(const Asked& asked) {
  const std::string plain = fromBase64(member(asked.body, "plaintext"));
  const std::string binding = fromBase64(member(asked.body, "associated_data"));
  const std::string sealed =
      platform::gcm::seal(versions_.back().bytes(), plain, mode_ == Mode::ignoresBinding ? "" : binding);
  return {200, R"({"data":{"ciphertext":"vault:v)" + std::to_string(versions_.size()) + ":" + base64(sealed) +
                   R"("}})"};
}

Vault::Answer Vault::decrypt(const Asked& asked) {
  const std::string text = member(asked.body, "ciphertext");
  const std::string binding = fromBase64(member(asked.body, "associated_data"));
  const std::size_t colon = text.rfind(':');
  std::size_t version = 0;
  if (text.starts_with("vault:v")) std::from_chars(text.data() + 7, text.data() + colon, version);
  if (version == 0 || version > versions_.size())
    return {400, errors("invalid ciphertext: version is too new")};
  if (version < oldest_)
    return {400, errors("ciphertext or signature version is disallowed by policy (too old)")};
  const std::string sealed = fromBase64(std::string_view(text).substr(colon + 1));
  const auto plain = platform::gcm::open(versions_[version - 1].bytes(), sealed,
                                         mode_ == Mode::ignoresBinding ? "" : binding);
  if (!plain) return {400, errors("cipher: message authentication failed")};
  return {200, R"({"data":{"plaintext":")" + base64(*plain) + R"("}})"};
}

}  // namespace support
