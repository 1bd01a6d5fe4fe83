// Metrics: what the server counts, in Prometheus's text format.
//
//   hvfhir_requests_total{interaction,type,status}        counter
//   hvfhir_request_duration_seconds{interaction}          histogram
//   hvfhir_database_duration_seconds                      histogram: the database's share of each request
//   and what observe() adds (connections, queue, workers ...), asked for at each scrape.
//
// Threading: request() may be called by many workers at once, each with its own number, and takes no lock but
// the histogram's own; observe() belongs to the start; exposition() may be called at any time by any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace platform {

class Metrics {
 public:
  explicit Metrics(unsigned workers);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  struct Answer {
    // Both from a closed set, never a client's text: each combination is kept for ever.
    std::string_view interaction;  // "read", "search-type", "metadata" ...
    std::string_view type;         // "Patient"; empty when the interaction has none
    int status = 200;
    std::chrono::nanoseconds took{0};
    std::chrono::nanoseconds database{0};  // 0: it was not asked
  };
  // `worker` is 0 .. workers-1; one thread at a time for each number.
  void request(unsigned worker, const Answer&);

  enum class Kind : std::uint8_t { counter, gauge };
  using Labels = std::vector<std::pair<std::string, std::string>>;
  // `value` is called at each exposition(), from its thread, and must not throw. Those of one name, each with
  // labels of its own, are observed one after the other.
  void observe(std::string name, std::string help, Kind, std::function<double()> value, Labels = {});

  // Prometheus's text format, version 0.0.4; content type "text/plain; version=0.0.4; charset=utf-8".
  std::string exposition() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace platform
