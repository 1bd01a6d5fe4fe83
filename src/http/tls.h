// TLS between the socket and HTTP, in memory: bytes go in, bytes come out, and nothing here ever waits. So a
// client that stalls in its handshake costs a few kilobytes until requestTimeout, and no other client any
// time.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "src/http/output_queue.h"
#include "src/http/server.h"

struct ssl_st;
struct ssl_ctx_st;

namespace http {

// One connection's session. Not thread-safe.
class TlsSession {
 public:
  explicit TlsSession(const std::shared_ptr<ssl_ctx_st>& context);  // throws std::bad_alloc
  ~TlsSession();

  enum class State {
    Handshake,
    Open,
    Ended,   // the client has said that it sends no more
    Broken,  // neither direction can go on; output may hold an alert
  };

  // Takes bytes of the socket; what they hold of the client's own is appended to `plain`.
  State receive(std::string_view bytes, std::string& plain);
  // Encrypts; returns how much of `plain` was taken. Only after the handshake.
  std::size_t send(std::string_view plain);
  // Says to the client that nothing more will come.
  void close();
  // Moves what is for the socket.
  void takeOutput(OutputQueue& output);
  bool established() const noexcept { return established_; }

 private:
  struct Free {
    void operator()(ssl_st* session) const noexcept;
  };
  State failure(int result);

  std::shared_ptr<ssl_ctx_st> context_;
  std::unique_ptr<ssl_st, Free> session_;
  bool established_ = false;
};

// Certificate and key, replaceable while connections live: each keeps those it began with.
class TlsContext {
 public:
  // Reads the files: TLS 1.2 and 1.3, ALPN http/1.1. Throws std::runtime_error that says what is wrong.
  explicit TlsContext(TlsOptions options);
  // Reads them again. On failure all stays as it is, and the text says why; empty: done. Any thread.
  std::string reload();
  std::unique_ptr<TlsSession> newSession() const;  // any thread

 private:
  const TlsOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> current_;
};

}  // namespace http
