// A client that knows what it sends to the byte: raw sockets, no library that would repair or refuse.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/http/message.h"

namespace testing {

struct Reply {
  int status = 0;
  std::vector<http::Header> headers;
  std::string body;

  // First header of this name; "" when absent.
  std::string header(std::string_view name) const;
  bool has(std::string_view name) const;
};

class Client {
 public:
  // Connects to 127.0.0.1. Throws std::runtime_error when it can't.
  explicit Client(std::uint16_t port, int receiveBuffer = 0);
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;

  // False when the server has closed.
  bool send(std::string_view bytes);
  // The next answer; nullopt when the server closes or is silent for longer than `patience`.
  // `toHead`: the answer has no body, whatever its Content-Length.
  std::optional<Reply> receive(bool toHead = false,
                               std::chrono::milliseconds patience = std::chrono::seconds(10));
  std::optional<Reply> exchange(std::string_view bytes) { return send(bytes) ? receive() : std::nullopt; }
  // Whether the server closes within `patience`; what it sends before is thrown away.
  bool closes(std::chrono::milliseconds patience = std::chrono::seconds(10));
  // Bytes as they come, up to `count` or the end.
  std::string receiveRaw(std::size_t count, std::chrono::milliseconds patience = std::chrono::seconds(10));
  void finish();  // FIN
  void vanish();  // RST
  int descriptor() const noexcept { return fd_; }

 private:
  bool fill(std::chrono::steady_clock::time_point deadline);

  int fd_ = -1;
  std::string buffer_;
};

}  // namespace testing
