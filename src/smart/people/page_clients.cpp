// Apps and systems that are registered, for administrators of users.
#include <algorithm>
#include <array>
#include <utility>

#include "src/http/text.h"
#include "src/smart/people/site.h"

namespace people {
namespace {

struct KindWords {
  ClientKind kind;
  const char* value;
  const char* key;
};
constexpr auto kKinds = std::to_array<KindWords>({{ClientKind::open, "open", "client.kind_open"},
                                                  {ClientKind::secret, "secret", "client.kind_secret"},
                                                  {ClientKind::key, "key", "client.kind_key"}});

Message wordsOf(ClientKind kind) {
  return Message::of(kKinds[static_cast<std::size_t>(kind)].key);
}

std::vector<std::string> linesOf(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    std::string_view line = http::text::nextElement(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = http::text::trim(line);
    if (!line.empty()) out.emplace_back(line);
  }
  return out;
}

// White space of any kind becomes one space.
std::string inOneLine(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!space) out += c;
    if (space && !out.empty() && out.back() != ' ') out += ' ';
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

Values rowOf(const Client& client, std::size_t number) {
  std::vector<Values> redirects;
  for (const std::string& uri : client.redirectUris) redirects.push_back(Values().set("uri", uri));
  Values out;
  out.set("number", std::to_string(number)).set("id", client.id).set("name", client.name);
  out.set("kind", wordsOf(client.kind)).set("scopes", client.scopes).set("revoked", client.revoked);
  out.set("has_redirects", !redirects.empty());
  out.set("redirects", std::move(redirects));
  return out;
}

http::Response formPage(const Site& site, Visit& visit, const fhir::Outcome& refusal) {
  std::vector<Values> details;
  details.reserve(refusal.issues().size());
  for (const fhir::Issue& issue : refusal.issues())
    details.push_back(Values().set("detail", issue.diagnostics));
  const std::string kind = visit.field("kind");
  std::vector<Values> kinds;
  kinds.reserve(kKinds.size());
  for (const KindWords& each : kKinds)
    kinds.push_back(Values()
                        .set("value", each.value)
                        .set("words", Message::of(each.key))
                        .set("chosen", kind == each.value));
  const std::string use = visit.field("use");
  std::vector<Values> uses;
  for (const char* each : {"people", "system"})
    uses.push_back(Values()
                       .set("value", each)
                       .set("words", Message::of(std::string("client.use_") + each))
                       .set("chosen", use == each));
  Values values;
  values.set("error", refusal.empty() ? Message() : Message::of("client.refused"));
  values.set("details", std::move(details)).set("kinds", std::move(kinds)).set("uses", std::move(uses));
  values.set("form_token", site.formToken(visit, visit.path));
  for (const char* name : {"name", "redirects", "launch", "scopes", "jwks_uri", "jwks"})
    values.set(name, visit.field(name));
  return site.show(visit, Page::client, Message::of("client.title"), values,
                   {.status = refusal.empty() ? 200 : 422});
}

std::optional<NewClient> clientOf(const Visit& visit) {
  NewClient out;
  const std::string kind = visit.field("kind");
  const std::string use = visit.field("use");
  const auto found = std::ranges::find_if(kKinds, [&](const KindWords& each) { return kind == each.value; });
  if (found == kKinds.end() || (use != "people" && use != "system")) return std::nullopt;
  out.kind = found->kind;
  out.backend = use == "system";
  out.name = inOneLine(visit.field("name"));
  out.redirectUris = linesOf(visit.field("redirects"));
  out.launchUri = http::text::trim(visit.field("launch"));
  out.scopes = inOneLine(visit.field("scopes"));
  out.jwksUri = http::text::trim(visit.field("jwks_uri"));
  out.jwks = visit.field("jwks");
  return out;
}

}  // namespace

http::Response showClients(const Site& site, Visit& visit) {
  const auto clients = site.authorizations().clients(visit.connection);
  if (!clients) return site.sorry(visit, clients.outcome());
  std::vector<Values> rows;
  for (const Client& client : *clients) rows.push_back(rowOf(client, rows.size() + 1));
  Values values;
  values.set("notice", visit.query("done") == "revoked" ? Message::of("clients.done") : Message());
  values.set("clients", std::move(rows)).set("form_token", site.formToken(visit, visit.path));
  return site.show(visit, Page::clients, Message::of("clients.title"), values);
}

http::Response takeClients(const Site& site, Visit& visit) {
  const auto done =
      site.authorizations().revokeClient(visit.connection, *visit.person, visit.field("client"));
  if (!done) return site.sorry(visit, done.outcome());
  if (!*done) return site.sorry(visit, 404, "error.not_found");
  return site.goOn(visit, "/auth/clients?done=revoked");
}

http::Response showNewClient(const Site& site, Visit& visit) {
  return formPage(site, visit, {});
}

http::Response takeNewClient(const Site& site, Visit& visit) {
  const auto client = clientOf(visit);
  if (!client) return site.sorry(visit, 400, "error.form");
  const auto made = site.authorizations().registerClient(visit.connection, *visit.person, *client);
  if (!made && made.outcome().failure() == fhir::Failure::unprocessable)
    return formPage(site, visit, made.outcome());
  if (!made) return site.sorry(visit, made.outcome());
  Values values;
  values.set("name", client->name).set("id", made->id).set("secret", made->secret.value_or(""));
  return site.show(visit, Page::clientMade, Message::of("client_made.title"), values);
}

}  // namespace people
