// Setting a new password: by who is signed in, and by a link.
#include <utility>

#include "src/smart/people/site.h"

namespace people {
namespace {

Message wordsOf(PasswordFault fault) {
  switch (fault) {
    case PasswordFault::tooShort:
      return Message::of("password.too_short");
    case PasswordFault::tooLong:
      return Message::of("password.too_long");
    case PasswordFault::isEmail:
      return Message::of("password.is_email");
    case PasswordFault::common:
      return Message::of("password.common");
    case PasswordFault::notText:
      break;
  }
  return Message::of("password.not_text");
}

// What is wrong with the new password; a Message without a key: nothing.
Message faultIn(const Visit& visit, const std::string& email) {
  if (visit.field("new") != visit.field("again")) return Message::of("password.differ");
  const auto fault = faultOf(visit.field("new"), email);
  return fault ? wordsOf(*fault) : Message();
}

http::Response page(const Site& site, Visit& visit, const std::string& email, const std::string& link,
                    Message error) {
  const int status = error.key.empty() ? 200 : 422;
  Values values;
  values.set("error", std::move(error)).set("action", visit.path).set("link_token", link).set("email", email);
  values.set("form_token", site.formToken(visit, visit.path)).set("ask_old", link.empty());
  if (!link.empty()) visit.here = visit.path + "?token=" + link;
  return site.show(visit, Page::password, Message::of("password.title"), values, {.status = status});
}

}  // namespace

http::Response showPassword(const Site& site, Visit& visit) {
  return page(site, visit, visit.person->email, {}, {});
}

http::Response takePassword(const Site& site, Visit& visit) {
  const Person& person = *visit.person;
  if (Message fault = faultIn(visit, person.email); !fault.key.empty())
    return page(site, visit, person.email, {}, std::move(fault));
  const auto changed = site.signIn().change(visit.connection, person, visit.session, visit.field("old"),
                                            visit.field("new"), visit.caller());
  if (!changed) return site.sorry(visit, changed.outcome());
  if (!*changed) return page(site, visit, person.email, {}, Message::of("password.wrong_old"));
  return site.goOn(visit, "/auth?done=password-changed");
}

http::Response showReset(const Site& site, Visit& visit) {
  const std::string link = visit.query("token");
  const auto email = site.signIn().emailOfLink(visit.connection, link);
  if (!email) return site.sorry(visit, email.outcome());
  if (!*email) return site.sorry(visit, 410, "error.link");
  return page(site, visit, **email, link, {});
}

http::Response takeReset(const Site& site, Visit& visit) {
  const std::string link = visit.field("token");
  const auto email = site.signIn().emailOfLink(visit.connection, link);
  if (!email) return site.sorry(visit, email.outcome());
  if (!*email) return site.sorry(visit, 410, "error.link");
  if (Message fault = faultIn(visit, **email); !fault.key.empty())
    return page(site, visit, **email, link, std::move(fault));
  const auto set = site.signIn().setByLink(visit.connection, link, visit.field("new"), visit.caller());
  if (!set) return site.sorry(visit, set.outcome());
  if (!*set) return site.sorry(visit, 410, "error.link");
  return site.goOn(visit, "/auth/sign-in?done=password-set");
}

}  // namespace people
