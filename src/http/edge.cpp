#include "src/http/edge.h"

#include <array>
#include <random>

namespace http {
namespace {

void appendHex(std::string& out, std::uint64_t value, unsigned figures) {
  constexpr std::string_view kHex = "0123456789abcdef";
  while (figures-- > 0) out.push_back(kHex[value >> (figures * 4) & 15]);
}

}  // namespace

RequestIds::RequestIds() {
  std::random_device random;
  appendHex(prefix_, random(), 8);
  prefix_.push_back('-');
}

std::string RequestIds::next() {
  std::string id;
  id.reserve(prefix_.size() + 10);
  id.append(prefix_);
  appendHex(id, count_.fetch_add(1, std::memory_order_relaxed), 10);
  return id;
}

Edge::Edge(ServerOptions serverOptions, Handler serverHandler, FaultWriter faultWriter,
           AtOnceHandler atOnceHandler)
    : options(std::move(serverOptions)),
      handler(std::move(serverHandler)),
      faults(std::move(faultWriter)),
      atOnce(std::move(atOnceHandler)),
      cors(options.cors.origins),
      proxies(options.trustedProxies),
      memory(options.maxBufferedBytes) {}

}  // namespace http
