// The socket that accepts. Non-blocking, closed on exec, with NODELAY for what it accepts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace http {

class ListeningSocket {
 public:
  // `address` is a name or a numeric v4 or v6 address. Throws std::runtime_error that says what is in the
  // way.
  ListeningSocket(const std::string& address, std::uint16_t port);
  ~ListeningSocket();
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  int descriptor() const noexcept { return descriptor_; }
  std::uint16_t port() const noexcept { return port_; }

 private:
  int descriptor_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace http
