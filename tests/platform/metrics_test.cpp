#include "src/platform/metrics.h"

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using platform::Metrics;

namespace {

bool contains(const std::string& text, std::string_view piece) {
  return text.find(piece) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(requests_of_all_workers_are_counted_by_interaction_type_and_status) {
  constexpr unsigned workers = 4;
  Metrics metrics(workers);
  std::vector<std::jthread> threads;
  for (unsigned worker = 0; worker < workers; ++worker) {
    threads.emplace_back([&metrics, worker] {
      for (int i = 0; i < 500; ++i) metrics.request(worker, {"read", "Patient", 200, 3ms, 2ms});
      metrics.request(worker, {"read", "Patient", 404, 1ms, 1ms});
      metrics.request(worker, {"metadata", "", 200, 1ms, 0ns});
    });
  }
  threads.clear();
  const std::string text = metrics.exposition();
  BOOST_TEST(contains(text, R"(hvfhir_requests_total{interaction="read",status="200",type="Patient"} 2000)"));
  BOOST_TEST(contains(text, R"(hvfhir_requests_total{interaction="read",status="404",type="Patient"} 4)"));
  BOOST_TEST(contains(text, R"(hvfhir_requests_total{interaction="metadata",status="200",type=""} 4)"));
}

BOOST_AUTO_TEST_CASE(durations_fall_into_buckets_of_seconds) {
  Metrics metrics(1);
  metrics.request(0, {"read", "Patient", 200, 3ms, 2ms});
  const std::string text = metrics.exposition();
  BOOST_TEST(contains(text, R"(hvfhir_request_duration_seconds_bucket{interaction="read",le="0.0025"} 0)"));
  BOOST_TEST(contains(text, R"(hvfhir_request_duration_seconds_bucket{interaction="read",le="0.005"} 1)"));
  BOOST_TEST(contains(text, "hvfhir_database_duration_seconds_count 1"));
}

BOOST_AUTO_TEST_CASE(observed_values_are_asked_for_at_each_exposition) {
  Metrics metrics(1);
  double value = 3;
  metrics.observe("hvfhir_queue", "Requests waiting.", Metrics::Kind::gauge, [&value] { return value; });
  metrics.observe("hvfhir_accepted_total", "Connections.", Metrics::Kind::counter, [] { return 7.0; });
  BOOST_TEST(contains(metrics.exposition(), "hvfhir_queue 3"));
  for (const char* rule : {"a", "b"})
    metrics.observe("hvfhir_found_total", "Found.", Metrics::Kind::counter,
                    [rule] { return *rule == 'a' ? 1.0 : 2.0; }, {{"rule", rule}});
  value = 5;
  const std::string text = metrics.exposition();
  BOOST_TEST(contains(text, "# TYPE hvfhir_queue gauge\nhvfhir_queue 5"));
  BOOST_TEST(contains(text, "# TYPE hvfhir_accepted_total counter\nhvfhir_accepted_total 7"));
  BOOST_TEST(contains(text,
                      "# TYPE hvfhir_found_total counter\nhvfhir_found_total{rule=\"a\"} "
                      "1\nhvfhir_found_total{rule=\"b\"} 2"));
}

BOOST_AUTO_TEST_SUITE_END()
