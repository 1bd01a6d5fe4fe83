#include "src/cli/authorization.h"

#include <utility>

#include "src/cli/serve.h"
#include "src/http/cors.h"

namespace cli {
namespace {

store::ConnectionOptions connectionOptions(const platform::Configuration& configuration) {
  store::ConnectionOptions out;
  out.databaseUrl = configuration.databaseUrl;
  out.connectTimeoutSeconds = static_cast<std::uint32_t>(connectTimeout(configuration).count());
  out.statementTimeoutMilliseconds =
      static_cast<std::uint32_t>(configuration.databaseStatementTimeout.count());
  out.watchdog = std::make_shared<store::Watchdog>();
  return out;
}

std::string originOf(const std::string& url) {
  const auto path = url.find('/', url.find("://") + 3);
  return url.substr(0, path);
}

// "/fhir/metadata" of the segments "fhir" and "metadata".
bool isAt(std::string_view path, const http::Request& request) noexcept {
  for (const std::string& segment : request.segments) {
    if (!path.starts_with('/') || !path.substr(1).starts_with(segment)) return false;
    path.remove_prefix(1 + segment.size());
  }
  return path.empty();
}

smart::ServiceOptions serviceOptions(const platform::Configuration& configuration,
                                     const std::string& fhirBase) {
  smart::ServiceOptions out;
  out.fhirBase = fhirBase;
  out.authBase = originOf(fhirBase) + "/auth";
  out.registration = configuration.clientRegistration;
  out.pages = configuration.signIn;
  if (out.pages) out.managementEndpoint = out.authBase + "/apps";
  return out;
}

smart::Tokens::Options tokenOptions(const platform::Configuration& configuration,
                                    const std::string& fhirBase) {
  smart::Tokens::Options out{.watcher = connectionOptions(configuration)};
  for (const std::string& text : configuration.identityIssuers)
    if (auto issuer = smart::parseOutsideIssuer(text)) out.outside.issuers.push_back(*std::move(issuer));
  out.outside.audience = configuration.identityAudience.empty() ? fhirBase : configuration.identityAudience;
  out.outside.userClaim = configuration.identityUserClaim;
  // The operator names them, and they may well stand in his own network.
  out.outside.fetch.loopbackHttp = true;
  out.outside.fetch.privateAddresses = true;
  return out;
}

}  // namespace

Authorization::Authorization(const platform::Configuration& configuration, const std::string& fhirBase,
                             const store::Store& store)
    : connections_(connectionOptions(configuration)),
      tokens_(connections_, tokenOptions(configuration, fhirBase)),
      service_(connections_, tokens_, serviceOptions(configuration, fhirBase)),
      origins_(connections_),
      metadataPath_(fhirBase.substr(originOf(fhirBase).size()) + "/metadata"),
      pageConnections_(connectionOptions(configuration), configuration.workers),
      authorizations_(service_.grants(),
                      {.fhirBase = service_.options().fhirBase, .issuer = service_.options().authBase}),
      encounters_(store) {}

fhir::Result<std::unique_ptr<Authorization>> Authorization::open(const platform::Configuration& configuration,
                                                                 const std::string& fhirBase,
                                                                 const store::Store& store) {
  for (const std::string& issuer : configuration.identityIssuers)
    if (!smart::parseOutsideIssuer(issuer))
      return fhir::Outcome(fhir::Failure::badRequest, fhir::IssueType::invalid,
                           "identity-issuers: " + issuer +
                               " is not the URL of an issuer (https, or http on loopback), with or without a "
                               "space and the URL of its keys");
  std::unique_ptr<Authorization> out(new Authorization(configuration, fhirBase, store));
  if (configuration.signIn)
    if (auto opened = out->openPages(configuration); !opened) return std::move(opened).outcome();
  return out;
}

fhir::Result<fhir::Done> Authorization::openPages(const platform::Configuration& configuration) {
  people::PagesOptions options;
  options.origin = originOf(service_.options().fhirBase);
  options.textsDirectory = configuration.texts;
  const auto connection = pageConnections_.borrow();
  auto pages = people::Pages::open(*connection, options, {authorizations_, patients_, encounters_});
  if (!pages) return std::move(pages).outcome();
  pages_.emplace(*std::move(pages));
  return fhir::Done{};
}

std::optional<http::Response> Authorization::handle(const http::Request& request) {
  if (auto known = service_.handle(request)) return known;
  if (pages_ && !request.segments.empty() && request.segments.front() == "auth") {
    const auto connection = pageConnections_.borrow();
    return pages_->handle(request, *connection);
  }
  const std::string* const origin = request.header("Origin");
  if (origin == nullptr || !origins_.has(*origin)) return std::nullopt;
  return http::Cors({*origin}).preflight(request);
}

void Authorization::allowOrigin(const http::Request& request, http::Response& response) {
  // Its endpoints have done so; pages are for no script.
  if (request.segments.size() > 1 && request.segments.front() == "auth") return;
  if (isAt(metadataPath_, request)) return http::Cors({"*"}).allow(request, response);
  http::addVary(response, "Origin");
  const std::string* const origin = request.header("Origin");
  if (origin == nullptr || response.header("Access-Control-Allow-Origin") != nullptr) return;
  if (origins_.has(*origin)) http::Cors({*origin}).allow(request, response);
}

rest::Security Authorization::security() const {
  const smart::ServiceOptions& options = service_.options();
  const std::string& auth = options.authBase;
  rest::Security out;
  out.isOpen = false;
  out.token = auth + "/token";
  out.introspect = auth + "/introspect";
  out.revoke = auth + "/revoke";
  if (options.pages) out.authorize = auth + "/authorize";
  if (options.registration) out.registration = auth + "/register";
  out.manage = options.managementEndpoint;
  return out;
}

}  // namespace cli
