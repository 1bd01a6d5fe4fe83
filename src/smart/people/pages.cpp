#include "src/smart/people/pages.h"

#include <algorithm>
#include <array>
#include <exception>

#include "src/http/text.h"
#include "src/platform/log.h"
#include "src/smart/people/guards.h"
#include "src/smart/people/site.h"

namespace people {
namespace {

constexpr std::size_t kLongestForm = 256UL * 1024;  // bytes
constexpr std::size_t kMostFields = 2000;
constexpr std::string_view kStyle = "/auth/style.css";

using Handler = http::Response (*)(const Site&, Visit&);

enum class For : std::uint8_t { everybody, person, userAdmin };

struct Route {
  std::string_view path;
  Handler get;
  Handler post;  // nullptr: there is none
  For whom = For::everybody;
  // A form of another site may be sent here: it only leads on to GET, with nothing done.
  bool foreignForms = false;
  // Looks itself whether the form is too old, so that what was typed need not be typed again.
  bool ownStale = false;
};

constexpr std::array kRoutes = std::to_array<Route>({
    {"/auth", showHome, nullptr, For::person},
    {"/auth/sign-in", showSignIn, takeSignIn, For::everybody, false, true},
    {"/auth/sign-out", showSignOut, takeSignOut, For::everybody},
    {"/auth/authorize", showAuthorize, takeAuthorize, For::everybody, true},
    {"/auth/consent", nullptr, takeConsent, For::everybody, false, true},
    {"/auth/apps", showApps, takeApps, For::person},
    {"/auth/record", showRecord, nullptr, For::person},
    {"/auth/password", showPassword, takePassword, For::person},
    {"/auth/reset", showReset, takeReset, For::everybody},
    {"/auth/clients", showClients, takeClients, For::userAdmin},
    {"/auth/clients/new", showNewClient, takeNewClient, For::userAdmin},
});

std::string pathOf(const http::Request& request) {
  std::string out;
  for (const std::string& segment : request.segments) out += "/" + segment;
  return out;
}

const Route* routeOf(std::string_view path) {
  const auto found = std::ranges::find(kRoutes, path, &Route::path);
  return found == kRoutes.end() ? nullptr : &*found;
}

// Path and query without `lang`, by which GET shows the page again.
std::string hereOf(const http::Request& request, const std::string& path, bool isPost) {
  if (isPost) return path;
  std::vector<http::Parameter> kept = request.query;
  std::erase_if(kept, [](const http::Parameter& parameter) { return parameter.name == "lang"; });
  return kept.empty() ? path : path + "?" + encodeParameters(kept);
}

bool isForm(const http::Request& request) {
  const std::string* type = request.header("Content-Type");
  if (type == nullptr) return false;
  const std::string_view bare = std::string_view(*type).substr(0, type->find(';'));
  return http::text::equalsIgnoringCase(http::text::trim(bare), "application/x-www-form-urlencoded");
}

// Only boxes of one kind may be ticked several times.
bool hasDoubles(const std::vector<http::Parameter>& form) {
  std::vector<std::string_view> names;
  for (const http::Parameter& parameter : form)
    if (parameter.name != "scope") names.emplace_back(parameter.name);
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) != names.end();
}

http::Response methodNotAllowed(const Site& site, const Visit& visit, const Route& route) {
  http::Response out = site.sorry(visit, 405, "error.method");
  out.setHeader("Allow", route.get == nullptr    ? "POST"
                         : route.post == nullptr ? "GET, HEAD"
                                                 : "GET, HEAD, POST");
  return out;
}

// Reads the form and makes sure that it is one of ours. nullopt: it may be taken.
std::optional<http::Response> readForm(const Site& site, Visit& visit, const Route& route) {
  const http::Request& request = visit.request;
  if (!isForm(request)) return site.sorry(visit, 415, "error.form");
  if (request.body.size() > kLongestForm) return site.sorry(visit, 413, "error.form");
  if (!route.foreignForms && !isFromOurPages(request, site.originOf(request)))
    return site.sorry(visit, 403, "error.foreign");
  auto form = http::parseParameters(request.body);
  if (!form || form->size() > kMostFields || (!route.foreignForms && hasDoubles(*form)))
    return site.sorry(visit, 400, "error.form");
  visit.form = *std::move(form);
  if (route.foreignForms || route.ownStale) return std::nullopt;
  if (!site.isFormToken(visit, visit.path, visit.field("form_token")))
    return site.sorry(visit, 403, "error.stale");
  return std::nullopt;
}

http::Response answer(const Site& site, Visit& visit) {
  const Route* route = routeOf(visit.path);
  if (route == nullptr) return site.sorry(visit, 404, "error.not_found");
  const std::string& method = visit.request.method;
  const bool isPost = method == "POST";
  const Handler handler = isPost ? route->post : method == "GET" || method == "HEAD" ? route->get : nullptr;
  if (handler == nullptr) return methodNotAllowed(site, visit, *route);
  if (route->whom != For::everybody && !visit.person) return site.goToSignIn(visit, visit.here);
  if (route->whom == For::userAdmin && !visit.person->hasDuty("users"))
    return site.sorry(visit, 403, "error.not_allowed");
  if (isPost)
    if (auto refused = readForm(site, visit, *route)) return *std::move(refused);
  return handler(site, visit);
}

}  // namespace

struct Pages::Impl {
  std::unique_ptr<Site> site;
};

Pages::Pages(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pages::~Pages() = default;
Pages::Pages(Pages&&) noexcept = default;

fhir::Result<Pages> Pages::open(store::Connection& connection, const PagesOptions& options,
                                const Doors& doors) {
  auto site = Site::open(connection, options, doors);
  if (!site) return std::move(site).outcome();
  auto impl = std::make_unique<Impl>();
  impl->site = *std::move(site);
  return Pages(std::move(impl));
}

bool Pages::owns(const http::Request& request) const {
  const std::string path = pathOf(request);
  return path == kStyle || routeOf(path) != nullptr;
}

http::Response Pages::handle(const http::Request& request, store::Connection& connection) const {
  const Site& site = *impl_->site;
  Visit visit{request, connection, pathOf(request), {}};
  const bool isPost = request.method == "POST";
  if (visit.path == kStyle && !isPost) return site.style();
  visit.language = &site.texts().bestOf({});
  try {
    visit.here = hereOf(request, visit.path, isPost);
    if (auto greeted = site.greet(visit); !greeted) return site.sorry(visit, greeted.outcome());
    return answer(site, visit);
  } catch (const std::exception& error) {
    // What it says is the program's own; no value of a person is in it.
    platform::log::error("sign-in page", {{"path", visit.path}, {"reason", error.what()}});
    http::Response out;
    out.status = 500;
    out.setHeader("Cache-Control", "no-store");
    return out;
  }
}

}  // namespace people
