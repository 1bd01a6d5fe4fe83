#include "src/http/forwarded.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "src/http/text.h"

namespace http {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// One proxy's word, as far as it was said.
struct Hop {
  std::string address;  // canonical; empty: unknown or obfuscated
  std::string_view proto;
  std::string_view host;
};

struct Client {
  std::string address;
  std::string scheme;
  std::string host;
  bool operator==(const Client&) const = default;
};

std::string_view unquote(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

// "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]", "[2001:db8::1]:80", "2001:db8::1" -> canonical address.
std::string nodeAddress(std::string_view node) {
  node = unquote(node);
  if (node.starts_with('[')) {
    const std::size_t close = node.find(']');
    if (close == std::string_view::npos) return {};
    node = node.substr(1, close - 1);
  } else if (std::count(node.begin(), node.end(), ':') == 1) {
    node = node.substr(0, node.find(':'));
  }
  if (node.find('/') != std::string_view::npos) return {};
  const auto address = AddressBlock::parse(node);
  return address ? address->toString() : std::string();
}

std::vector<std::string_view> listed(const std::vector<Header>& headers, std::string_view name) {
  std::vector<std::string_view> elements;
  for (const Header& header : headers) {
    if (!text::equalsIgnoringCase(header.name, name)) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) elements.push_back(text::nextElement(rest));
  }
  return elements;
}

std::vector<Hop> hopsOfForwarded(const std::vector<Header>& headers) {
  std::vector<Hop> hops;
  for (std::string_view element : listed(headers, "Forwarded")) {
    Hop hop;
    while (!element.empty()) {
      const std::string_view pair = text::nextElement(element, ';');
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string_view name = pair.substr(0, equals);
      const std::string_view value = pair.substr(equals + 1);
      if (text::equalsIgnoringCase(name, "for")) hop.address = nodeAddress(value);
      if (text::equalsIgnoringCase(name, "proto")) hop.proto = unquote(value);
      if (text::equalsIgnoringCase(name, "host")) hop.host = unquote(value);
    }
    hops.push_back(std::move(hop));
  }
  return hops;
}

std::vector<Hop> hopsOfLegacyFields(const std::vector<Header>& headers) {
  const auto addresses = listed(headers, "X-Forwarded-For");
  const auto protos = listed(headers, "X-Forwarded-Proto");
  const auto hosts = listed(headers, "X-Forwarded-Host");
  std::vector<Hop> hops(
      std::max({addresses.size(), std::size_t(!protos.empty()), std::size_t(!hosts.empty())}));
  // A list as long as the addresses' belongs to them one by one; of any other, only the last element was
  // certainly said by the proxy nearest to us.
  const auto at = [&](const std::vector<std::string_view>& list, std::size_t i) {
    if (list.empty()) return std::string_view();
    return list.size() == hops.size() ? list[i] : list.back();
  };
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (i < addresses.size()) hops[i].address = nodeAddress(addresses[i]);
    hops[i].proto = at(protos, i);
    hops[i].host = at(hosts, i);
  }
  return hops;
}

}  // namespace

std::optional<AddressBlock> AddressBlock::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  AddressBlock block;
  unsigned offset = 0;
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    std::copy(kMapped.begin(), kMapped.end(), block.bytes_.begin());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v4.s_addr);
    std::copy(bytes, bytes + 4, block.bytes_.begin() + 12);
    offset = 96;
  } else {
    in6_addr v6{};
    if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return std::nullopt;
    std::copy(std::begin(v6.s6_addr), std::end(v6.s6_addr), block.bytes_.begin());
  }
  if (slash == std::string_view::npos) return block;
  const std::string_view length = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (error != std::errc() || end != length.data() + length.size() || bits > 128 - offset)
    return std::nullopt;
  block.bits_ = bits + offset;
  return block;
}

bool AddressBlock::contains(const AddressBlock& address) const noexcept {
  for (unsigned bit = 0; bit < bits_; bit += 8) {
    const unsigned wanted = std::min(8U, bits_ - bit);
    const unsigned mask = 0xFFU << (8 - wanted) & 0xFFU;
    if (((bytes_[bit / 8] ^ address.bytes_[bit / 8]) & mask) != 0) return false;
  }
  return address.bits_ >= bits_;
}

std::string AddressBlock::toString() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes_.begin())) {
    inet_ntop(AF_INET, bytes_.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  }
  return text;
}

TrustedProxies::TrustedProxies(const std::vector<std::string>& blocks) {
  for (const std::string& text : blocks) {
    const auto block = AddressBlock::parse(text);
    if (!block) throw std::runtime_error("not an address or CIDR block: " + text);
    blocks_.push_back(*block);
  }
}

bool TrustedProxies::trusts(std::string_view address) const {
  const auto parsed = AddressBlock::parse(address);
  return parsed && std::any_of(blocks_.begin(), blocks_.end(),
                               [&](const AddressBlock& block) { return block.contains(*parsed); });
}

void TrustedProxies::apply(Request& request) const {
  if (blocks_.empty() || !trusts(request.remoteAddress)) return;
  const Client direct{request.remoteAddress, request.scheme, request.host};
  // From the nearest hop outwards: each is believed because the one that said it is trusted.
  const auto follow = [&](const std::vector<Hop>& hops) {
    Client client = direct;
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
      if (text::equalsIgnoringCase(hop->proto, "http")) client.scheme = "http";
      if (text::equalsIgnoringCase(hop->proto, "https")) client.scheme = "https";
      if (text::isHost(hop->host)) client.host = hop->host;
      if (hop->address.empty()) break;
      client.address = hop->address;
      if (!trusts(client.address)) break;
    }
    return client;
  };
  const auto standard = hopsOfForwarded(request.headers);
  const auto legacy = hopsOfLegacyFields(request.headers);
  Client client = follow(standard.empty() ? legacy : standard);
  if (!standard.empty() && !legacy.empty() && client != follow(legacy)) client = direct;
  request.remoteAddress = std::move(client.address);
  request.scheme = std::move(client.scheme);
  request.host = std::move(client.host);
}

}  // namespace http
