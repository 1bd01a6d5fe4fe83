#include "src/smart/people/page_list.h"

#include <algorithm>
#include <set>
#include <string>

namespace people {
namespace {

struct PageValues {
  std::string_view file;
  std::set<std::string> names;
};

// In the order of Page.
const std::vector<PageValues>& pages() {
  static const std::vector<PageValues> all{
      {"layout.html",
       {"lang", "title", "style", "who", "for_patient", "for_admin", "sign_out_token", "body", "languages",
        "here", "code", "name", "link"}},
      {"sign_in.html", {"notice", "app", "error", "form_token", "return", "email"}},
      {"message.html", {"kind", "role", "message", "detail", "link", "link_text"}},
      {"home.html", {"notice", "for_patient", "for_admin"}},
      {"consent.html", {"app",    "error",        "form_token", "request",    "request_token", "about",
                        "picker", "searchable",   "search",     "patients",   "number",        "id",
                        "name",   "chosen",       "birth_date", "more",       "groups",        "legend",
                        "scopes", "scope",        "ticked",     "words",      "destination",   "visit",
                        "visits", "visit_picker", "when",       "more_visits"}},
      {"apps.html",
       {"notice", "apps", "number", "name", "since", "last_used", "scopes", "words", "form_token", "id"}},
      {"record.html",
       {"from", "to", "days", "day", "rows", "who", "did", "times", "app", "reason", "earlier", "later"}},
      {"password.html", {"error", "action", "form_token", "link_token", "email", "ask_old"}},
      {"clients.html",
       {"notice", "clients", "number", "name", "id", "kind", "scopes", "has_redirects", "redirects", "uri",
        "revoked", "form_token"}},
      {"client.html",
       {"error", "details", "detail", "form_token", "name", "kinds", "value", "chosen", "words", "uses",
        "redirects", "launch", "scopes", "jwks_uri", "jwks"}},
      {"client_made.html", {"name", "id", "secret"}},
  };
  return all;
}

std::string_view fileOf(std::string_view name) {
  const auto found = std::ranges::find(pageFiles(), name, &PageFile::name);
  return found == pageFiles().end() ? std::string_view() : found->text;
}

}  // namespace

std::string_view styleSheet() {
  return fileOf("style.css");
}

fhir::Result<std::vector<Template>> compilePages(const Texts& texts) {
  std::vector<Template> out;
  for (const PageValues& page : pages()) {
    auto compiled = Template::compile(page.file, fileOf(page.file), texts, page.names);
    if (!compiled) return std::move(compiled).outcome();
    out.push_back(*std::move(compiled));
  }
  return out;
}

}  // namespace people
