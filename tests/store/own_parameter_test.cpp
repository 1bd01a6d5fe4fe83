// Search parameters of a site's own: defined by a stored resource, indexed while others write, used when
// complete.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "tests/store/fixture.h"

using fixture::StoreFixture;
using Ids = std::vector<std::string>;
using State = store::ParameterStatus::State;

namespace {

std::string definition(const std::string& id, const std::string& code, const std::string& base,
                       const std::string& type, const std::string& expression,
                       const std::string& status = "active") {
  return R"({"resourceType":"SearchParameter","id":")" + id + R"(","url":"http://x.example/)" + id +
         R"(","name":"n","status":")" + status + R"(","description":"d","code":")" + code + R"(","base":[")" +
         base + R"("],"type":")" + type + R"(","expression":")" + expression + R"("})";
}

struct Site : StoreFixture {
  Site() {
    put(patient("blue", "eye", "blue"));
    put(patient("brown", "eye", "brown"));
    put(R"({"resourceType":"Patient","id":"none"})");
  }
  static std::string patient(const std::string& id, const std::string& url, const std::string& value) {
    return R"({"resourceType":"Patient","id":")" + id + R"(","extension":[{"url":"http://x.example/)" + url +
           R"(","valueString":")" + value + R"("}]})";
  }
  static std::string eye(const std::string& status = "active") {
    return definition("eye", "eye", "Patient", "string",
                      "Patient.extension.where(url = 'http://x.example/eye').value", status);
  }
  // As the server's watch does, until there is no more to do.
  void build() {
    BOOST_REQUIRE(session.defineParameters().ok());
    while (true) {
      const auto more = session.buildIndexes();
      BOOST_REQUIRE(more.ok());
      if (*more) continue;
      if (count("fhir.index_build") == 0) return;
      // Other transactions of the cluster, of other tests too, are older than the parameter.
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  bool isKnown(std::string_view query) {
    const auto at = query.find('=');
    return fhir::search::parse(type("Patient"),
                               {{std::string(query.substr(0, at)), std::string(query.substr(at + 1))}},
                               store.catalog(), {})
        .ok();
  }
  store::ParameterStatus statusOf(std::string_view id) {
    const auto all = session.parameterStatus();
    BOOST_REQUIRE(all.ok());
    for (const auto& each : *all)
      if (each.id == id) return each;
    BOOST_FAIL("no such SearchParameter");
    return {};
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(own_parameters, Site)

BOOST_AUTO_TEST_CASE(one_that_is_stored_is_searched_by_once_its_index_is_complete) {
  BOOST_TEST(!isKnown("eye=blue"));
  put(eye());
  BOOST_TEST((statusOf("eye").state == State::waiting));
  BOOST_REQUIRE(session.defineParameters().ok());
  BOOST_TEST((statusOf("eye").state == State::building));
  BOOST_TEST(!isKnown("eye=blue"));
  build();
  BOOST_TEST((statusOf("eye").state == State::ready));
  BOOST_TEST((find("Patient", "eye=BLU") == Ids{"blue"}));
  BOOST_TEST((find("Patient", "eye:missing=true") == Ids{"none"}));
  BOOST_TEST((find("Patient", "_sort=-eye") == Ids{"brown", "blue", "none"}));
  BOOST_TEST((find("Patient", "_filter=eye eq brown") == Ids{"brown"}));
}

BOOST_AUTO_TEST_CASE(what_is_written_later_is_found_too) {
  put(eye());
  build();
  put(patient("green", "eye", "green"));
  put(patient("blue", "eye", "grey"));
  BOOST_TEST((find("Patient", "eye=green") == Ids{"green"}));
  BOOST_TEST((find("Patient", "eye=grey") == Ids{"blue"}));
  BOOST_TEST(find("Patient", "eye=blue").empty());
}

// Another process has opened the store before the parameter was there.
BOOST_AUTO_TEST_CASE(who_did_not_know_of_it_yet_indexes_it_when_it_writes) {
  auto other = store::Store::open(store.options());
  BOOST_REQUIRE(other.ok());
  auto late = other->session();
  put(eye());
  build();
  BOOST_REQUIRE(late.update(resource(patient("green", "eye", "green")), "green").ok());
  auto created = late.create(resource(patient("x", "eye", "violet")));
  BOOST_REQUIRE(created.ok());
  BOOST_TEST((find("Patient", "eye=green") == Ids{"green"}));
  BOOST_TEST(find("Patient", "eye=violet").size() == 1);
}

BOOST_AUTO_TEST_CASE(rows_of_the_generic_store_have_it_too) {
  put(R"({"resourceType":"Location","id":"l","name":"Ward","alias":["W9"]})");
  put(definition("alias", "alias", "Location", "token", "Location.alias"));
  build();
  BOOST_TEST((find("Location", "alias=W9") == Ids{"l"}));
}

BOOST_AUTO_TEST_CASE(one_that_is_changed_is_built_anew_and_one_that_is_gone_is_unknown) {
  put(eye());
  build();
  put(definition("eye", "eye", "Patient", "string",
                 "Patient.extension.where(url = 'http://x.example/hair').value"));
  BOOST_REQUIRE(session.defineParameters().ok());
  BOOST_TEST(!isKnown("eye=blue"));
  build();
  BOOST_TEST(find("Patient", "eye=blue").empty());
  put(eye("retired"));
  build();
  BOOST_TEST(!isKnown("eye=blue"));
  BOOST_TEST((statusOf("eye").state == State::inactive));
}

BOOST_AUTO_TEST_CASE(the_index_of_one_that_is_gone_is_removed) {
  put(eye());
  build();
  BOOST_REQUIRE(session.remove(type("SearchParameter"), "eye").ok());
  build();
  const std::string rows =
      "fhir.idx_string i JOIN fhir.parameter p ON p.id = i.parameter WHERE p.code LIKE 'eye#%'";
  BOOST_TEST(count(rows) == 2);
  database.run("UPDATE fhir.own_parameter SET retired_at = retired_at - interval '2 minutes'");
  build();
  BOOST_TEST(count(rows) == 0);
  BOOST_TEST(count("fhir.own_parameter") == 0);
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_searched_by_says_why) {
  put(definition("taken", "family", "Patient", "string", "Patient.name.family"));
  put(definition("broken", "x", "Patient", "string", "Patient.name.("));
  put(definition("wrong", "y", "Patient", "string", "Patient.nmae"));
  put(definition("pair", "z", "Patient", "composite", "Patient.name"));
  build();
  put(definition("count", "_count", "Patient", "string", "Patient.id"));
  for (const char* id : {"taken", "broken", "wrong", "pair", "count"}) {
    const auto status = statusOf(id);
    BOOST_TEST((status.state == State::refused), id);
    BOOST_TEST(!status.reason.empty(), id);
  }
  BOOST_TEST((find("Patient", "family=x").empty()));
}

BOOST_AUTO_TEST_CASE(one_that_fails_for_a_resource_does_not_keep_it_from_being_stored_and_says_so) {
  put(definition("low", "low", "Patient", "string", "Patient.name.family.lower()"));
  build();
  put(R"({"resourceType":"Patient","id":"one","name":[{"family":"Ab"}]})");
  put(R"({"resourceType":"Patient","id":"two","name":[{"family":"Ab"},{"family":"Cd"}]})");
  BOOST_TEST((find("Patient", "low=ab") == Ids{"one"}));
  BOOST_TEST(statusOf("low").failed == 1U);
  put(R"({"resourceType":"Patient","id":"two","name":[{"family":"Cd"}]})");
  BOOST_TEST((find("Patient", "low=cd") == Ids{"two"}));
  BOOST_TEST(statusOf("low").failed == 0U);
}

BOOST_AUTO_TEST_CASE(one_that_costs_too_much_or_has_too_many_values_has_none) {
  put(definition("endless", "endless", "Device", "string", "(1).repeat($this + 1).toString()"));
  const std::string ten = "(1|2|3|4|5|6|7|8|9|10)";
  put(definition(
      "many", "many", "Device", "string",
      ten + ".select(" + ten + ".select(" + ten + ".select(" + ten + ".select($this.toString()))))"));
  put(R"({"resourceType":"Device","id":"d"})");
  build();
  put(R"({"resourceType":"Device","id":"e"})");
  BOOST_TEST(statusOf("endless").failed == 2U);
  BOOST_TEST(statusOf("many").failed == 2U);
  BOOST_TEST(find("Device", "many=1").empty());
}

// Each of the writers knows of the parameter when it looks first, or learns of it with a write.
BOOST_AUTO_TEST_CASE(nothing_that_is_written_while_an_index_is_built_is_missed) {
  for (int i = 0; i < 300; ++i) put(patient("p" + std::to_string(i), "eye", "old" + std::to_string(i)));
  put(eye());
  fixture::together(4, [&](int thread) {
    if (thread == 0) {
      auto own = store.session();
      BOOST_REQUIRE(own.defineParameters().ok());
      while (true) {
        const auto more = own.buildIndexes();
        BOOST_REQUIRE(more.ok());
        if (!*more) break;
      }
      return;
    }
    auto opened = store::Store::open(store.options());
    BOOST_REQUIRE(opened.ok());
    auto own = opened->session();
    for (int i = thread - 1; i < 300; i += 3) {
      const std::string id = "p" + std::to_string(i);
      BOOST_REQUIRE(own.update(resource(patient(id, "eye", "new" + std::to_string(i))), id).ok());
    }
  });
  build();
  BOOST_REQUIRE(session.followParameters().ok());
  for (int i = 0; i < 300; ++i)
    BOOST_TEST((find("Patient", "eye:exact=new" + std::to_string(i)) == Ids{"p" + std::to_string(i)}), i);
  BOOST_TEST(find("Patient", "eye=old").empty());
}

BOOST_AUTO_TEST_CASE(what_an_earlier_program_indexed_is_indexed_again_before_it_is_searched_by) {
  database.run(
      "INSERT INTO fhir.index_build (number, resource_type) SELECT id, resource_type FROM fhir.parameter");
  database.run("UPDATE fhir.search_epoch SET epoch = epoch + 1");
  database.run("DELETE FROM fhir.idx_string");
  BOOST_REQUIRE(session.followParameters().ok());
  BOOST_TEST(!isKnown("address=x"));
  build();
  BOOST_TEST(isKnown("address=x"));
  BOOST_TEST(count("fhir.index_build") == 0);
}

// What implies parameters that it does not name finds too little while one of them is not complete.
BOOST_AUTO_TEST_CASE(a_search_that_implies_parameters_waits_for_all_of_them) {
  put(R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/blue"}})");
  const auto asked = [&](const fhir::search::Scope& scope,
                         const std::vector<std::pair<std::string, std::string>>& query) {
    const auto parsed = fhir::search::parse(scope, query, store.catalog(), {});
    BOOST_REQUIRE(parsed.ok());
    const auto page = session.search(*parsed);
    return page.ok() ? std::string("found")
                     : std::string(page.outcome().failure() == fhir::Failure::unavailable ? "later" : "no");
  };
  const auto all = [&](const std::string& answer) {
    BOOST_TEST(asked({&type("Observation"), fhir::search::Compartment{"Patient", "blue"}}, {}) == answer);
    BOOST_TEST(asked({&type("Observation"), {}}, {{"_include", "*"}}) == answer);
    BOOST_TEST(asked({&type("Observation"), {}}, {{"_list", "x"}}) == answer);
    BOOST_TEST(session.metaInUse(std::vector{&type("Patient")}).ok() == (answer == "found"));
    BOOST_TEST(asked({&type("Observation"), {}}, {}) == "found");
  };
  all("found");
  database.run(
      "INSERT INTO fhir.index_build (number, resource_type) SELECT id, resource_type FROM fhir.parameter "
      "WHERE code IN ('_text', '_content') LIMIT 1");
  database.run("UPDATE fhir.search_epoch SET epoch = epoch + 1");
  BOOST_REQUIRE(session.followParameters().ok());
  all("found");  // nothing implies words
  database.run(
      "INSERT INTO fhir.index_build (number, resource_type) SELECT id, resource_type FROM fhir.parameter "
      "WHERE code = '_tag' LIMIT 1");
  database.run("UPDATE fhir.search_epoch SET epoch = epoch + 1");
  BOOST_REQUIRE(session.followParameters().ok());
  all("later");
  build();
  put(eye());
  BOOST_REQUIRE(session.defineParameters().ok());
  all("found");
  build();
}

// An include of everything follows a site's own references, too.
BOOST_AUTO_TEST_CASE(an_include_of_everything_follows_own_references) {
  put(R"({"resourceType":"Organization","id":"lab","name":"Lab"})");
  put(R"({"resourceType":"Patient","id":"sent","extension":[{"url":"http://x.example/lab",
       "valueReference":{"reference":"Organization/lab"}}]})");
  put(definition("lab", "lab", "Patient", "reference",
                 "Patient.extension.where(url = 'http://x.example/lab').value"));
  build();
  BOOST_TEST(search("Patient", "_id=sent&_include=*").included.size() == 1);
  BOOST_TEST(search("Organization", "_id=lab&_revinclude=*").included.size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
