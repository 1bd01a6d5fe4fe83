#include "src/platform/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cassert>
#include <unordered_map>
#include <utility>
#include <vector>

namespace platform {
namespace {

// From 0.25 ms, a read by key, to 30 s, the longest statement.
const prometheus::Histogram::BucketBoundaries durationBuckets{
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

struct Series {
  prometheus::Counter* count;       // owned by the registry's family
  prometheus::Histogram* duration;  // the same
};

// The series that one worker has met. Its own cache line, so that workers do not slow each other down.
struct alignas(64) Known {
  std::unordered_map<std::string, Series> series;
  std::string key;  // kept for its memory
};

struct Observed {
  std::string name;
  std::string help;
  Metrics::Kind kind;
  std::function<double()> value;
  Metrics::Labels labels;
};

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

void addSample(const Observed& observed, std::vector<prometheus::MetricFamily>& families) {
  const bool isCounter = observed.kind == Metrics::Kind::counter;
  if (families.empty() || families.back().name != observed.name)
    families.push_back({observed.name,
                        observed.help,
                        isCounter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
                        {}});
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : observed.labels) metric.label.push_back({name, value});
  (isCounter ? metric.counter.value : metric.gauge.value) = observed.value();
  families.back().metric.push_back(std::move(metric));
}

}  // namespace

struct Metrics::Impl {
  explicit Impl(unsigned workers) : known(workers) {}

  Series resolve(const Answer& answer) {
    const std::string interaction(answer.interaction);
    return {&requests.Add({{"interaction", interaction},
                           {"type", std::string(answer.type)},
                           {"status", std::to_string(answer.status)}}),
            &durations.Add({{"interaction", interaction}}, durationBuckets)};
  }

  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter().Name("hvfhir_requests_total").Help("Requests answered.").Register(registry);
  prometheus::Family<prometheus::Histogram>& durations = prometheus::BuildHistogram()
                                                             .Name("hvfhir_request_duration_seconds")
                                                             .Help("From a request's arrival to its answer.")
                                                             .Register(registry);
  prometheus::Histogram& database = prometheus::BuildHistogram()
                                        .Name("hvfhir_database_duration_seconds")
                                        .Help("Time of a request that was spent waiting for the database.")
                                        .Register(registry)
                                        .Add({}, durationBuckets);
  std::vector<Known> known;
  std::vector<Observed> observed;
};

Metrics::Metrics(unsigned workers) : impl_(std::make_unique<Impl>(workers)) {}
Metrics::~Metrics() = default;

void Metrics::request(unsigned worker, const Answer& answer) {
  assert(worker < impl_->known.size());
  Known& known = impl_->known[worker];
  known.key.assign(answer.interaction).append(1, ' ').append(answer.type).append(1, ' ');
  known.key += std::to_string(answer.status);
  auto found = known.series.find(known.key);
  if (found == known.series.end()) found = known.series.emplace(known.key, impl_->resolve(answer)).first;
  found->second.count->Increment();
  found->second.duration->Observe(seconds(answer.took));
  if (answer.database.count() > 0) impl_->database.Observe(seconds(answer.database));
}

void Metrics::observe(std::string name, std::string help, Kind kind, std::function<double()> value,
                      Labels labels) {
  impl_->observed.push_back({std::move(name), std::move(help), kind, std::move(value), std::move(labels)});
}

std::string Metrics::exposition() const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  for (const Observed& observed : impl_->observed) addSample(observed, families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace platform
