#include "src/keys/exchange.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <new>

#include "src/keys/refusal.h"
#include "src/platform/address.h"
#include "src/platform/outgoing.h"

namespace keys {
namespace {

constexpr std::size_t kMostBytes = 64UL * 1024;

struct Cleanup {
  void operator()(CURL* curl) const noexcept { curl_easy_cleanup(curl); }
};
using Curl = std::unique_ptr<CURL, Cleanup>;

// libcurl copies each line; one of them has Vault's token.
struct WipeList {
  void operator()(curl_slist* list) const noexcept {
    for (const curl_slist* each = list; each != nullptr; each = each->next)
      sodium_memzero(each->data, std::strlen(each->data));
    curl_slist_free_all(list);
  }
};
using Headers = std::unique_ptr<curl_slist, WipeList>;

bool add(Headers& headers, const char* line) {
  curl_slist* const longer = curl_slist_append(headers.get(), line);
  if (longer == nullptr) return false;
  static_cast<void>(headers.release());
  headers.reset(longer);
  return true;
}

std::size_t onBody(char* data, std::size_t size, std::size_t count, void* user) noexcept {
  auto& body = *static_cast<WipedBytes*>(user);
  const std::size_t bytes = size * count;
  if (body.size() + bytes > kMostBytes) return 0;
  try {
    body.insert(body.end(), data, data + bytes);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return bytes;
}

// Judges the very address that will be connected to: "localhost" is only a name.
curl_socket_t onSocket(void* user, curlsocktype, curl_sockaddr* address) noexcept {
  if (static_cast<const Request*>(user)->isPlain && !platform::isLoopbackAddress(address->addr))
    return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void prepare(CURL* curl, const Request& request, curl_slist* headers, WipedBytes& body) {
  platform::prepareOutgoing(curl, {request.url, request.isPlain, request.timeout, request.caFile});
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &onBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &onSocket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &request);
  if (request.body == nullptr) return;
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body->size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body->data());
}

std::string wordsOf(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return "does not answer in time";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "has a name that is not resolved";
    case CURLE_COULDNT_CONNECT:
      return "cannot be connected to";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "has a certificate that is not trusted";
    case CURLE_SSL_CACERT_BADFILE:
      return "cannot be judged: the file of authorities cannot be read";
    case CURLE_WRITE_ERROR:
      return "answers with more than 64 KiB";
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return "has broken the connection off";
    default:
      return std::string("cannot be asked: ") + curl_easy_strerror(code);
  }
}

}  // namespace

fhir::Result<Reply> exchange(const Request& request) {
  const auto failed = [](std::string words) {
    return unavailable(fhir::IssueType::transient, std::move(words));
  };
  if (request.timeout.count() <= 0) return failed(wordsOf(CURLE_OPERATION_TIMEDOUT));
  const Curl curl(platform::canGoOut() ? curl_easy_init() : nullptr);
  Headers headers;
  if (!curl || !add(headers, request.header.data()) || !add(headers, "Accept: application/json") ||
      !add(headers, "Content-Type: application/json"))
    return failed(wordsOf(CURLE_OUT_OF_MEMORY));
  Reply reply;
  prepare(curl.get(), request, headers.get(), reply.body);
  if (const CURLcode done = curl_easy_perform(curl.get()); done != CURLE_OK) return failed(wordsOf(done));
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  return reply;
}

}  // namespace keys
