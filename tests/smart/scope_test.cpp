// Scopes: what is understood, what refuses the whole text, and what follows from comparing two.
#include "src/smart/scope.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "tests/support/mangled.h"

using smart::Scope;
using smart::ScopeKind;
using smart::ScopeLevel;
using smart::Scopes;

namespace {

Scope scope(std::string_view text) {
  auto parsed = smart::parseScope(text);
  BOOST_REQUIRE_MESSAGE(parsed.ok(), text);
  return *std::move(parsed);
}

Scopes scopes(std::string_view text) {
  auto parsed = smart::parseScopes(text);
  BOOST_REQUIRE_MESSAGE(parsed.ok(), text);
  return *std::move(parsed);
}

std::string meets(std::string_view asked, std::string_view allowed) {
  return smart::textOf(smart::intersect(scopes(asked), scopes(allowed)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scope_text)

BOOST_AUTO_TEST_CASE(the_first_form_means_what_smart_says) {
  const Scope read = scope("patient/Observation.read");
  BOOST_TEST((read.level == ScopeLevel::patient));
  BOOST_TEST(read.type->name == "Observation");
  BOOST_TEST(read.permissions == (smart::kRead | smart::kSearch));
  BOOST_TEST(read.firstForm);
  BOOST_TEST(scope("user/*.write").permissions == (smart::kCreate | smart::kUpdate | smart::kDelete));
  BOOST_TEST(scope("system/*.*").permissions == smart::kAllPermissions);
  BOOST_TEST((scope("system/*.*").type == nullptr));
}

BOOST_AUTO_TEST_CASE(letters_in_their_order_are_permissions) {
  std::size_t understood = 0;
  for (unsigned bits = 1; bits < 32; ++bits) {
    std::string letters;
    for (unsigned i = 0; i < 5; ++i)
      if ((bits >> i & 1U) != 0) letters += "cruds"[i];
    const Scope each = scope("user/Patient." + letters);
    BOOST_TEST(each.permissions == bits);
    BOOST_TEST(smart::canonical(each) == each.text);
    ++understood;
  }
  BOOST_TEST(understood == 31u);
}

BOOST_AUTO_TEST_CASE(restrictions_are_decoded_and_sorted) {
  const Scope each = scope("user/Observation.rs?code=http://loinc.org|8867-4&category=a%2Cb");
  BOOST_REQUIRE(each.restriction.size() == 2u);
  BOOST_TEST(each.restriction[0].first == "category");
  BOOST_TEST(each.restriction[0].second == "a,b");
  BOOST_TEST(each.restriction[1].second == "http://loinc.org|8867-4");
  BOOST_TEST(smart::canonical(each) == "user/Observation.rs?category=a,b&code=http://loinc.org|8867-4");
  scope("patient/*.rs?_tag=a");
  scope("patient/*.rs?_lastUpdated=gt2020-01-01");
  scope("patient/Observation.rs?category:not=a");
  scope("patient/Observation.rs?subject=Patient/1");
}

BOOST_AUTO_TEST_CASE(the_words_of_launch_and_sign_in_are_known) {
  const Scopes all =
      scopes("launch launch/patient launch/encounter openid fhirUser profile offline_access online_access");
  BOOST_REQUIRE(all.size() == 8u);
  BOOST_TEST((all[1].kind == ScopeKind::launchPatient));
  BOOST_TEST(scopes("openid openid").size() == 1u);
  BOOST_TEST(smart::textOf(scopes("openid patient/*.rs openid")) == "openid patient/*.rs");
}

BOOST_AUTO_TEST_CASE(the_portal_s_scope_is_a_system_s_and_no_other_permits_it) {
  const Scope portal = scope("portal/launch");
  BOOST_TEST((portal.kind == ScopeKind::portalLaunch));
  BOOST_TEST((portal.level == ScopeLevel::system));
  BOOST_TEST(smart::canonical(portal) == "portal/launch");
  BOOST_TEST(smart::words(portal).subject == "scope.portalLaunch");
  BOOST_TEST(meets("portal/launch", "portal/launch system/*.cruds") == "portal/launch");
  BOOST_TEST(meets("portal/launch", "system/*.cruds launch launch/patient").empty());
  BOOST_TEST(meets("system/*.cruds launch", "portal/launch").empty());
  for (const char* text : {"portal/launch/", "portal/Launch", "portal/launch?a=b", "portal/*.cruds"})
    BOOST_TEST(!smart::parseScope(text).ok(), text);
}

BOOST_AUTO_TEST_CASE(whatever_is_not_understood_to_the_last_byte_is_refused) {
  using namespace std::string_literals;
  const std::string refused[] = {"",
                                 " ",
                                 "openid ",
                                 " openid",
                                 "openid  fhirUser",
                                 "openid\tfhirUser",
                                 "openid\nfhirUser",
                                 "openid\0"s,
                                 "OpenId",
                                 "fhiruser",
                                 "launch/",
                                 "launch/Patient",
                                 "launch/practitioner",
                                 "offline",
                                 "email",
                                 "patient",
                                 "patient/",
                                 "patient/Patient",
                                 "patient/Patient.",
                                 "patient/.read",
                                 "patient/*",
                                 "patient/*.",
                                 "patient/Observations.read",
                                 "patient/observation.read",
                                 "patient/Resource.read",
                                 "patient/DomainResource.rs",
                                 "patient/HumanName.rs",
                                 "patient/Patient.contact.rs",
                                 "Patient/Patient.read",
                                 "practitioner/Patient.read",
                                 "patient/Patient.Read",
                                 "patient/Patient.reads",
                                 "patient/Patient.read.write",
                                 "patient/Patient.readwrite",
                                 "patient/Patient.sr",
                                 "patient/Patient.rr",
                                 "patient/Patient.rs ",
                                 "patient/Patient.rsx",
                                 "patient/Patient.RS",
                                 "patient/Patient.dc",
                                 "patient/Patient.cruds*",
                                 "patient/Patient.*rs",
                                 "patient/**.rs",
                                 "patient/*.**",
                                 "patient/P*.rs",
                                 "patient/Patient.r-s",
                                 "patient/Patient.rs?",
                                 "patient/Patient.rs?=",
                                 "patient/Patient.rs?name",
                                 "patient/Patient.rs?name=",
                                 "patient/Patient.rs?=a",
                                 "patient/Patient.rs?name=a&",
                                 "patient/Patient.rs?&name=a",
                                 "patient/Patient.rs?name=a&&gender=male",
                                 "patient/Patient.rs?nonsense=a",
                                 "patient/Patient.rs?name=%zz",
                                 "patient/Patient.rs?name=%00",
                                 "patient/Patient.rs?name=%ff",
                                 "patient/Patient.rs?name:wrong=a",
                                 "patient/Patient.read?name=a",
                                 "patient/Patient.*?name=a",
                                 "patient/Patient.rs?_count=1",
                                 "patient/Patient.rs?_sort=name",
                                 "patient/Patient.rs?_include=*",
                                 "patient/Patient.rs?_has:Observation:patient:code=a",
                                 "patient/Patient.rs?_filter=name%20eq%20a",
                                 "patient/Patient.rs?_list=1",
                                 "patient/Patient.rs?_text=a",
                                 "patient/Patient.rs?_content=a",
                                 "patient/Patient.rs?_query=a",
                                 "patient/Patient.rs?_format=json",
                                 "patient/Patient.rs?_elements=name",
                                 "patient/Patient.rs?_summary=true",
                                 "patient/Patient.rs?_contained=true",
                                 "patient/Patient.rs?_type=Patient",
                                 "patient/Location.rs?near=1|1|1|km",
                                 "patient/Patient.rs?birthdate=yesterday",
                                 "patient/Observation.rs?subject.name=a",
                                 "patient/Observation.rs?subject:Patient.name=a",
                                 "patient/Observation.rs?code:in=http://x.example/vs",
                                 "patient/Observation.rs?code:below=a|b",
                                 "patient/Observation.rs?code:text=a",
                                 "patient/*.rs?category=a",
                                 "patient/*.rs?_nothing=a",
                                 "patient/Patient.rs?name=a?gender=male&x",
                                 "patient/Patient.rs#a",
                                 "patient/Patient.rs?name=\"a\"",
                                 "patient/Patient.rs?name=a\\,b",
                                 "patient/Patient.rs?name=\xC3\xA9",
                                 "pati\xC3\xABnt/Patient.rs",
                                 "user\xEF\xBC\x8FPatient.rs",
                                 "system/Patient",
                                 "user/Patient/1.rs",
                                 "/Patient.rs",
                                 "user//Patient.rs",
                                 "patient/Patient.rs,user/Patient.rs",
                                 "patient/Patient.rs\0"s,
                                 "patient\0/Patient.rs"s,
                                 "+",
                                 "*",
                                 "*/*.*"};
  for (const std::string& text : refused) {
    const auto parsed = smart::parseScopes(text);
    BOOST_TEST(!parsed.ok(), "understood: " << text);
    if (!parsed) BOOST_TEST(parsed.outcome().issues().front().diagnostics.ends_with('.'));
    BOOST_TEST(!smart::parseScopes("openid " + text + " fhirUser").ok(), "understood among others: " << text);
  }
}

BOOST_AUTO_TEST_CASE(too_much_is_refused) {
  std::string many = "openid";
  for (int i = 0; i < 250; ++i) many += " openid";
  BOOST_TEST(!smart::parseScopes(many).ok());
  BOOST_TEST(!smart::parseScopes("patient/Patient.rs?name=" + std::string(9000, 'a')).ok());
}

// What is mangled is refused, or says the same when it is written anew.
BOOST_AUTO_TEST_CASE(mangled_scopes_are_refused_or_mean_one_thing) {
  constexpr std::string_view pieces[] = {
      "openid",  "/",    ".",           "?",          "rs", "cruds", "read",           "*",
      "patient", "user", "Observation", "category=a", "&",  "%2C",   "launch/patient", " "};
  const support::Mangling how{pieces, 4, 0, 255};
  std::mt19937 random(7);
  std::size_t understood = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text =
        support::mangled("patient/Observation.rs?category=a user/*.read openid launch/patient", how, random);
    const auto parsed = smart::parseScopes(text);
    if (!parsed) continue;
    ++understood;
    for (const Scope& each : *parsed) BOOST_TEST(scope(smart::canonical(each)).sameAs(each), text);
  }
  BOOST_TEST(understood > 100u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(scope_comparison)

BOOST_AUTO_TEST_CASE(a_scope_permits_what_is_within_it_and_no_more) {
  struct Case {
    std::string_view granted, asked;
    bool permits;
  };
  const Case cases[] = {
      {"patient/*.cruds", "patient/Observation.rs", true},
      {"patient/*.rs", "patient/Observation.read", true},
      {"patient/Observation.read", "patient/Observation.rs", true},
      {"patient/Observation.rs", "patient/*.rs", false},
      {"patient/Observation.rs", "patient/Patient.rs", false},
      {"patient/Observation.r", "patient/Observation.rs", false},
      {"user/*.cruds", "patient/*.rs", false},
      {"system/*.cruds", "user/*.rs", false},
      {"patient/*.cruds", "user/*.rs", false},
      {"patient/Observation.rs?category=a", "patient/Observation.rs", false},
      {"patient/Observation.rs", "patient/Observation.rs?category=a", true},
      {"patient/Observation.rs?category=a", "patient/Observation.rs?category=a&code=b", true},
      {"patient/Observation.rs?category=a&code=b", "patient/Observation.rs?category=a", false},
      {"patient/Observation.rs?category=a", "patient/Observation.rs?category=b", false},
      {"patient/*.rs?_tag=a", "patient/Observation.rs?_tag=a", true},
      {"openid", "openid", true},
      {"openid", "fhirUser", false},
      {"launch", "launch/patient", false},
      {"patient/*.cruds", "openid", false},
      {"launch", "patient/*.rs", false},
  };
  for (const Case& each : cases)
    BOOST_TEST(smart::permits(scope(each.granted), scope(each.asked)) == each.permits,
               each.granted << " for " << each.asked);
}

BOOST_AUTO_TEST_CASE(what_is_asked_is_cut_to_what_is_allowed) {
  BOOST_TEST(meets("patient/*.read", "patient/*.cruds") == "patient/*.read");
  BOOST_TEST(meets("patient/*.read", "patient/Observation.rs patient/Patient.r") ==
             "patient/Observation.read patient/Patient.r");
  BOOST_TEST(meets("patient/*.*", "patient/Observation.cud") == "patient/Observation.write");
  BOOST_TEST(meets("user/*.rs", "patient/*.rs").empty());
  BOOST_TEST(meets("system/*.cruds openid", "system/*.rs") == "system/*.rs");
  BOOST_TEST(meets("user/Observation.rs", "user/*.rs?_tag=a") == "user/Observation.rs?_tag=a");
  BOOST_TEST(meets("user/Observation.rs?code=b", "user/Observation.r?category=a") ==
             "user/Observation.r?category=a&code=b");
  BOOST_TEST(meets("user/*.rs", "user/Patient.rs user/Patient.r user/Patient.rs?gender=male") ==
             "user/Patient.rs");
  BOOST_TEST(meets("openid fhirUser launch/patient", "openid launch/patient") == "openid launch/patient");
}

BOOST_AUTO_TEST_CASE(people_are_told_by_keys) {
  const auto told = smart::words(scope("user/Observation.rs?category=lab"));
  BOOST_TEST(told.subject == "scope.user");
  BOOST_REQUIRE(told.permissions.size() == 2u);
  BOOST_TEST(told.permissions[0] == "scope.permission.read");
  BOOST_TEST(told.permissions[1] == "scope.permission.search");
  BOOST_TEST(told.type == "Observation");
  BOOST_TEST(told.restriction.size() == 1u);
  BOOST_TEST(smart::words(scope("offline_access")).subject == "scope.offlineAccess");
  BOOST_TEST(smart::words(scope("system/*.cruds")).type == "*");
}

BOOST_AUTO_TEST_SUITE_END()
