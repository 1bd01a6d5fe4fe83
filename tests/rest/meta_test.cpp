// $meta, $meta-add and $meta-delete.
#include <boost/test/unit_test.hpp>

#include "tests/rest/api_fixture.h"
#include "tests/rest/terminology.h"

using namespace fixture;

namespace {

std::string metaOf(const std::string& content) {
  return R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":{)" + content + "}}]}";
}

std::string tag(const std::string& code) {
  return R"({"system":"http://example.org/tags","code":")" + code + R"("})";
}

http::Response change(const std::string& target, const std::string& content,
                      std::initializer_list<http::Header> headers = {}) {
  return server().ask("POST", "/" + target, headers, metaOf(content));
}

// A resource in the generic store, and one in a table.
void putBoth(const std::string& id, const std::string& meta) {
  server().put("Basic/" + id, R"({"resourceType":"Basic","id":")" + id + R"(","meta":{)" + meta +
                                  R"(},"code":{"text":"x"}})");
  server().put("Patient/" + id, R"({"resourceType":"Patient","id":")" + id + R"(","meta":{)" + meta +
                                    R"(},"name":[{"family":"Meta"}]})");
}

const std::string kReturn = "Parameters.parameter.where(name = 'return').value";

int tagCount(const http::Response& response, const std::string& code) {
  return countAt(response, kReturn + ".tag.where(code = '" + code + "')");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(meta_operations)

BOOST_AUTO_TEST_CASE(meta_of_an_instance_and_a_version_is_what_a_read_shows) {
  putBoth("meta-read", R"("tag":[)" + tag("one") + "]");
  for (const std::string type : {"Basic/", "Patient/"}) {
    for (const std::string where : {"meta-read/$meta", "meta-read/_history/1/$meta"}) {
      for (const std::string method : {"GET", "POST"}) {
        const auto response = server().ask(method, "/" + type + where);
        BOOST_TEST(checkedStatus(response) == 200);
        BOOST_TEST(tagCount(response, "one") == 1);
        BOOST_TEST(at(response, kReturn + ".versionId") == "1");
        BOOST_TEST(at(response, kReturn + ".lastUpdated") != "");
        BOOST_TEST(header(response, "ETag") == "W/\"1\"");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(labels_are_added_once_and_deleted) {
  putBoth("meta-change", R"("tag":[)" + tag("kept") + "]");
  for (const std::string id : {"Basic/meta-change", "Patient/meta-change"}) {
    const auto added =
        change(id + "/$meta-add",
               R"("profile":["http://example.org/p"],"security":[{"system":"s","code":"R"}],"tag":[)" +
                   tag("kept") + "," + tag("new") + "," + tag("new") + "]");
    BOOST_TEST(checkedStatus(added) == 200, added.body);
    BOOST_TEST(tagCount(added, "kept") == 1);
    BOOST_TEST(tagCount(added, "new") == 1);
    BOOST_TEST(at(added, kReturn + ".profile") == "http://example.org/p");
    BOOST_TEST(at(added, kReturn + ".security.code") == "R");
    BOOST_TEST(at(added, kReturn + ".versionId") == "2");
    BOOST_TEST(header(added, "ETag") == "W/\"2\"");
    const auto type = id.substr(0, id.find('/'));
    BOOST_TEST(countAt(server().ask("GET", "/" + type + "?_tag=http://example.org/tags|new&_id=meta-change"),
                       "Bundle.entry") == 1);
    // The display does not count, and what is not there is not missed.
    const auto deleted = change(
        id + "/$meta-delete",
        R"("profile":["http://example.org/p"],"tag":[{"system":"http://example.org/tags","code":"new","display":"d"},)" +
            tag("none") + "]");
    BOOST_TEST(checkedStatus(deleted) == 200, deleted.body);
    BOOST_TEST(tagCount(deleted, "new") == 0);
    BOOST_TEST(tagCount(deleted, "kept") == 1);
    BOOST_TEST(at(deleted, kReturn + ".profile") == "");
    BOOST_TEST(at(deleted, kReturn + ".versionId") == "3");
    const auto last =
        change(id + "/$meta-delete", R"("security":[{"system":"s","code":"R"}],"tag":[)" + tag("kept") + "]");
    BOOST_TEST(countAt(last, kReturn + ".tag") + countAt(last, kReturn + ".security") == 0);
    BOOST_TEST(countAt(server().ask("GET", "/" + type + "?_tag=new&_id=meta-change"), "Bundle.entry") == 0);
  }
}

BOOST_AUTO_TEST_CASE(what_changes_nothing_makes_no_version) {
  putBoth("meta-same", R"("tag":[)" + tag("kept") + "]");
  for (const std::string id : {"Basic/meta-same", "Patient/meta-same"}) {
    BOOST_TEST(at(change(id + "/$meta-add", R"("tag":[)" + tag("kept") + "]"), kReturn + ".versionId") ==
               "1");
    BOOST_TEST(at(change(id + "/$meta-delete", R"("tag":[)" + tag("none") + "]"), kReturn + ".versionId") ==
               "1");
  }
}

BOOST_AUTO_TEST_CASE(changes_at_once_are_all_kept) {
  putBoth("meta-crowd", R"("tag":[)" + tag("first") + "]");
  for (const std::string id : {"Basic/meta-crowd", "Patient/meta-crowd"}) {
    std::vector<std::string> bodies;
    for (unsigned i = 0; i < Server::kWorkers; ++i)
      bodies.push_back(metaOf(R"("tag":[)" + tag("crowd" + std::to_string(i)) + "]"));
    const auto statuses = server().askAtOnce("POST", "/" + id + "/$meta-add", {}, bodies);
    BOOST_TEST(statuses.back() == 200);
    const auto after = server().ask("GET", "/" + id + "/$meta");
    BOOST_TEST(countAt(after, kReturn + ".tag") == static_cast<int>(Server::kWorkers) + 1);
    BOOST_TEST(at(after, kReturn + ".versionId") == std::to_string(Server::kWorkers + 1));
  }
}

BOOST_AUTO_TEST_CASE(if_match_decides) {
  putBoth("meta-match", R"("tag":[)" + tag("one") + "]");
  const std::string two = R"("tag":[)" + tag("two") + "]";
  BOOST_TEST(checkedStatus(change("Basic/meta-match/$meta-add", two, {{"If-Match", "W/\"7\""}})) == 412);
  BOOST_TEST(checkedStatus(change("Basic/meta-match/$meta-add", two, {{"If-Match", "W/\"1\""}})) == 200);
  BOOST_TEST(checkedStatus(change("Basic/meta-match/$meta-add", two, {{"If-Match", "*"}})) == 200);
  BOOST_TEST(checkedStatus(change("Basic/meta-match/$meta-add", two, {{"If-Match", "nonsense\""}})) == 400);
  BOOST_TEST(checkedStatus(change("Basic/meta-match/$meta-add", two, {{"If-None-Match", "*"}})) == 400);
  BOOST_TEST(checkedStatus(change("Basic/meta-match/$meta-add", two, {{"If-None-Exist", "a=b"}})) == 400);
}

BOOST_AUTO_TEST_CASE(a_type_and_the_system_tell_what_is_in_use) {
  putBoth("meta-use-1", R"("profile":["http://example.org/used"],"security":[{"code":"bare"}],"tag":[)" +
                            tag("used") + R"(,{"system":"http://example.org/other","code":"used"}])");
  putBoth("meta-use-2", R"("tag":[)" + tag("used") + "," + tag("gone") + "]");
  BOOST_TEST(change("Patient/meta-use-2/$meta-delete", R"("tag":[)" + tag("gone") + "]").status == 200);
  BOOST_TEST(server().ask("DELETE", "/Basic/meta-use-2").status == 204);
  for (const std::string where : {"Basic/$meta", "Patient/$meta", "$meta"}) {
    for (const std::string method : {"GET", "POST"}) {
      const auto response = server().ask(method, "/" + where);
      BOOST_TEST(checkedStatus(response) == 200, response.body);
      BOOST_TEST(tagCount(response, "used") == 2, where);
      BOOST_TEST(tagCount(response, "gone") == 0, where);
      BOOST_TEST(countAt(response, kReturn + ".profile.where($this = 'http://example.org/used')") == 1);
      BOOST_TEST(countAt(response, kReturn + ".security.where(code = 'bare' and system.empty())") == 1);
      BOOST_TEST(at(response, kReturn + ".versionId") == "");
    }
  }
  BOOST_TEST(tagCount(server().ask("GET", "/Slot/$meta"), "used") == 0);
}

BOOST_AUTO_TEST_CASE(what_it_cannot_do_is_refused_by_name) {
  using terms::refusal;
  putBoth("meta-no", R"("tag":[)" + tag("one") + "]");
  const std::string one = R"("tag":[)" + tag("one") + "]";
  BOOST_TEST(refusal(change("Basic/none/$meta-add", one)) == "404 not-found");
  BOOST_TEST(refusal(change("Basic/_x/$meta-delete", one)) == "404 not-found");
  BOOST_TEST(refusal(server().ask("GET", "/Basic/none/$meta")) == "404 not-found");
  BOOST_TEST(refusal(server().ask("GET", "/Basic/meta-no/_history/9/$meta")) == "404 not-found");
  BOOST_TEST(refusal(server().ask("GET", "/Basic/meta-no/_history/x/$meta")) == "404 not-found");
  BOOST_TEST(refusal(change("Basic/meta-no/_history/1/$meta-add", one)) == "422 business-rule");
  BOOST_TEST(refusal(change("Basic/meta-no/_history/9/$meta-delete", one)) == "404 not-found");
  BOOST_TEST(refusal(change("Basic/meta-no/$meta-add", R"("source":"http://x")")) ==
             "400 invalid Parameters.parameter[0].value.source");
  BOOST_TEST(refusal(change("Basic/meta-no/$meta-add", R"("tag":[{"display":"x"}])")) ==
             "400 required Parameters.parameter[0].value.tag[0]");
  BOOST_TEST(refusal(server().ask("POST", "/Basic/meta-no/$meta-add")) == "400 required meta");
  const auto send = [&](const std::string& name, const std::string& parameter) {
    return refusal(server().ask("POST", "/Basic/meta-no/$" + name, {},
                                R"({"resourceType":"Parameters","parameter":[{)" + parameter + "}]}"));
  };
  BOOST_TEST(send("meta-add", R"("name":"met","valueString":"x")") ==
             "400 not-supported Parameters.parameter[0]");
  BOOST_TEST(send("meta-add", R"("name":"meta","valueString":"x")") == "400 value Parameters.parameter[0]");
  BOOST_TEST(send("meta", R"("name":"meta","valueString":"x")") ==
             "400 not-supported Parameters.parameter[0]");
  BOOST_TEST(checkedStatus(server().ask("GET", "/Basic/meta-no/$meta?tag=x")) == 400);
  BOOST_TEST(checkedStatus(server().ask("POST", "/Basic/meta-no/$meta-add?mta=x", {}, metaOf(one))) == 400);
  BOOST_TEST(refusal(server().ask("POST", "/Basic/meta-no/$meta-add?meta=x", {}, metaOf(one))) ==
             "400 invalid meta");
  const auto get = server().ask("GET", "/Basic/meta-no/$meta-add");
  BOOST_TEST(checkedStatus(get) == 405);
  BOOST_TEST(header(get, "Allow") == "POST");
  BOOST_TEST(checkedStatus(server().ask("POST", "/Basic/$meta-add", {}, metaOf(one))) == 501);
  BOOST_TEST(checkedStatus(server().ask("POST", "/$meta-add", {}, metaOf(one))) == 501);
  BOOST_TEST(server().ask("DELETE", "/Basic/meta-no").status == 204);
  BOOST_TEST(refusal(change("Basic/meta-no/$meta-add", one)) == "410 deleted");
  BOOST_TEST(refusal(server().ask("GET", "/Basic/meta-no/$meta")) == "410 deleted");
}

BOOST_AUTO_TEST_CASE(the_capability_statement_names_them) {
  const auto statement = server().ask("GET", "/metadata");
  const auto declared = [&](const std::string& where, const std::string& name) {
    return at(statement,
              "CapabilityStatement.rest" + where + ".operation.where(name = '" + name + "').definition");
  };
  const std::string base = "http://hl7.org/fhir/OperationDefinition/Resource-";
  BOOST_TEST(declared("", "meta") == base + "meta");
  BOOST_TEST(declared("", "meta-add") == "");
  for (const std::string name : {"meta", "meta-add", "meta-delete"})
    BOOST_TEST(declared(".resource.where(type = 'Slot')", name) == base + name);
}

BOOST_AUTO_TEST_SUITE_END()
