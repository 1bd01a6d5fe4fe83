// _text and _content: words of narratives and of whole resources, of mapped types and in the generic store.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "tests/store/fixture.h"

using fixture::StoreFixture;
using Ids = std::vector<std::string>;

namespace {

std::string narrative(const std::string& content) {
  return R"("text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">)" + content +
         R"(</div>"})";
}

std::string condition(const std::string& id, const std::string& shown,
                      const std::string& subject = "Patient/p") {
  return R"({"resourceType":"Condition","id":")" + id + R"(",)" +
         (shown.empty() ? "" : narrative(shown) + ",") + R"("code":{"text":"Coded )" + id +
         R"("},"subject":{"reference":")" + subject + R"("}})";
}

struct Texts : StoreFixture {
  Texts() {
    put(R"({"resourceType":"Patient","id":"p",)" + narrative("A sorrowful <b>history</b>") +
        R"(,"name":[{"family":"Müller"}],"birthDate":"1980-02-03"})");
    put(R"({"resourceType":"Patient","id":"q","name":[{"family":"Müller","given":["Zoë"]}],"birthDate":"1980"})");
    put(condition("bone", "<p>Bone metastases</p>"));
    put(condition("liver", "<p>Liver</p><p>metastases</p>"));
    put(condition("both", "Bone and liver, healthy"));
    put(condition("mute", ""));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(full_text, Texts)

BOOST_AUTO_TEST_CASE(words_are_found_as_the_query_joins_them) {
  const auto found = [&](const std::string& text) {
    auto ids = find("Condition", "_text=" + text);
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  BOOST_TEST((found("METASTASES") == Ids{"bone", "liver"}));
  BOOST_TEST((found("(bone OR liver) and metastases") == Ids{"bone", "liver"}));
  BOOST_TEST((found("bone liver") == Ids{"both"}));
  BOOST_TEST((found("metast*") == Ids{"bone", "liver"}));
  BOOST_TEST(found("metast").empty());
  BOOST_TEST((found("bone not metastases") == Ids{"both"}));
  BOOST_TEST((found("bone,liver") == Ids{"bone", "both", "liver"}));
  // What has no narrative has no such word.
  BOOST_TEST((found("not metastases") == Ids{"both", "mute"}));
  BOOST_TEST((found("not (bone or liver)") == Ids{"mute"}));
  BOOST_TEST((found("not (bone liver)") == Ids{"bone", "liver", "mute"}));
  BOOST_TEST((found("healthy or not (bone or liver)") == Ids{"both", "mute"}));
  BOOST_TEST(found("coded").empty());
  BOOST_TEST((find("Condition", "_text:missing=true") == Ids{"mute"}));
}

BOOST_AUTO_TEST_CASE(content_is_all_that_is_written) {
  BOOST_TEST((find("Condition", "_content=coded mute") == Ids{"mute"}));
  BOOST_TEST((find("Condition", "_content=coded healthy") == Ids{"both"}));
  BOOST_TEST(find("Condition", "_content=patient").empty());  // a reference is no text
  BOOST_TEST(find("Patient", "_content=muller").size() == 2);
  // One row's columns say its birth date, the other's do not.
  BOOST_TEST((find("Patient", "_content=muller&birthdate=1980-02-03") == Ids{"p"}));
  BOOST_TEST((find("Patient", "_content=muller not sorrowful&birthdate=1980") == Ids{"q"}));
  BOOST_TEST((find("Patient", "_text=sorrowful history") == Ids{"p"}));
}

BOOST_AUTO_TEST_CASE(after_an_update_or_a_delete_no_old_word_finds_it) {
  put(R"({"resourceType":"Patient","id":"p","name":[{"family":"Rao"}]})");
  put(condition("bone", "Lung"));
  BOOST_TEST(find("Patient", "_text=sorrowful").empty());
  BOOST_TEST((find("Patient", "_content=rao") == Ids{"p"}));
  BOOST_TEST((find("Patient", "_content=muller") == Ids{"q"}));
  BOOST_TEST((find("Condition", "_text=lung") == Ids{"bone"}));
  BOOST_TEST((find("Condition", "_text=metastases") == Ids{"liver"}));
  BOOST_REQUIRE(session.remove(type("Condition"), "liver").ok());
  BOOST_TEST(find("Condition", "_text=metastases").empty());
  BOOST_TEST(find("Condition", "_text=not metastases").size() == 3);
}

BOOST_AUTO_TEST_CASE(what_plain_sql_writes_is_found) {
  const std::string id = database.run(
      "INSERT INTO patient_profile (full_name, medical_summary) VALUES ('Meera Kumari', 'Asthma') RETURNING "
      "id");
  BOOST_TEST((find("Patient", "_content=meera") == Ids{id}));
  database.run("UPDATE patient_profile SET full_name = 'Asha Kumari' WHERE id = '" + id + "'");
  BOOST_TEST(find("Patient", "_content=meera").empty());
  BOOST_TEST((find("Patient", "_content=asha kumari") == Ids{id}));
}

BOOST_AUTO_TEST_CASE(it_goes_through_chains_reversed_ones_compartments_types_and_pages) {
  put(R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"Pulse"},"subject":{"reference":"Patient/p"}})");
  BOOST_TEST((find("Observation", "patient._text=sorrowful") == Ids{"o"}));
  BOOST_TEST(find("Observation", "patient._text=not sorrowful").empty());
  BOOST_TEST((find("Patient", "_has:Observation:patient:_content=pulse") == Ids{"p"}));
  BOOST_TEST((find("Condition", "_content=coded&_count=1").size() == 4u));
  BOOST_TEST((search("Condition", "_content=coded&_total=accurate&_count=1").total == 4u));
  const auto across = [&](const std::vector<std::pair<std::string, std::string>>& query,
                          std::optional<fhir::search::Compartment> compartment) {
    auto parsed = fhir::search::parse({nullptr, std::move(compartment)}, query, store.catalog(), {});
    BOOST_REQUIRE(parsed.ok());
    auto page = session.search(*parsed);
    BOOST_REQUIRE(page.ok());
    Ids ids;
    for (const auto& match : page->matches) ids.push_back(match.id);
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  BOOST_TEST((across({{"_content", "sorrowful or pulse or healthy"}}, {}) == Ids{"both", "o", "p"}));
  BOOST_TEST((across({{"_content", "healt*"}}, {}) == Ids{"both"}));
  BOOST_TEST((across({{"_type", "Condition,Patient,Observation"}, {"_text", "not metastases"}}, {}) ==
              Ids{"both", "mute", "o", "p", "q"}));
  BOOST_TEST((across({{"_content", "(pulse or coded) not metastases"}},
                     fhir::search::Compartment{"Patient", "p"}) == Ids{"both", "mute", "o"}));
}

// A row of the index holds so many words; the rest stands in others.
BOOST_AUTO_TEST_CASE(every_word_of_a_large_resource_is_found) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "word" + std::to_string(i) + " ";
  put(condition("large", text));
  BOOST_TEST(count("fhir.idx_words") > 12);
  for (const char* query : {"word0", "word29999", "word0 word15000 word29999", "word2999* not bone"})
    BOOST_TEST((find("Condition", std::string("_text=") + query) == Ids{"large"}), query);
  BOOST_TEST(find("Condition", "_text=word0 not word29999").empty());
  BOOST_TEST(find("Condition", "_text=not word15000").size() == 4);
}

BOOST_AUTO_TEST_CASE(a_long_word_is_found_by_all_of_it) {
  const std::string longest(500, 'x');
  put(condition("long", longest + "y"));
  BOOST_TEST((find("Condition", "_text=" + longest + "y") == Ids{"long"}));
}

BOOST_AUTO_TEST_CASE(neither_is_an_order_nor_taken_with_another_modifier) {
  for (const char* query : {"_sort=_text", "_sort=_content", "_text:contains=x"}) {
    const std::string_view all(query);
    const auto at = all.find('=');
    BOOST_TEST(!fhir::search::parse(type("Condition"),
                                    {{std::string(all.substr(0, at)), std::string(all.substr(at + 1))}},
                                    store.catalog(), {})
                    .ok(),
               query);
  }
}

// A database of an earlier version: it knows nothing of the two parameters, and has their resources.
BOOST_AUTO_TEST_CASE(what_is_there_already_is_found_once_its_index_is_built) {
  database.run("DELETE FROM fhir.idx_words; DELETE FROM fhir.parameter WHERE code IN ('_text', '_content')");
  auto opened = store::Store::open(store.options());
  BOOST_REQUIRE(opened.ok());
  auto later = opened->session();
  const auto ask = [&](const char* typeName, const char* name, const char* text) {
    return fhir::search::parse(type(typeName), {{name, text}}, opened->catalog(), {});
  };
  const auto early = ask("Condition", "_text", "metastases");
  BOOST_REQUIRE(!early.ok());
  BOOST_TEST(early.outcome().issues().front().diagnostics.find("is being built") != std::string::npos);
  while (true) {
    const auto more = later.buildIndexes();
    BOOST_REQUIRE(more.ok());
    if (*more) continue;
    if (count("fhir.index_build") == 0) break;
    // Other transactions of the cluster, of other tests too, are older than the parameter.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  BOOST_REQUIRE(later.followParameters().ok());
  const auto query = ask("Condition", "_text", "metastases");
  BOOST_REQUIRE(query.ok());
  BOOST_TEST(later.search(*query)->matches.size() == 2);
  const auto patients = ask("Patient", "_content", "muller");
  BOOST_REQUIRE(patients.ok());
  BOOST_TEST(later.search(*patients)->matches.size() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
