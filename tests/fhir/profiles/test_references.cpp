// What references, Bundles and conformsTo() lead to; profiles that lead to each other come to an end.
#define BOOST_TEST_MODULE profile_references
#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/fhir/profiles/fixtures.h"

using namespace fhir::profiles;
using namespace fhir::profiles::test;

namespace {

std::string subject(const std::string& target, const std::string& more = {}) {
  return element("Observation.subject",
                 R"("type":[{"code":"Reference","targetProfile":[)" + target + "]" + more + "}]");
}
std::string quoted(const std::string& name) {
  return (name.find(':') == std::string::npos ? "\"" + example : "\"") + name + "\"";
}

const std::string named = profile("named", "Patient", {element("Patient.name", R"("min":1)")});
const std::string patientType = "http://hl7.org/fhir/StructureDefinition/Patient";
const std::string groupType = "http://hl7.org/fhir/StructureDefinition/Group";

fhir::Outcome observation(const ProfileSet& set, const std::string& reference,
                          const std::string& contained = {}, fhir::Severity least = fhir::Severity::error) {
  return faultsOf(
      set,
      R"({"resourceType":"Observation","status":"final","code":{"text":"a"},"subject":{"reference":")" +
          reference + R"("})" + (contained.empty() ? "" : R"(,"contained":[)" + contained + "]") + "}",
      {{"o"}, least});
}

// A Bundle with an Observation of the profile "o" about Patient/p.
fhir::Outcome bundle(const ProfileSet& set, const std::string& patient) {
  return faultsOf(
      set,
      R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://a.example/Observation/o","resource":{"resourceType":"Observation","id":"o","meta":{"profile":["http://example.org/fhir/o"]},"status":"final","code":{"text":"a"},"subject":{"reference":"Patient/p"}}},{"fullUrl":"http://a.example/Patient/p","resource":{"resourceType":"Patient","id":"p",)" +
          patient + "}}]}",
      {{}, fhir::Severity::error});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_reference_leads_to_one_of_the_types_that_are_left) {
  const ProfileSet set =
      load({profile("o", "Observation", {subject(quoted(patientType) + "," + quoted(groupType))})});
  EXPECT_FAULTS(observation(set, "Patient/1"));
  EXPECT_FAULTS(observation(set, "https://other.example/fhir/Group/1"));
  EXPECT_FAULTS(observation(set, "Device/1"), "error Observation.subject.reference");
  EXPECT_FAULTS(observation(set, "#d", R"({"resourceType":"Device","id":"d"})"),
                "error Observation.subject.reference");
}

BOOST_AUTO_TEST_CASE(a_contained_target_keeps_to_the_profile) {
  const ProfileSet set = load({named, profile("o", "Observation", {subject(quoted("named"))})});
  EXPECT_FAULTS(observation(set, "#p", R"({"resourceType":"Patient","id":"p","name":[{"text":"a"}]})"));
  EXPECT_FAULTS(observation(set, "#p", R"({"resourceType":"Patient","id":"p","active":true})"),
                "error Observation.subject.reference", "error Observation.contained[0].name");
  EXPECT_FAULTS(observation(set, "Patient/1"));
  EXPECT_FAULTS(observation(set, "Group/1"), "error Observation.subject.reference");
}

BOOST_AUTO_TEST_CASE(a_target_in_the_same_bundle_keeps_to_the_profile) {
  const ProfileSet set = load({named, profile("o", "Observation", {subject(quoted("named"))})});
  EXPECT_FAULTS(bundle(set, R"("name":[{"text":"a"}])"));
  EXPECT_FAULTS(bundle(set, R"("active":true)"), "error Bundle.entry[0].resource.subject.reference",
                "error Bundle.entry[1].resource.name");
}

BOOST_AUTO_TEST_CASE(of_several_target_profiles_one_is_enough) {
  const std::string born = profile("born", "Patient", {element("Patient.birthDate", R"("min":1)")});
  const ProfileSet set =
      load({named, born, profile("o", "Observation", {subject(quoted("named") + "," + quoted("born"))})});
  EXPECT_FAULTS(bundle(set, R"("birthDate":"1974")"));
  EXPECT_FAULTS(bundle(set, R"("active":true)"), "error Bundle.entry[0].resource.subject.reference");
}

BOOST_AUTO_TEST_CASE(a_target_profile_that_is_not_known_is_told_as_not_judged) {
  const ProfileSet set = load({profile("o", "Observation", {subject(quoted("nowhere"))})});
  const std::string patient = R"({"resourceType":"Patient","id":"p","active":true})";
  EXPECT_FAULTS(observation(set, "#p", patient, fhir::Severity::error));
  BOOST_TEST(told(observation(set, "#p", patient, fhir::Severity::information))
                 .find("information Observation.subject.reference") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_reference_goes_the_way_that_is_allowed) {
  const std::string patient = R"({"resourceType":"Patient","id":"p","active":true})";
  const auto with = [&](const std::string& mode) {
    return load(
        {profile("o", "Observation", {subject(quoted(patientType), R"(,"aggregation":[")" + mode + "\"]")})});
  };
  EXPECT_FAULTS(observation(with("contained"), "#p", patient));
  EXPECT_FAULTS(observation(with("contained"), "Patient/p"), "error Observation.subject.reference");
  EXPECT_FAULTS(observation(with("referenced"), "Patient/p"));
  EXPECT_FAULTS(observation(with("referenced"), "#p", patient), "error Observation.subject.reference");
  EXPECT_FAULTS(observation(with("bundled"), "Patient/p"), "error Observation.subject.reference");
  EXPECT_FAULTS(bundle(with("bundled"), R"("active":true)"));
}

BOOST_AUTO_TEST_CASE(a_reference_names_a_version_where_it_must) {
  const auto with = [&](const std::string& versioning) {
    return load({profile("o", "Observation",
                         {subject(quoted(patientType), R"(,"versioning":")" + versioning + "\"")})});
  };
  EXPECT_FAULTS(observation(with("specific"), "Patient/p/_history/1"));
  EXPECT_FAULTS(observation(with("specific"), "Patient/p"), "error Observation.subject.reference");
  EXPECT_FAULTS(observation(with("independent"), "Patient/p/_history/1"),
                "error Observation.subject.reference");
}

BOOST_AUTO_TEST_CASE(an_entry_and_a_contained_resource_keep_to_the_profile_of_their_type) {
  const ProfileSet set = load(
      {named,
       profile("b", "Bundle",
               {element("Bundle.entry", {}),
                element("Bundle.entry.resource",
                        R"("type":[{"code":"Patient","profile":["http://example.org/fhir/named"]}])")}),
       profile("o", "Observation",
               {element("Observation.contained",
                        R"("type":[{"code":"Patient","profile":["http://example.org/fhir/named"]}])")})});
  const auto entry = [&](const std::string& resource) {
    return faultsOf(
        set, R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":)" + resource + "}]}",
        {{"b"}});
  };
  EXPECT_FAULTS(entry(R"({"resourceType":"Patient","name":[{"text":"a"}]})"));
  EXPECT_FAULTS(entry(R"({"resourceType":"Patient","active":true})"), "error Bundle.entry[0].resource.name");
  EXPECT_FAULTS(entry(R"({"resourceType":"Group","type":"person","actual":true})"),
                "error Bundle.entry[0].resource");
  EXPECT_FAULTS(observation(set, "#p", R"({"resourceType":"Patient","id":"p","active":true})"),
                "error Observation.contained[0].name");
}

BOOST_AUTO_TEST_CASE(a_resource_that_is_asked_twice_for_a_profile_is_told_once) {
  const ProfileSet set = load({named, profile("o", "Observation", {subject(quoted("named"))})});
  EXPECT_FAULTS(bundle(set, R"("meta":{"profile":["http://example.org/fhir/named"]},"active":true)"),
                "error Bundle.entry[0].resource.subject.reference", "error Bundle.entry[1].resource.name");
}

BOOST_AUTO_TEST_CASE(conforms_to_is_answered_by_the_set) {
  const std::string rule =
      constraint({{"a-1", "error", "contained.all(conformsTo('http://example.org/fhir/named'))"}});
  const ProfileSet set = load({named, profile("o", "Observation", {element("Observation", rule)})});
  EXPECT_FAULTS(observation(set, "#p", R"({"resourceType":"Patient","id":"p","name":[{"text":"a"}]})"));
  EXPECT_FAULTS(observation(set, "#p", R"({"resourceType":"Patient","id":"p","active":true})"),
                "error Observation");
}

BOOST_AUTO_TEST_CASE(a_rule_may_ask_conforms_to_of_a_profile_with_rules_that_ask_it_again) {
  const auto asking = [](const std::string& name, const std::string& other) {
    return profile(
        name, "Patient",
        {element("Patient",
                 constraint({{"a-1", "error",
                              "conformsTo('http://example.org/fhir/" + other + "') and name.exists()"}}))});
  };
  const ProfileSet set = load({asking("a", "b"), asking("b", "c"), asking("c", "a")});
  EXPECT_FAULTS(faultsOf(set, R"({"resourceType":"Patient","name":[{"text":"a"}]})", {{"a"}}));
  EXPECT_FAULTS(faultsOf(set, R"({"resourceType":"Patient","active":true})", {{"a"}}), "error Patient");
}

BOOST_AUTO_TEST_CASE(profiles_that_lead_to_each_other_come_to_an_end) {
  const auto linked = [](const std::string& name, const std::string& other) {
    return profile(name, "Observation",
                   {element("Observation.method", R"("min":1)"),
                    element("Observation.hasMember",
                            R"("type":[{"code":"Reference","targetProfile":["http://example.org/fhir/)" +
                                other + "\"]}]")});
  };
  const ProfileSet set = load({linked("a", "b"), linked("b", "a")});
  const auto ring = [&](const std::string& last) {
    const std::string head = R"("status":"final","code":{"text":"a"},)";
    return faultsOf(
        set,
        R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"http://a.example/Observation/1","resource":{"resourceType":"Observation","id":"1","meta":{"profile":["http://example.org/fhir/a"]},)" +
            head +
            R"("method":{"text":"a"},"hasMember":[{"reference":"Observation/2"},{"reference":"Observation/1"}]}},{"fullUrl":"http://a.example/Observation/2","resource":{"resourceType":"Observation","id":"2",)" +
            head + last + R"("hasMember":[{"reference":"Observation/1"}]}}]})",
        {{}, fhir::Severity::error});
  };
  EXPECT_FAULTS(ring(R"("method":{"text":"a"},)"));
  BOOST_TEST(!areAt(ring(""), {}));
}

BOOST_AUTO_TEST_CASE(each_resource_is_checked_once_however_many_ways_lead_to_it) {
  const ProfileSet set = load(
      {profile("net", "Observation",
               {element("Observation.hasMember",
                        R"("type":[{"code":"Reference","targetProfile":["http://example.org/fhir/net"]}])"),
                element("Observation.method", R"("min":1)")})});
  const auto net = [&](int size, int without) {
    std::string entries;
    for (int i = 0; i < size; ++i) {
      const std::string id = std::to_string(i);
      std::string members;
      for (int other = 0; other < size; ++other)
        members += std::string(other == 0 ? "" : ",") + R"({"reference":"Observation/)" +
                   std::to_string(other) + "\"}";
      entries +=
          std::string(i == 0 ? "" : ",") + R"({"fullUrl":"http://a.example/Observation/)" + id +
          R"(","resource":{"resourceType":"Observation","id":")" + id +
          R"(","meta":{"profile":["http://example.org/fhir/net"]},"status":"final","code":{"text":"a"},)" +
          (i == without ? "" : R"("method":{"text":"a"},)") + R"("hasMember":[)" + members + "]}}";
    }
    return faultsOf(set, R"({"resourceType":"Bundle","type":"collection","entry":[)" + entries + "]}",
                    {{}, fhir::Severity::error});
  };
  EXPECT_FAULTS(net(60, -1));
  const fhir::Outcome faults = net(8, 3);
  BOOST_TEST(told(faults).find("error Bundle.entry[3].resource.method") != std::string::npos);
  BOOST_TEST(told(faults).find("cost too much") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_costs_too_much_ends_with_an_error) {
  ProfileSetBuilder builder(load({named}));
  builder.setLimits({3, 200});
  const std::string many = R"({"resourceType":"Bundle","type":"collection","entry":[)" + [] {
    std::string entries;
    for (int i = 0; i < 9; ++i)
      entries +=
          std::string(i == 0 ? "" : ",") +
          R"({"resource":{"resourceType":"Patient","meta":{"profile":["http://example.org/fhir/named"]},"name":[{"text":"a"}]}})";
    return entries;
  }() + "]}";
  EXPECT_FAULTS(faultsOf(load({named}), many));
  const fhir::Outcome faults = faultsOf(builder.finish().set, many, {{}, fhir::Severity::error});
  EXPECT_FAULTS(faults, "error Bundle");
  BOOST_TEST((faults.issues().front().type == fhir::IssueType::tooCostly));
}

BOOST_AUTO_TEST_CASE(a_long_chain_of_profiles_that_wait_for_each_other_ends_with_an_error) {
  const std::string next =
      profile("next", "Observation",
              {element("Observation.hasMember",
                       R"("type":[{"code":"Reference","targetProfile":["http://example.org/fhir/next"]}])")});
  const auto chain = [](int length) {
    std::string entries;
    for (int i = 0; i < length; ++i) {
      const std::string id = std::to_string(i);
      entries += std::string(i == 0 ? "" : ",") + R"({"fullUrl":"http://a.example/Observation/)" + id +
                 R"(","resource":{"resourceType":"Observation","id":")" + id + R"(",)" +
                 (i == 0 ? R"("meta":{"profile":["http://example.org/fhir/next"]},)" : "") +
                 R"("status":"final","code":{"text":"a"},"hasMember":[{"reference":"Observation/)" +
                 std::to_string(i + 1) + R"("}]}})";
    }
    return R"({"resourceType":"Bundle","type":"collection","entry":[)" + entries + "]}";
  };
  EXPECT_FAULTS(faultsOf(load({next}), chain(150), {{}, fhir::Severity::error}));
  EXPECT_FAULTS(faultsOf(load({next}), chain(400), {{}, fhir::Severity::error}), "error Bundle");
}

BOOST_AUTO_TEST_CASE(a_set_is_used_by_many_threads_at_once) {
  const ProfileSet set = load({named, profile("o", "Observation", {subject(quoted("named"))})});
  std::vector<std::vector<std::string>> found(4);
  std::vector<std::thread> threads;
  for (auto& each : found)
    threads.emplace_back([&each, copy = set] {
      for (int i = 0; i < 20; ++i) each = places(bundle(copy, R"("active":true)"));
    });
  for (std::thread& each : threads) each.join();
  for (const auto& each : found) BOOST_TEST(each.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_two_profiles_ask_alike_is_told_once) {
  const std::string rules = constraint({{"a-1", "error", "name.exists()"}});
  const ProfileSet set = load({profile("a", "Patient", {element("Patient", rules)}),
                               profile("b", "Patient", {element("Patient", rules)})});
  EXPECT_FAULTS(faultsOf(set, R"({"resourceType":"Patient","active":true})", {{"a", "b"}}), "error Patient");
}
