#include "src/http/target.h"

#include "src/http/text.h"

namespace http {
namespace {

// Strips "http://host" or "https://host" and keeps the host.
bool takeAuthority(std::string_view& target, std::string& host) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = target.substr(0, colon);
  if (!text::equalsIgnoringCase(scheme, "http") && !text::equalsIgnoringCase(scheme, "https")) return false;
  target.remove_prefix(colon + 3);
  const std::size_t end = target.find_first_of("/?");
  const std::string_view authority = target.substr(0, end);
  if (!text::isHost(authority)) return false;
  host = authority;
  target = end == std::string_view::npos ? std::string_view() : target.substr(end);
  return true;
}

bool parsePath(std::string_view path, std::vector<std::string>& segments) {
  if (path.starts_with('/')) path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    auto segment = text::percentDecode(path.substr(0, end), text::Plus::IsPlus);
    if (!segment) return false;
    segments.push_back(*std::move(segment));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  }
  return true;
}

}  // namespace

bool parseTarget(Request& request) {
  std::string_view target = request.target;
  if (target == "*") return request.method == "OPTIONS";
  if (!target.starts_with('/') && !takeAuthority(target, request.host)) return false;
  const std::size_t question = target.find('?');
  if (!parsePath(target.substr(0, question), request.segments)) return false;
  if (question == std::string_view::npos) return true;
  auto query = parseParameters(target.substr(question + 1));
  if (!query) return false;
  request.query = *std::move(query);
  return true;
}

}  // namespace http
