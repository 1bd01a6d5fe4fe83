#include "tests/smart/people/browser.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "src/http/text.h"

namespace fixture {
namespace {

std::string encode(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields)
    out += (out.empty() ? "" : "&") + http::percentEncode(name) + "=" + http::percentEncode(value);
  return out;
}

std::string unescape(std::string text) {
  constexpr std::pair<std::string_view, char> escapes[]{
      {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&amp;", '&'}};
  for (const auto& [escape, character] : escapes)
    for (std::size_t at = text.find(escape); at != std::string::npos; at = text.find(escape, at + 1))
      text.replace(at, escape.size(), 1, character);
  return text;
}

people::Pages openPages(store::Connection& connection, const people::PagesOptions& options,
                        const people::Doors& doors) {
  auto pages = people::Pages::open(connection, options, doors);
  if (!pages) throw std::runtime_error(pages.outcome().toJson());
  return *std::move(pages);
}

}  // namespace

const http::Response& Browser::send(http::Request request) {
  const std::string_view target = request.target;
  const std::size_t question = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, question);
  while (!path.empty()) {
    const std::string_view segment = http::text::nextElement(path, '/');
    if (!segment.empty())
      request.segments.push_back(*http::text::percentDecode(segment, http::text::Plus::IsPlus));
  }
  if (question < target.size()) request.query = *http::parseParameters(target.substr(question + 1));
  request.scheme = origin.substr(0, origin.find(':'));
  request.host = origin.substr(origin.find("//") + 2);
  request.remoteAddress = "192.0.2.20";
  for (const http::Header& header : headers) request.headers.push_back(header);
  std::string jar;
  for (const auto& [name, value] : cookies) jar += (jar.empty() ? "" : "; ") + name + "=" + value;
  if (!jar.empty()) request.headers.push_back({"Cookie", jar});
  last = pages.handle(request, connection);
  for (const http::Header& header : last.headers) {
    if (header.name != "Set-Cookie") continue;
    const std::string pair = header.value.substr(0, header.value.find(';'));
    const std::string name = pair.substr(0, pair.find('='));
    cookies[name] = pair.substr(name.size() + 1);
    if (cookies[name].empty()) cookies.erase(name);
  }
  return last;
}

const http::Response& Browser::get(const std::string& target) {
  http::Request request;
  request.method = "GET";
  request.target = target;
  return send(std::move(request));
}

const http::Response& Browser::post(const std::string& path, const Fields& fields, std::string_view from,
                                    std::string_view fetchSite) {
  http::Request request;
  request.method = "POST";
  request.target = path;
  request.body = encode(fields);
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  if (!from.empty()) request.headers.push_back({"Origin", std::string(from)});
  if (!fetchSite.empty()) request.headers.push_back({"Sec-Fetch-Site", std::string(fetchSite)});
  return send(std::move(request));
}

const http::Response& Browser::submit(const std::string& path, const Fields& fields) {
  Fields all;
  const std::string body = last.body;
  // From the form of this path on.
  const std::size_t form = body.find("action=\"" + path + "\"");
  const std::size_t end = body.find("</form>", form);
  constexpr std::string_view mark = "<input type=\"hidden\" name=\"";
  for (std::size_t at = body.find(mark, form); form != std::string::npos && at < end;
       at = body.find(mark, at + 1)) {
    const std::size_t name = at + mark.size();
    const std::size_t value = body.find("value=\"", name) + 7;
    all.emplace_back(body.substr(name, body.find('"', name) - name),
                     unescape(body.substr(value, body.find('"', value) - value)));
  }
  for (const auto& field : fields) {
    std::erase_if(all, [&](const auto& each) { return each.first == field.first && field.first != "scope"; });
    all.push_back(field);
  }
  return post(path, all, origin);
}

std::string Browser::location() const {
  const std::string* value = last.header("Location");
  return value == nullptr ? "" : *value;
}

bool Browser::shows(std::string_view text) const {
  return last.body.find(text) != std::string::npos;
}

std::string Browser::hidden(std::string_view name) const {
  const std::size_t at = last.body.find("name=\"" + std::string(name) + "\" value=\"");
  if (at == std::string::npos) return {};
  const std::size_t value = last.body.find("value=\"", at) + 7;
  return unescape(last.body.substr(value, last.body.find('"', value) - value));
}

std::string Browser::header(std::string_view name) const {
  std::string out;
  for (const http::Header& header : last.headers)
    if (http::text::equalsIgnoringCase(header.name, name)) out += (out.empty() ? "" : "\n") + header.value;
  return out;
}

people::PagesOptions PagesFixture::options(const std::string& origin) {
  people::PagesOptions out;
  out.origin = origin;
  out.textsDirectory = std::string(std::getenv("HV_SOURCE_DIR")) + "/texts";
  return out;
}

PagesFixture::PagesFixture()
    : pages(openPages(server, options(), {authorizations, patients, encounters})), browser{pages, server} {
  patients.all = {{"p1", "Asha Devi", "1990-02-03"}, {"p2", "Binod Kumar", ""}, {"p3", "", "2001-01-01"}};
}

void PagesFixture::signIn(const std::string& email) {
  browser.get("/auth/sign-in");
  browser.submit("/auth/sign-in", {{"email", email}, {"password", std::string(goodPassword)}});
  BOOST_REQUIRE(browser.last.status == 303);
}

std::string authorizeTarget(std::string_view scopes, const Fields& more) {
  Fields fields{{"response_type", "code"},
                {"client_id", "app"},
                {"redirect_uri", "https://app.example/cb"},
                {"scope", std::string(scopes)},
                {"state", "s&t=ate"},
                {"aud", "http://localhost:8080/fhir"},
                {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
                {"code_challenge_method", "S256"}};
  for (const auto& field : more) {
    std::erase_if(fields, [&](const auto& each) { return each.first == field.first; });
    fields.push_back(field);
  }
  return "/auth/authorize?" + encode(fields);
}

}  // namespace fixture
