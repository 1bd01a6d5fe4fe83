#include "src/smart/fetch.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <new>

#include "src/http/text.h"
#include "src/platform/address.h"
#include "src/platform/outgoing.h"
#include "src/smart/url.h"

namespace smart {
namespace {

struct Cleanup {
  void operator()(CURL* curl) const noexcept { curl_easy_cleanup(curl); }
};
using Curl = std::unique_ptr<CURL, Cleanup>;

struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

// Of one request; libcurl's callbacks get it.
struct Exchange {
  const FetchRules& rules;
  bool plain;  // http://
  Fetched fetched;
};

std::size_t onBody(char* data, std::size_t size, std::size_t count, void* user) noexcept {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::size_t bytes = size * count;
  if (exchange.fetched.body.size() + bytes > exchange.rules.mostBytes) return 0;
  try {
    exchange.fetched.body.append(data, bytes);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return bytes;
}

std::chrono::seconds maxAgeOf(std::string_view value) noexcept {
  std::chrono::seconds least = std::chrono::hours(24);
  while (!value.empty()) {
    const std::string_view part = http::text::nextElement(value);
    const std::string_view name = part.substr(0, part.find('='));
    if (http::text::equalsIgnoringCase(name, "no-store") || http::text::equalsIgnoringCase(name, "no-cache"))
      return std::chrono::seconds(0);
    if (!http::text::equalsIgnoringCase(name, "max-age")) continue;
    const std::string_view digits = part.substr(std::min(part.size(), name.size() + 1));
    std::uint32_t seconds = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    const bool whole = fault == std::errc() && end == digits.data() + digits.size();
    least = std::min(least, std::chrono::seconds(whole ? seconds : 0));
  }
  return least;
}

std::size_t onHeader(char* data, std::size_t size, std::size_t count, void* user) noexcept {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view line(data, size * count);
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos &&
      http::text::equalsIgnoringCase(line.substr(0, colon), "cache-control")) {
    std::string_view value = line.substr(colon + 1);
    while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
    const std::chrono::seconds age = maxAgeOf(value);
    auto& kept = exchange.fetched.maxAge;
    kept = kept ? std::min(*kept, age) : age;
  }
  return size * count;
}

// Judges the very address that will be connected to.
curl_socket_t onSocket(void* user, curlsocktype purpose, curl_sockaddr* address) noexcept {
  const auto& exchange = *static_cast<const Exchange*>(user);
  const bool loopback = platform::isLoopbackAddress(address->addr);
  const bool allowed = exchange.plain
                           ? loopback
                           : platform::isPublicAddress(address->addr) || exchange.rules.privateAddresses ||
                                 (loopback && exchange.rules.loopbackHttp);
  if (purpose != CURLSOCKTYPE_IPCXN || !allowed) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void prepare(CURL* curl, const std::string& url, Exchange& exchange, curl_slist* headers) {
  const FetchRules& rules = exchange.rules;
  platform::prepareOutgoing(curl, {url, exchange.plain, rules.timeout, rules.caFile});
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &onBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &onHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &onSocket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &exchange);
}

Error failed() {
  return {400, "invalid_client", "The client's key set cannot be got from its URL."};
}

}  // namespace

Answer<Fetched> fetch(const std::string& url, const FetchRules& rules) {
  const auto parsed = parseHttpUrl(url);
  if (!parsed || !platform::canGoOut()) return failed();
  Exchange exchange{rules, parsed->scheme == "http", {}};
  if (exchange.plain && !rules.loopbackHttp) return failed();
  const Curl curl(curl_easy_init());
  const std::unique_ptr<curl_slist, FreeList> headers(
      curl_slist_append(nullptr, "Accept: application/jwk-set+json, application/json"));
  if (curl == nullptr || headers == nullptr) return failed();
  prepare(curl.get(), url, exchange, headers.get());
  if (curl_easy_perform(curl.get()) != CURLE_OK) return failed();
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return failed();
  return std::move(exchange.fetched);
}

}  // namespace smart
