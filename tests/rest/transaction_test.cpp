// transaction: all or nothing, in R4's order, with the references among its entries.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/rest/api_fixture.h"
#include "tests/rest/bundles.h"

using namespace fixture;

namespace {

using Entries = std::vector<std::string>;

std::string patient(const std::string& identifier, const std::string& id = {},
                    const std::string& gender = "female") {
  return R"({"resourceType":"Patient",)" + (id.empty() ? "" : R"("id":")" + id + R"(",)") +
         R"("identifier":[{"system":"http://x.example/t","value":")" + identifier + R"("}],"gender":")" +
         gender + R"("})";
}

std::string observation(const std::string& subject, const std::string& more = {}) {
  return R"({"resourceType":"Observation","status":"final","category":[{"coding":[{"system":)"
         R"("http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"text":"x"},)"
         R"("effectiveDateTime":"2026-01-02","subject":{"reference":")" +
         subject + R"("})" + more + "}";
}

std::string basic(const std::string& more) {
  return R"({"resourceType":"Basic","code":{"text":"x"})" + more + "}";
}

http::Response transaction(const Entries& entries, std::initializer_list<http::Header> headers = {}) {
  return server().ask("POST", "", headers, bundleOf("transaction", entries));
}

// "Patient/42" of the entry's location.
std::string placeOf(const http::Response& response, int index) {
  const auto location = at(response, "Bundle.entry[" + std::to_string(index) + "].response.location");
  BOOST_REQUIRE_MESSAGE(location.starts_with(kBase), response.body);
  const auto end = location.rfind("/_history/");
  return location.substr(kBase.size() + 1, end - kBase.size() - 1);
}

std::string textAt(const std::string& place, const std::string& expression) {
  return at(server().ask("GET", "/" + place), expression);
}

const std::string kJsonPatchOfGender =  // [{"op":"replace","path":"/gender","value":"male"}]
    R"({"resourceType":"Binary","contentType":"application/json-patch+json","data":)"
    R"("W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9nZW5kZXIiLCJ2YWx1ZSI6Im1hbGUifV0="})";

const std::string kPathPatchOfGender =
    R"({"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},)"
    R"({"name":"path","valueString":"Patient.gender"},{"name":"value","valueCode":"other"}]}]})";

}  // namespace

BOOST_AUTO_TEST_SUITE(transactions)

BOOST_AUTO_TEST_CASE(every_verb_is_done_in_r4s_order_and_answered_in_the_entries_own) {
  server().put("Patient/t-old", patient("t-old", "t-old"));
  server().put("Patient/t-put", patient("t-put", "t-put"));
  server().put("Patient/t-patch", patient("t-patch", "t-patch"));
  const auto response = transaction({
      entry("GET", "Patient/t-put"),
      entry("GET", "Patient?identifier=t-old"),
      entry("PATCH", "Patient/t-patch", kJsonPatchOfGender),
      entry("PUT", "Patient/t-put", patient("t-put", "t-put", "male")),
      entry("POST", "Patient", patient("t-new")),
      entry("GET", "Patient?identifier=t-new"),
      entry("DELETE", "Patient/t-old"),
      entry("PUT", "Patient/t-upsert", patient("t-upsert", "t-upsert")),
      entry("HEAD", "Patient/t-put"),
      entry("GET", "Patient/t-put/_history/1"),
      entry("GET", "Patient/t-put/_history"),
  });
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(at(response, "Bundle.type") == "transaction-response");
  const Entries wanted{"200", "200", "200", "200", "201", "200", "204", "201", "200", "200", "200"};
  for (int i = 0; i < 11; ++i) BOOST_TEST(statusOf(response, i) == wanted[static_cast<std::size_t>(i)], i);
  BOOST_TEST(at(response, "Bundle.entry[0].resource.gender") == "male");
  BOOST_TEST(at(response, "Bundle.entry[0].fullUrl") == std::string(kBase) + "/Patient/t-put");
  BOOST_TEST(at(response, "Bundle.entry[1].resource.total") == "0");
  BOOST_TEST(at(response, "Bundle.entry[5].resource.total") == "1");
  BOOST_TEST(countAt(response, "Bundle.entry[8].resource") == 0);
  BOOST_TEST(at(response, "Bundle.entry[9].resource.gender") == "female");
  BOOST_TEST(at(response, "Bundle.entry[10].resource.total") == "2");
  BOOST_TEST(at(response, "Bundle.entry[3].response.etag") == "W/\"2\"");
  BOOST_TEST(at(response, "Bundle.entry[3].response.lastModified") ==
             at(server().ask("GET", "/Patient/t-put"), "Patient.meta.lastUpdated"));
  BOOST_TEST(textAt("Patient/t-patch", "Patient.gender") == "male");
  BOOST_TEST(server().ask("GET", "/Patient/t-old").status == 410);
  BOOST_TEST(textAt(placeOf(response, 4), "Patient.identifier.value") == "t-new");
}

BOOST_AUTO_TEST_CASE(an_empty_transaction_does_nothing_well) {
  const auto response = transaction({});
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(at(response, "Bundle.type") == "transaction-response");
}

BOOST_AUTO_TEST_CASE(references_find_their_entries_in_any_order_and_in_circles) {
  const auto p = kUrn + "01", o1 = kUrn + "02", o2 = kUrn + "03", b = std::string("urn:oid:1.2.3.4");
  const auto response = transaction({
      entry("POST", "Observation", observation(p, R"(,"hasMember":[{"reference":")" + o2 + R"("}])"), o1),
      entry("POST", "Observation", observation(p, R"(,"derivedFrom":[{"reference":")" + o1 + R"("}])"), o2),
      entry(
          "POST", "Basic",
          basic(
              R"(,"subject":{"reference":")" + p +
              R"("},"extension":[{"url":"http://x.example/u","valueUri":")" + o1 +
              R"("},{"url":"http://x.example/c","valueCanonical":")" + o1 +
              R"("},{"url":"http://x.example/r","extension":[{"url":"r","valueReference":{"reference":")" +
              b +
              R"("}}]}],"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\")" +
              p + R"(\">p</a><img src=')" + o1 + R"(' alt=\"x\"/> )" + p +
              R"(</div>"},"contained":[{"resourceType":"Patient","id":"in","link":[{"type":"seealso","other":{"reference":")" +
              p + R"("}}]}],"author":{"reference":"#in"})"),
          b),
      entry("POST", "Patient", patient("t-circle"), p),
  });
  BOOST_TEST(checkedStatus(response) == 200, response.body);
  const auto patientPlace = placeOf(response, 3);
  BOOST_TEST(textAt(placeOf(response, 0), "Observation.subject.reference") == patientPlace);
  BOOST_TEST(textAt(placeOf(response, 0), "Observation.hasMember.reference") == placeOf(response, 1));
  BOOST_TEST(textAt(placeOf(response, 1), "Observation.derivedFrom.reference") == placeOf(response, 0));
  const auto basicPlace = placeOf(response, 2);
  BOOST_TEST(textAt(basicPlace, "Basic.subject.reference") == patientPlace);
  BOOST_TEST(textAt(basicPlace, "Basic.contained.link.other.reference") == patientPlace);
  BOOST_TEST(textAt(basicPlace, "Basic.author.reference") == "#in");
  BOOST_TEST(textAt(basicPlace, "Basic.extension.where(url.endsWith('u')).value") == placeOf(response, 0));
  BOOST_TEST(textAt(basicPlace, "Basic.extension.where(url.endsWith('c')).value") == o1);
  BOOST_TEST(textAt(basicPlace, "Basic.extension.extension.value.reference") == basicPlace);
  const auto div = textAt(basicPlace, "Basic.text.div");
  BOOST_TEST(div.find("<a href=\"" + patientPlace + "\">p</a><img src='" + placeOf(response, 0) + "'") !=
                 std::string::npos,
             div);
  BOOST_TEST(div.find("/> " + p) != std::string::npos, "text that is no link stays");
  // The observations stand in their table: nothing waits for the patient.
  BOOST_TEST(server().database->run("SELECT count(*) FROM fhir.dangling_reference WHERE target_id = '" +
                                    patientPlace.substr(8) + "'") == "0");
  BOOST_TEST(countOf("Observation?subject=" + patientPlace) == 2);
}

BOOST_AUTO_TEST_CASE(a_relative_reference_is_resolved_against_the_fullurl_of_its_entry) {
  const std::string other = "http://other.example/fhir/";
  const auto response = transaction({
      entry("POST", "Patient", R"({"resourceType":"Patient","meta":{"versionId":"7"},"gender":"male"})",
            other + "Patient/p"),
      entry("POST", "Observation", observation("Patient/p"), other + "Observation/o"),
      entry("POST", "Observation", observation("Patient/p/_history/7"), other + "Observation/v"),
      entry("POST", "Observation", observation("Patient/p/_history/6"), other + "Observation/w"),
      entry("POST", "Observation", observation("Patient/p"), kUrn + "04"),
      entry("POST", "Observation", observation(other + "Patient/p"), kUrn + "05"),
  });
  BOOST_TEST(checkedStatus(response) == 200, response.body);
  const auto place = placeOf(response, 0);
  const Entries wanted{place, place + "/_history/1", "Patient/p/_history/6", "Patient/p", place};
  for (int i = 1; i < 6; ++i)
    BOOST_TEST(textAt(placeOf(response, i), "Observation.subject.reference") ==
                   wanted[static_cast<std::size_t>(i - 1)],
               i);
}

BOOST_AUTO_TEST_CASE(a_bundle_inside_keeps_the_links_to_its_own_entries) {
  const auto inner = kUrn + "06", outer = kUrn + "07";
  const auto nested = R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":")" + inner +
                      R"(","resource":)" + patient("t-inner") +
                      R"(},{"fullUrl":"urn:uuid:5f0b7a5e-0000-4000-8000-000000000099","resource":)" +
                      observation(inner, R"(,"performer":[{"reference":")" + outer + R"("}])") + "}]}";
  const auto response =
      transaction({entry("POST", "Bundle", nested), entry("POST", "Patient", patient("t-inner"), inner),
                   entry("POST", "Patient", patient("t-outer"), outer)});
  BOOST_TEST(checkedStatus(response) == 200, response.body);
  const auto place = placeOf(response, 0);
  BOOST_TEST(textAt(place, "Bundle.entry[1].resource.subject.reference") == inner);
  BOOST_TEST(textAt(place, "Bundle.entry[1].resource.performer.reference") == placeOf(response, 2));
}

BOOST_AUTO_TEST_CASE(a_link_to_nothing_in_the_bundle_stays_as_it_is) {
  const auto response =
      transaction({entry("POST", "Basic", basic(R"(,"subject":{"reference":")" + kUrn + R"(98"})"))});
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(textAt(placeOf(response, 0), "Basic.subject.reference") == kUrn + "98");
}

BOOST_AUTO_TEST_CASE(conditional_references_name_one_resource_here_or_in_the_transaction) {
  server().put("Patient/t-cr", patient("t-cr", "t-cr"));
  const auto ask = [](const std::string& reference, const Entries& others = {}) {
    Entries entries{entry("POST", "Observation", observation(reference))};
    entries.insert(entries.end(), others.begin(), others.end());
    return transaction(entries);
  };
  const auto found = ask("Patient?identifier=http://x.example/t|t-cr");
  BOOST_TEST(checkedStatus(found) == 200, found.body);
  BOOST_TEST(textAt(placeOf(found, 0), "Observation.subject.reference") == "Patient/t-cr");
  const auto own = ask("Patient?identifier=t-cr-own", {entry("POST", "Patient", patient("t-cr-own"))});
  BOOST_TEST(checkedStatus(own) == 200, own.body);
  BOOST_TEST(textAt(placeOf(own, 0), "Observation.subject.reference") == placeOf(own, 1));

  struct Case {
    std::string reference;
    Entries others;
    int status;
  };
  const std::vector<Case> cases{
      {"Patient?identifier=t-nobody", {}, 412},
      {"Patient?identifier=t-two",
       {entry("POST", "Patient", patient("t-two")), entry("POST", "Patient", patient("t-two"))},
       412},
      {"Patient?identifier=t-cr", {entry("POST", "Patient", patient("t-cr"))}, 412},
      {"Patient?identifier=t-cr", {entry("DELETE", "Patient/t-cr")}, 412},
      {"Patient?identifer=t-cr", {}, 400},
      {"Patient?identifier=t-cr&_count=1", {}, 400},
      {"Patient?", {}, 400},
      {"Pateint?identifier=t-cr", {}, 400},
  };
  const int before = countOf("Observation?status=final");
  for (const auto& [reference, others, status] : cases) {
    const auto response = ask(reference, others);
    BOOST_TEST(checkedStatus(response) == status, reference << " " << response.body);
    BOOST_TEST(
        at(response, "OperationOutcome.issue.expression") == "Bundle.entry[0].resource.subject.reference",
        reference);
  }
  BOOST_TEST(countOf("Observation?status=final") == before);
  BOOST_TEST(server().ask("GET", "/Patient/t-cr").status == 200);
}

BOOST_AUTO_TEST_CASE(what_is_found_by_a_conditional_reference_may_have_one_itself) {
  const auto response = transaction({
      entry("POST", "Observation", observation("Patient?identifier=t-chain")),
      entry(
          "POST", "Patient",
          R"({"resourceType":"Patient","identifier":[{"value":"t-chain"}],"managingOrganization":{"reference":"Organization?identifier=t-org"}})"),
      entry("POST", "Organization",
            R"({"resourceType":"Organization","name":"x","identifier":[{"value":"t-org"}]})"),
  });
  BOOST_TEST(checkedStatus(response) == 200, response.body);
  BOOST_TEST(textAt(placeOf(response, 0), "Observation.subject.reference") == placeOf(response, 1));
  BOOST_TEST(textAt(placeOf(response, 1), "Patient.managingOrganization.reference") == placeOf(response, 2));
  const auto circle = transaction({
      entry(
          "POST", "Patient",
          R"({"resourceType":"Patient","identifier":[{"value":"t-c1"}],"link":[{"other":{"reference":"Patient?identifier=t-c2"},"type":"seealso"}]})"),
      entry(
          "POST", "Patient",
          R"({"resourceType":"Patient","identifier":[{"value":"t-c2"}],"link":[{"other":{"reference":"Patient?identifier=t-c1"},"type":"seealso"}]})"),
  });
  BOOST_TEST(checkedStatus(circle) == 412);
}

BOOST_AUTO_TEST_CASE(conditional_entries_are_what_they_are_alone) {
  server().put("Patient/t-ce", patient("t-ce", "t-ce"));
  server().put("Patient/t-cd", patient("t-cd", "t-cd"));
  const auto p = kUrn + "10";
  const auto response = transaction({
      entry("POST", "Patient", patient("t-ce"), p, R"(,"ifNoneExist":"identifier=t-ce")"),
      entry("POST", "Patient", patient("t-none"), {}, R"(,"ifNoneExist":"identifier=t-none")"),
      entry("PUT", "Patient?identifier=t-cu", patient("t-cu"), kUrn + "11"),
      entry("DELETE", "Patient?identifier=t-cd"),
      entry("POST", "Observation", observation(p)),
      entry("POST", "Observation", observation(kUrn + "11")),
  });
  BOOST_TEST(checkedStatus(response) == 200, response.body);
  const Entries wanted{"200", "201", "201", "204", "201", "201"};
  for (int i = 0; i < 6; ++i) BOOST_TEST(statusOf(response, i) == wanted[static_cast<std::size_t>(i)], i);
  BOOST_TEST(placeOf(response, 0) == "Patient/t-ce");
  BOOST_TEST(textAt(placeOf(response, 4), "Observation.subject.reference") == "Patient/t-ce");
  BOOST_TEST(textAt(placeOf(response, 5), "Observation.subject.reference") == placeOf(response, 2));
  BOOST_TEST(server().ask("GET", "/Patient/t-cd").status == 410);
  const auto again = transaction({entry("PUT", "Patient?identifier=t-cu", patient("t-cu", {}, "male")),
                                  entry("PATCH", "Patient?identifier=t-none", kPathPatchOfGender)});
  BOOST_TEST(checkedStatus(again) == 200, again.body);
  BOOST_TEST(textAt(placeOf(response, 2), "Patient.gender") == "male");
  BOOST_TEST(textAt(placeOf(response, 1), "Patient.gender") == "other");
}

BOOST_AUTO_TEST_CASE(versions_and_times_are_conditions_of_an_entry) {
  server().put("Patient/t-v", patient("t-v", "t-v"));
  const auto ask = [](std::string_view method, const std::string& more, bool body = false) {
    return transaction({entry(method, "Patient/t-v", body ? patient("t-v", "t-v", "male") : "", {}, more)});
  };
  BOOST_TEST(statusOf(ask("GET", R"(,"ifNoneMatch":"W/\"1\"")"), 0) == "304");
  BOOST_TEST(statusOf(ask("GET", R"(,"ifNoneMatch":"W/\"2\"")"), 0) == "200");
  BOOST_TEST(statusOf(ask("GET", R"(,"ifModifiedSince":"2100-01-01T00:00:00Z")"), 0) == "304");
  BOOST_TEST(statusOf(ask("GET", R"(,"ifModifiedSince":"2000-01-01T00:00:00Z")"), 0) == "200");
  const auto refused = ask("PUT", R"(,"ifMatch":"W/\"9\"")", true);
  BOOST_TEST(checkedStatus(refused) == 412);
  BOOST_TEST(at(refused, "OperationOutcome.issue.expression") == "Bundle.entry[0].request.ifMatch");
  BOOST_TEST(checkedStatus(ask("PUT", R"(,"ifNoneMatch":"*")", true)) == 412);
  BOOST_TEST(checkedStatus(ask("DELETE", R"(,"ifMatch":"W/\"9\"")")) == 412);
  BOOST_TEST(statusOf(ask("PUT", R"(,"ifMatch":"W/\"1\"")", true), 0) == "200");
  // Of what is not there, too.
  for (const auto* more : {R"(,"ifMatch":"W/\"1\"")", R"(,"ifMatch":"*")"}) {
    for (const auto* kind : {"transaction", "batch"}) {
      const auto none = server().ask(
          "POST", "", {},
          bundleOf(kind, {entry("PUT", "Patient/t-none", patient("t-none", "t-none"), {}, more),
                          entry("PUT", "Basic/t-none",
                                R"({"resourceType":"Basic","id":"t-none","code":{"text":"x"}})", {}, more)}));
      if (std::string_view(kind) == "transaction") {
        BOOST_TEST(checkedStatus(none) == 412);
      } else {
        BOOST_TEST(statusOf(none, 0) == "412");
        BOOST_TEST(statusOf(none, 1) == "412");
      }
    }
  }
  BOOST_TEST(checkedStatus(server().ask("GET", "/Patient/t-none")) == 404);
  BOOST_TEST(checkedStatus(server().ask("GET", "/Basic/t-none")) == 404);
  BOOST_TEST(statusOf(ask("DELETE", R"(,"ifMatch":"W/\"2\"")"), 0) == "204");
}

BOOST_AUTO_TEST_CASE(a_patch_may_refer_to_an_entry) {
  server().put("Patient/t-link", patient("t-link", "t-link"));
  const std::string patch =  // [{"op":"add","path":"/managingOrganization","value":{"reference":"<kUrn>20"}}]
      R"({"resourceType":"Binary","contentType":"application/json-patch+json","data":")"
      "W3sib3AiOiJhZGQiLCJwYXRoIjoiL21hbmFnaW5nT3JnYW5pemF0aW9uIiwidmFsdWUiOnsicmVmZXJlbmNlIjoidXJuOnV1aWQ6NW"
      "YwYjdh"
      R"(NWUtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDIwIn19XQ=="})";
  const auto response = transaction(
      {entry("PATCH", "Patient/t-link", patch),
       entry("POST", "Organization", R"({"resourceType":"Organization","name":"x"})", kUrn + "20")});
  BOOST_TEST(checkedStatus(response) == 200, response.body);
  BOOST_TEST(textAt("Patient/t-link", "Patient.managingOrganization.reference") == placeOf(response, 1));
}

BOOST_AUTO_TEST_CASE(prefer_holds_for_each_entry) {
  const auto ask = [](const std::string& prefer) {
    return transaction({entry("POST", "Patient", patient("t-prefer"))}, {{"Prefer", prefer}});
  };
  BOOST_TEST(countAt(ask("return=minimal"), "Bundle.entry.resource") == 0);
  BOOST_TEST(countAt(ask(""), "Bundle.entry.resource") == 0);
  const auto whole = ask("return=representation");
  BOOST_TEST(at(whole, "Bundle.entry.resource.gender") == "female");
  BOOST_TEST(at(whole, "Bundle.entry.fullUrl") == std::string(kBase) + "/" + placeOf(whole, 0));
  BOOST_TEST(at(whole, "Bundle.entry.resource.meta.versionId") == "1");
  const auto outcome = ask("return=OperationOutcome");
  BOOST_TEST(at(outcome, "Bundle.entry.response.outcome.issue.severity") == "information");
}

BOOST_AUTO_TEST_CASE(an_entry_may_name_the_whole_url_of_this_server) {
  const auto response = transaction({entry("POST", std::string(kBase) + "/Patient", patient("t-url")),
                                     entry("POST", "/Patient", patient("t-url"))});
  BOOST_TEST(checkedStatus(response) == 200, response.body);
}

BOOST_AUTO_TEST_CASE(xml_is_taken_and_given) {
  const auto response = server().ask(
      "POST", "", {{"Content-Type", "application/fhir+xml"}, {"Accept", "application/fhir+xml"}},
      R"(<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/><entry><resource><Patient><gender value="male"/></Patient></resource>)"
      R"(<request><method value="POST"/><url value="Patient"/></request></entry></Bundle>)");
  BOOST_TEST(response.status == 200);
  BOOST_TEST(response.body.find("<status value=\"201\"/>") != std::string::npos, response.body);
}

BOOST_AUTO_TEST_CASE(nothing_stays_of_a_transaction_with_a_fault_and_the_fault_names_its_place) {
  server().put("Patient/t-f", patient("t-f", "t-f"));
  server().put("Patient/t-twin1", patient("t-twin", "t-twin1"));
  server().put("Patient/t-twin2", patient("t-twin", "t-twin2"));
  struct Case {
    std::string entry;
    int status;
    std::string expression;  // below Bundle.entry[1]
  };
  const std::vector<Case> cases{
      {R"({"resource":)" + patient("x") + "}", 400, ""},
      {R"({"request":{"method":"GET"}})", 400, ".request"},
      {entry("FETCH", "Patient/t-f"), 400, ".request.method"},
      {entry("GET", "http://other.example/Patient/1"), 400, ".request.url"},
      {entry("GET", "Patient/%zz"), 400, ".request.url"},
      {entry("GET", "Nothing/1"), 404, ".request.url"},
      {entry("POST", "Patient/t-f", patient("x")), 405, ".request.url"},
      {entry("GET", "Patient/t-nobody"), 404, ""},
      {entry("GET", "Patient?nme=x"), 400, ".request.url"},
      {entry("GET", "Patient/t-f?_format=xml"), 406, ".request.url"},
      {entry("POST", "Patient"), 400, ""},
      {entry("PUT", "Patient/t-f"), 400, ""},
      {entry("DELETE", "Patient/t-f", patient("x")), 400, ".resource"},
      {entry("POST", "Patient", basic("")), 400, ".resource"},
      {entry("POST", "Patient?x=y", patient("x")), 400, ".request.url"},
      {entry("PUT", "Patient/t-f", patient("x", "t-other")), 400, ".resource.id"},
      {entry("PUT", "Patient/t-f", patient("x")), 400, ".resource.id"},
      {entry("PUT", "Patient?identifier=t-twin", patient("x")), 412, ""},
      {entry("POST", "Patient", patient("x"), {}, R"(,"ifNoneExist":"identifier=t-twin")"), 412, ""},
      {entry("POST", "Patient", patient("x"), {}, R"(,"ifNoneExist":"_count=1")"), 400, ".request.url"},
      {entry("DELETE", "Patient?identifier=t-twin"), 412, ""},
      {entry("PATCH", "Patient/t-nobody", kJsonPatchOfGender), 404, ""},
      {entry("PATCH", "Patient/t-f", patient("x")), 400, ".resource"},
      {entry("PATCH", "Patient/t-f", R"({"resourceType":"Binary","contentType":"text/plain","data":"W10="})"),
       415, ".resource"},
      {entry("POST", "Patient", R"({"resourceType":"Patient","contact":[{"gender":"male"}]})"), 422,
       ".resource.contact[0]"},
      {entry("POST", "", bundleOf("batch", {})), 400, ".request.url"},
      {entry("POST", "/", bundleOf("batch", {})), 400, ".request.url"},
      {entry("PUT", "Patient/t-new1", patient("x", "t-new1")) + "," + entry("DELETE", "Patient/t-new1"), 400,
       ""},
      {entry("PUT", "Patient/t-new1", patient("x", "t-new1")) + "," +
           entry("PUT", "Patient/t-new1", patient("x", "t-new1")),
       400, "2"},
      {entry("PATCH", "Patient/t-f", kJsonPatchOfGender) + "," +
           entry("PATCH", "Patient/t-f", kJsonPatchOfGender),
       400, "2"},
      {entry("PUT", "Patient/t-f", patient("x", "t-f")) + "," +
           entry("PATCH", "Patient?identifier=x", kJsonPatchOfGender),
       400, "2"},
      {entry("POST", "Patient", patient("x"), {}, R"(,"ifNoneExist":"identifier=t-x")") + "," +
           entry("POST", "Patient", patient("x"), {}, R"(,"ifNoneExist":"identifier=t-x")"),
       400, "2"},
      {entry("POST", "Patient", patient("x"), kUrn + "30") + "," +
           entry("POST", "Patient", patient("x"), kUrn + "30"),
       400, "2.fullUrl"},
  };
  for (const auto& [faulty, status, expression] : cases) {
    const auto response = transaction({entry("POST", "Patient", patient("t-never")), faulty});
    BOOST_TEST(checkedStatus(response) == status, faulty << " " << response.body);
    const bool third = expression.starts_with('2');
    BOOST_TEST(at(response, "OperationOutcome.issue.expression") ==
                   "Bundle.entry[" + std::string(third ? "2" : "1") + "]" +
                       (third ? expression.substr(1) : expression),
               faulty << " " << response.body);
  }
  BOOST_TEST(countOf("Patient?identifier=t-never") == 0);
  BOOST_TEST(header(server().ask("GET", "/Patient/t-f"), "ETag") == "W/\"1\"");
  BOOST_TEST(server().ask("GET", "/Patient/t-new1").status == 404);
}

BOOST_AUTO_TEST_CASE(the_faults_of_all_entries_are_told_at_once) {
  const auto broken = R"({"resourceType":"Patient","contact":[{"gender":"male"}]})";
  const auto response = transaction({entry("POST", "Patient", broken), entry("POST", "Patient", patient("x")),
                                     entry("POST", "Patient", broken)});
  BOOST_TEST(checkedStatus(response) == 422);
  BOOST_TEST(countAt(response, "OperationOutcome.issue.where(expression.startsWith('Bundle.entry[0]'))") > 0);
  BOOST_TEST(countAt(response, "OperationOutcome.issue.where(expression.startsWith('Bundle.entry[2]'))") > 0);
}

BOOST_AUTO_TEST_CASE(what_is_sent_to_the_base_is_a_batch_or_transaction) {
  for (const auto* body :
       {R"({"resourceType":"Patient"})", R"({"resourceType":"Bundle","type":"collection"})",
        R"({"resourceType":"Bundle"})", "{", R"({"resourceType":"Bundle","type":"transaction","entry":[]})"})
    BOOST_TEST(checkedStatus(server().ask("POST", "", {}, body)) == 400, body);
  BOOST_TEST(checkedStatus(server().ask("POST", "?x=y", {}, bundleOf("batch", {}))) == 400);
  BOOST_TEST(checkedStatus(
                 server().ask("POST", "", {{"Content-Type", "text/plain"}}, bundleOf("batch", {}))) == 415);
  BOOST_TEST(checkedStatus(server().ask("PUT", "")) == 405);
}

BOOST_AUTO_TEST_CASE(a_bundle_has_a_bounded_number_of_entries) {
  const Entries many(10'001, entry("GET", "metadata"));
  BOOST_TEST(checkedStatus(transaction(many)) == 413);
}

BOOST_AUTO_TEST_CASE(the_answers_of_a_bundles_entries_are_bounded_together) {
  const auto size = server().ask("GET", "/metadata").body.size();
  const std::size_t fit = rest::Limits().entriesBytes / size;
  const Entries many(fit + 3, entry("GET", "metadata"));
  const auto batch = server().ask("POST", "", {}, bundleOf("batch", many));
  BOOST_TEST(batch.status == 200);
  const std::string_view end = std::string_view(batch.body).substr(batch.body.size() - 2000);
  BOOST_TEST(end.find("\"status\":\"413\"") != std::string_view::npos, end);
  BOOST_TEST(batch.body.size() < rest::Limits().entriesBytes + 2 * size);
  BOOST_TEST(checkedStatus(transaction(many)) == 413);
}

BOOST_AUTO_TEST_CASE(a_definition_of_a_transaction_counts_from_the_next_request_on) {
  const auto valueSet =
      R"({"resourceType":"ValueSet","url":"http://x.example/ValueSet/t","status":"active"})";
  BOOST_TEST(checkedStatus(transaction({entry("POST", "ValueSet", valueSet)})) == 200);
}

BOOST_AUTO_TEST_CASE(many_of_each_kind_are_written_together) {
  Entries entries;
  for (int i = 0; i < 60; ++i) {
    const auto p = "urn:uuid:5f0b7a5e-0000-4000-9000-0000000000" + std::to_string(10 + i);
    entries.push_back(entry("POST", "Observation", observation(p)));
    entries.push_back(entry("POST", "Basic", basic(R"(,"subject":{"reference":")" + p + R"("})")));
    entries.push_back(i % 3 == 0 ? entry("PUT", "Patient/t-many" + std::to_string(i),
                                         patient("t-many", "t-many" + std::to_string(i)), p)
                                 : entry("POST", "Patient", patient("t-many"), p));
  }
  for (const auto* wanted : {"201", "200"}) {
    const auto response = transaction(entries, {{"Prefer", "return=representation"}});
    BOOST_TEST(checkedStatus(response) == 200, response.body);
    for (int i = 0; i < 60; ++i) {
      BOOST_TEST(statusOf(response, 3 * i + 2) == (i % 3 == 0 ? wanted : "201"));
      const auto place = i % 3 == 0 ? "Patient/t-many" + std::to_string(i) : placeOf(response, 3 * i + 2);
      for (const auto& path : {"[" + std::to_string(3 * i) + "]", "[" + std::to_string(3 * i + 1) + "]"})
        BOOST_TEST(at(response, "Bundle.entry" + path + ".resource.subject.reference") == place);
      if (i % 20 != 0) continue;
      const auto one = placeOf(response, 3 * i);
      BOOST_TEST(textAt(one, "Observation.subject.reference") == place);
      BOOST_TEST(countOf("Observation?subject=" + place) ==
                 (std::string(wanted) == "200" && i % 3 == 0 ? 2 : 1));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
