// The apps that a person has let in.
#include <utility>

#include "src/smart/people/site.h"
#include "src/smart/people/words.h"

namespace people {
namespace {

std::vector<Values> rowsOf(const std::vector<AskedScope>& scopes, const Texts& texts) {
  std::vector<Values> out;
  for (const AskedScope& scope : scopes) {
    if (scope.level == AskedScope::Level::context) continue;
    out.push_back(Values().set("words", wordsOf(scope, texts)));
  }
  return out;
}

// The day of an instant.
std::string dayOf(const std::string& instant) {
  return instant.substr(0, 10);
}

}  // namespace

http::Response showApps(const Site& site, Visit& visit) {
  const auto apps = site.authorizations().connected(visit.connection, *visit.person);
  if (!apps) return site.sorry(visit, apps.outcome());
  std::vector<Values> rows;
  for (const ConnectedApp& app : *apps) {
    rows.push_back(Values()
                       .set("number", std::to_string(rows.size() + 1))
                       .set("id", app.id)
                       .set("name", app.name)
                       .set("since", dayOf(app.since))
                       .set("last_used", dayOf(app.lastUsed))
                       .set("scopes", rowsOf(app.scopes, site.texts())));
  }
  Values values;
  values.set("notice", visit.query("done") == "disconnected" ? Message::of("apps.disconnected") : Message());
  values.set("apps", std::move(rows)).set("form_token", site.formToken(visit, visit.path));
  return site.show(visit, Page::apps, Message::of("apps.title"), values);
}

http::Response takeApps(const Site& site, Visit& visit) {
  const auto done = site.authorizations().disconnect(visit.connection, *visit.person, visit.field("app"));
  if (!done) return site.sorry(visit, done.outcome());
  if (!*done) return site.sorry(visit, 404, "error.not_found");
  return site.goOn(visit, "/auth/apps?done=disconnected");
}

}  // namespace people
