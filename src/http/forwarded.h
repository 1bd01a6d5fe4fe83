// Who the client is when a proxy stands between: Forwarded (RFC 7239) and X-Forwarded-For, -Proto, -Host,
// believed only when they come from a configured proxy, and only as far back as proxies are configured.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/http/message.h"

namespace http {

// An address or CIDR block, v4 or v6; v4 is kept as ::ffff:0:0/96.
class AddressBlock {
 public:
  // "10.0.0.0/8", "::1", "192.168.1.7". nullopt when it is none of them.
  static std::optional<AddressBlock> parse(std::string_view text);
  bool contains(const AddressBlock& address) const noexcept;
  std::string toString() const;  // of a single address: canonical, v4 dotted

 private:
  std::array<std::uint8_t, 16> bytes_{};
  unsigned bits_ = 128;
};

class TrustedProxies {
 public:
  // Throws std::runtime_error that names the block which is none.
  explicit TrustedProxies(const std::vector<std::string>& blocks);
  bool trusts(std::string_view address) const;
  bool empty() const noexcept { return blocks_.empty(); }

  // `request` comes with remoteAddress, scheme and host of the connection; puts the client's in their place.
  // When both families of fields are there and disagree, neither is believed: one of them may be the client's
  // own.
  void apply(Request& request) const;

 private:
  std::vector<AddressBlock> blocks_;
};

}  // namespace http
