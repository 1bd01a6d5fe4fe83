// Sixteen clients over HTTP at once: conditional creates, updates with and without If-Match, and transactions
// over the same rows. Afterwards counts and versions are exactly right.
//
// HV_CROWD_ROUNDS: requests of each client and case; 40 when it is not set. ./test --slow takes 1000.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

#include "tests/rest/bundles.h"
#include "tests/rest/edge.h"

using namespace fixture;

namespace {

constexpr int kClients = 16;

int rounds() {
  const char* asked = std::getenv("HV_CROWD_ROUNDS");
  return asked ? std::atoi(asked) : 40;
}

// What was answered, by status.
class Statuses {
 public:
  void add(int status) {
    const std::lock_guard lock(mutex_);
    ++counts_[status];
  }
  int operator[](int status) { return counts_[status]; }
  // "200: 3, 201: 1"
  std::string text() const {
    std::string out;
    for (const auto& [status, count] : counts_)
      out += (out.empty() ? "" : ", ") + std::to_string(status) + ": " + std::to_string(count);
    return out;
  }
  int all() const {
    int sum = 0;
    for (const auto& [status, count] : counts_) sum += count;
    return sum;
  }

 private:
  std::mutex mutex_;
  std::map<int, int> counts_;
};

std::string patient(const std::string& identifier, const std::string& id, int number) {
  return R"({"resourceType":"Patient",)" + (id.empty() ? "" : R"("id":")" + id + R"(",)") +
         R"("identifier":[{"system":"http://x.example/crowd","value":")" + identifier +
         R"("}],"multipleBirthInteger":)" + std::to_string(number) + "}";
}

int versionOf(const std::string& place) {
  return std::stoi(at(server().ask("GET", "/" + place), "meta.versionId"));
}

int numberOf(const std::string& place) {
  return std::stoi(at(server().ask("GET", "/" + place), "Patient.multipleBirth"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crowd)

BOOST_AUTO_TEST_CASE(repeated_conditional_creates_make_one_resource_each) {
  PlainEdge edge;
  Statuses statuses;
  byClients(edge.edge.port(), kClients, [&](int, Asker& asker) {
    for (int i = 0; i < rounds(); ++i) {
      const auto name = "cc" + std::to_string(i);
      statuses.add(
          asker.ask("POST", "/Patient", patient(name, "", 0), "If-None-Exist: identifier=" + name + "\r\n")
              .status);
    }
  });
  BOOST_TEST(statuses[201] == rounds(), statuses.text());
  BOOST_TEST(statuses[200] == (kClients - 1) * rounds(), statuses.text());
  for (int i = 0; i < rounds(); ++i) BOOST_TEST(countOf("Patient?identifier=cc" + std::to_string(i)) == 1);
}

BOOST_AUTO_TEST_CASE(conditional_creates_within_transactions_make_one_resource_each) {
  PlainEdge edge;
  Statuses statuses;
  byClients(edge.edge.port(), kClients, [&](int client, Asker& asker) {
    for (int i = 0; i < rounds(); ++i) {
      const auto a = "ta" + std::to_string(i), b = "tb" + std::to_string(i);
      std::vector<std::string> entries{
          entry("POST", "Patient", patient(a, "", 0), kUrn + "01",
                R"(,"ifNoneExist":"identifier=)" + a + "\""),
          entry("POST", "Patient", patient(b, "", 0), kUrn + "02",
                R"(,"ifNoneExist":"identifier=)" + b + "\""),
          entry(
              "POST", "Basic",
              R"({"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":")" + kUrn + R"(01"}})")};
      if (client % 2 == 0) std::swap(entries[0], entries[1]);  // in either order
      statuses.add(asker.ask("POST", "", bundleOf("transaction", entries)).status);
    }
  });
  BOOST_TEST(statuses[200] == kClients * rounds(), statuses.text());
  for (int i = 0; i < rounds(); ++i) {
    const auto a = "ta" + std::to_string(i);
    BOOST_TEST(countOf("Patient?identifier=" + a) == 1);
    BOOST_TEST(countOf("Patient?identifier=tb" + std::to_string(i)) == 1);
    const auto id = at(server().ask("GET", "/Patient?identifier=" + a), "Bundle.entry.resource.id");
    BOOST_TEST(countOf("Basic?subject=Patient/" + id) == kClients);
  }
}

BOOST_AUTO_TEST_CASE(no_update_is_lost_with_or_without_if_match) {
  PlainEdge edge;
  server().put("Patient/crowd-plain", patient("crowd", "crowd-plain", -1));
  server().put("Patient/crowd-match", patient("crowd", "crowd-match", 0));
  Statuses plain, matched;
  byClients(edge.edge.port(), kClients, [&](int client, Asker& asker) {
    for (int i = 0; i < rounds(); ++i) {
      const int own = client * rounds() + i;  // each another content, so that each makes a version
      plain.add(asker.ask("PUT", "/Patient/crowd-plain", patient("crowd", "crowd-plain", own)).status);
      // Adds one to what was read, if it is still so.
      const auto read = asker.ask("GET", "/Patient/crowd-match");
      const auto number = std::stoi(read.body.substr(read.body.find("multipleBirthInteger\":") + 22));
      matched.add(asker
                      .ask("PUT", "/Patient/crowd-match", patient("crowd", "crowd-match", number + 1),
                           "If-Match: " + read.header("ETag") + "\r\n")
                      .status);
    }
  });
  BOOST_TEST(plain[200] == kClients * rounds(), plain.text());
  BOOST_TEST(versionOf("Patient/crowd-plain") == kClients * rounds() + 1);
  BOOST_TEST(matched[200] + matched[412] == kClients * rounds(), matched.text());
  BOOST_TEST(numberOf("Patient/crowd-match") == matched[200]);
  BOOST_TEST(versionOf("Patient/crowd-match") == matched[200] + 1);
}

BOOST_AUTO_TEST_CASE(transactions_over_the_same_rows_are_each_whole) {
  PlainEdge edge;
  constexpr int kRows = 4;
  for (int r = 0; r < kRows; ++r) {
    const auto id = "crowd-row" + std::to_string(r);
    server().put("Patient/" + id, patient("row", id, -1));
  }
  Statuses statuses;
  byClients(edge.edge.port(), kClients, [&](int client, Asker& asker) {
    for (int i = 0; i < rounds(); ++i) {
      std::vector<std::string> entries;
      for (int r = 0; r < kRows; ++r) {  // in another order each time: deadlocks are the server's to mend
        const auto id = "crowd-row" + std::to_string((r + client + i) % kRows);
        entries.push_back(entry("PUT", "Patient/" + id, patient("row", id, client * rounds() + i)));
      }
      if ((client + i) % 4 == 0) entries.push_back(entry("GET", "Patient/crowd-nobody"));  // undone whole
      statuses.add(asker.ask("POST", "", bundleOf("transaction", entries)).status);
    }
  });
  BOOST_TEST(statuses[200] == kClients * rounds() * 3 / 4, statuses.text());
  BOOST_TEST(statuses[404] == kClients * rounds() / 4, statuses.text());
  const int last = numberOf("Patient/crowd-row0");
  for (int r = 0; r < kRows; ++r) {
    const auto place = "Patient/crowd-row" + std::to_string(r);
    BOOST_TEST(versionOf(place) == statuses[200] + 1);
    BOOST_TEST(numberOf(place) == last);
  }
}

BOOST_AUTO_TEST_CASE(
    transactions_that_change_the_same_rows_in_several_ways_wait_for_each_other_in_one_order) {
  PlainEdge edge;
  constexpr int kRows = 8;
  const auto idOf = [](int row) { return "crowd-patch" + std::to_string(row); };
  for (int r = 0; r < kRows; ++r) server().put("Patient/" + idOf(r), patient("patch", idOf(r), -1));
  Statuses statuses;
  byClients(edge.edge.port(), kClients, [&](int client, Asker& asker) {
    for (int i = 0; i < rounds(); ++i) {
      std::vector<std::string> entries;
      for (int r = 0; r < kRows; ++r) {
        const int row = (r * (client % 2 == 0 ? 1 : 3) + client + i) % kRows;
        const auto patch =
            R"({"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},)"
            R"({"name":"path","valueString":"Patient.multipleBirth"},{"name":"value","valueInteger":)" +
            std::to_string(client * rounds() + i) + "}]}]}";
        // By the id, or by what finds it.
        const auto target = (client + r) % 3 == 0 ? "Patient?_id=" + idOf(row) : "Patient/" + idOf(row);
        entries.push_back(entry("PATCH", target, patch));
      }
      if (client % 4 == 1) {  // the same rows, written over
        entries.clear();
        for (int r = kRows - 1; r >= 0; --r) {
          const auto target = r % 2 == 0 ? "Patient?_id=" + idOf(r) : "Patient/" + idOf(r);
          entries.push_back(entry("PUT", target, patient("patch", idOf(r), client * rounds() + i)));
        }
      }
      statuses.add(asker.ask("POST", "", bundleOf("transaction", entries)).status);
    }
  });
  BOOST_TEST(statuses[200] == kClients * rounds(), statuses.text());
  const int last = numberOf("Patient/" + idOf(0));
  for (int r = 0; r < kRows; ++r) {
    BOOST_TEST(versionOf("Patient/" + idOf(r)) == statuses[200] + 1);
    BOOST_TEST(numberOf("Patient/" + idOf(r)) == last);
  }
}

BOOST_AUTO_TEST_CASE(conditional_updates_patches_and_deletes_meet_and_nothing_is_left_half) {
  PlainEdge edge;
  Statuses updates, patches, deletes;
  byClients(edge.edge.port(), kClients, [&](int client, Asker& asker) {
    for (int i = 0; i < rounds(); ++i) {
      const auto name = "mix" + std::to_string(i);
      const auto target = "/Patient?identifier=" + name;
      if (client % 4 == 3) {
        deletes.add(asker.ask("DELETE", target).status);
      } else if (client % 4 == 2) {
        patches.add(asker
                        .ask("PATCH", target,
                             R"([{"op":"replace","path":"/multipleBirthInteger","value":)" +
                                 std::to_string(client) + "}]",
                             "Content-Type: application/json-patch+json\r\n")
                        .status);
      } else {
        updates.add(asker.ask("PUT", target, patient(name, "", client)).status);
      }
    }
  });
  BOOST_TEST(updates[200] + updates[201] == updates.all(), updates.text());
  BOOST_TEST(patches[200] + patches[404] == patches.all(), patches.text());
  BOOST_TEST(deletes[204] == deletes.all(), deletes.text());
  for (int i = 0; i < rounds(); ++i) BOOST_TEST(countOf("Patient?identifier=mix" + std::to_string(i)) <= 1);
}

BOOST_AUTO_TEST_SUITE_END()
