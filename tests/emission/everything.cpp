#include "tests/emission/everything.h"

#include <boost/test/unit_test.hpp>

#include "fhir/definitions/definitions.h"

namespace emission {
namespace {

using Visit = std::function<void(const std::string&, const fhir::Resource&)>;

std::size_t entriesOf(const fhir::Resource& bundle) {
  std::size_t count = 0;
  for (const auto* each = bundle.root().child("entry"); each; each = each->nextSame()) ++count;
  return count;
}

class Reading {
 public:
  Reading(fixture::Server& server, const Visit& visit) : server_(server), visit_(visit) {}

  void answer(const std::string& target, int status) { ask("GET", target, status, {}); }
  void ask(std::string_view method, const std::string& target, int status, std::string body) {
    const auto response = server_.ask(method, target, {}, std::move(body));
    BOOST_REQUIRE_MESSAGE(response.status == status, target << ": " << response.body);
    ++seen_.answers;
    visit_(target, fixture::resourceOf(response));
  }

  void pages(std::string target) {
    while (!target.empty()) {
      const auto response = server_.ask("GET", target);
      BOOST_REQUIRE_MESSAGE(response.status == 200, target << ": " << response.body);
      const auto bundle = fixture::resourceOf(response);
      ++seen_.answers;
      seen_.resources += entriesOf(bundle);
      visit_(target, bundle);
      target = fixture::link(response, "next");
    }
  }

  Seen seen() const { return seen_; }

 private:
  fixture::Server& server_;
  const Visit& visit_;
  Seen seen_;
};

}  // namespace

Seen everything(fixture::Server& server, const Visit& visit) {
  Reading reading(server, visit);
  for (const auto* type : fhir::resourceTypes()) {
    const std::string name(type->name);
    if (server.ask("GET", "/" + name + "?_count=1").status == 404) continue;
    reading.pages("/" + name + "?_count=500");
    reading.pages("/" + name + "/_history?_count=500");
  }
  reading.pages("/_history?_count=500");
  reading.answer("/metadata", 200);
  reading.answer("/Patient/nobody", 404);
  reading.answer("/Patient?colour=red", 400);
  reading.answer("/NoSuchType", 404);
  reading.ask("POST", "/Patient", 400, R"({"resourceType":"Patient","birthDate":"31.12.1999","colour":1})");
  reading.ask("POST", "/Patient", 422,
              R"({"resourceType":"Patient","gender":"f","contact":[{"gender":"male"}]})");
  reading.ask("POST", "/Patient/$validate", 200, R"({"resourceType":"Patient"})");
  return reading.seen();
}

}  // namespace emission
