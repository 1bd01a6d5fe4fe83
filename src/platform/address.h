// Which network addresses are whose.
//
// Specification: IANA's IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890). Threading: pure
// functions.
#pragma once

struct sockaddr;  // NOLINT(readability-identifier-naming): POSIX's name

namespace platform {

// Whether the address is anybody's on the Internet: not private, loopback, link-local, shared, documentation,
// multicast, reserved, nor an IPv6 address that stands for such an IPv4 one.
bool isPublicAddress(const sockaddr&) noexcept;
bool isLoopbackAddress(const sockaddr&) noexcept;

}  // namespace platform
