#include "src/platform/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace platform {
namespace {

struct Block4 {
  std::uint32_t first;
  unsigned bits;
};
constexpr std::uint32_t ip(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24U | b << 16U | c << 8U | d;
}
constexpr std::array<Block4, 15> kSpecial{{{ip(0, 0, 0, 0), 8},
                                           {ip(10, 0, 0, 0), 8},
                                           {ip(100, 64, 0, 0), 10},
                                           {ip(127, 0, 0, 0), 8},
                                           {ip(169, 254, 0, 0), 16},
                                           {ip(172, 16, 0, 0), 12},
                                           {ip(192, 0, 0, 0), 24},
                                           {ip(192, 0, 2, 0), 24},
                                           {ip(192, 88, 99, 0), 24},
                                           {ip(192, 168, 0, 0), 16},
                                           {ip(198, 18, 0, 0), 15},
                                           {ip(198, 51, 100, 0), 24},
                                           {ip(203, 0, 113, 0), 24},
                                           {ip(224, 0, 0, 0), 4},
                                           {ip(240, 0, 0, 0), 4}}};

bool isPublic4(std::uint32_t address) noexcept {
  return std::ranges::none_of(kSpecial, [address](const Block4& block) {
    return (address ^ block.first) >> (32U - block.bits) == 0;
  });
}

using Bytes6 = std::array<std::uint8_t, 16>;

std::uint32_t last4(const Bytes6& bytes) noexcept {
  return ip(bytes[12], bytes[13], bytes[14], bytes[15]);
}

bool isMapped(const Bytes6& bytes) noexcept {
  constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool isPublic6(const Bytes6& bytes) noexcept {
  if (isMapped(bytes)) return isPublic4(last4(bytes));
  if ((bytes[0] & 0xE0U) != 0x20U) return false;  // only 2000::/3 is global unicast
  if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 0x02) return false;  // 2001::/23, Teredo and others
  if (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0D && bytes[3] == 0xB8) return false;
  return !(bytes[0] == 0x20 && bytes[1] == 0x02);  // 2002::/16 holds an IPv4 address
}

std::optional<std::uint32_t> address4(const sockaddr& address) noexcept {
  if (address.sa_family != AF_INET) return std::nullopt;
  sockaddr_in in{};
  std::memcpy(&in, &address, sizeof in);
  return ntohl(in.sin_addr.s_addr);
}

std::optional<Bytes6> address6(const sockaddr& address) noexcept {
  if (address.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 in{};
  std::memcpy(&in, &address, sizeof in);
  Bytes6 out;
  std::memcpy(out.data(), &in.sin6_addr, out.size());
  return out;
}

}  // namespace

bool isPublicAddress(const sockaddr& address) noexcept {
  if (const auto four = address4(address)) return isPublic4(*four);
  const auto six = address6(address);
  return six && isPublic6(*six);
}

bool isLoopbackAddress(const sockaddr& address) noexcept {
  if (const auto four = address4(address)) return *four >> 24U == 127;
  const auto six = address6(address);
  if (!six) return false;
  if (isMapped(*six)) return last4(*six) >> 24U == 127;
  Bytes6 one{};
  one[15] = 1;
  return *six == one;
}

}  // namespace platform
