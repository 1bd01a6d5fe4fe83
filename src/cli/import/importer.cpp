#include "src/cli/import/importer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

#include "fhir/json/json.h"
#include "src/cli/import/bundle.h"
#include "src/store/key.h"

namespace cli {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Resource;

constexpr std::size_t kBatch = 400;

// Files that others refer to go first; then few resources wait for another.
int rank(const Source& source) {
  for (const std::string_view name : {"Organization", "Location", "Patient", "Practitioner.", "0-"}) {
    const std::size_t slash = source.name.rfind('/');
    const std::string_view file =
        std::string_view(source.name).substr(slash == std::string::npos ? 0 : slash + 1);
    if (file.starts_with(name)) return 0;
  }
  return 1;
}

}  // namespace

Importer::Importer(const store::Store& store, std::optional<fhir::validation::Options> rules,
                   unsigned threads, bool showProgress)
    : store_(store), rules_(rules), threads_(std::max(1U, threads)), showProgress_(showProgress) {
  if (rules_) rules_->least = fhir::Severity::error;
}

// An id it has, or gets.
std::optional<Outcome> Importer::prepare(Resource& resource) const {
  if (rules_) {
    Outcome found = fhir::validation::validate(resource, *rules_);
    if (found.hasErrors()) return found;
  }
  if (resource.id().empty()) {
    resource.setText(resource.require(resource.root(), "id"), store::newKey().uuid);
    return std::nullopt;
  }
  if (store::isLegalId(resource.id())) return std::nullopt;
  return Outcome(Failure::badRequest, IssueType::value,
                 "The id is not legal: 1 to 64 letters, digits, '-' and '.'.",
                 std::string(resource.typeName()) + ".id");
}

void Importer::refuse(const Source& source, std::int64_t position, std::string resource, Outcome outcome) {
  const std::lock_guard lock(mutex_);
  report_.refused.push_back({source.name, position, std::move(resource), std::move(outcome)});
}

fhir::Result<fhir::Done> Importer::storeBatch(store::Session& session, const Source& source,
                                              const std::string& key, std::vector<Resource> batch,
                                              const std::vector<std::int64_t>& positions,
                                              std::int64_t reached) {
  std::vector<std::string> types;
  types.reserve(batch.size());
  for (const Resource& resource : batch) types.emplace_back(resource.typeName());
  auto results = session.importBatch(std::move(batch), {key, reached});
  if (!results) return std::move(results).outcome();
  for (std::size_t i = 0; i < results->size(); ++i) {
    const auto& result = (*results)[i];
    if (!result) {
      refuse(source, positions[i], types[i], result.outcome());
      continue;
    }
    const std::lock_guard lock(mutex_);
    ++report_.stored[types[i]];
    ++(*result == store::Change::created   ? report_.created
       : *result == store::Change::updated ? report_.updated
                                           : report_.unchanged);
  }
  show(false);
  return fhir::Done{};
}

fhir::Result<Importer::Fate> Importer::importLines(store::Session& session, const Source& source,
                                                   const std::string& key, std::string_view text) {
  auto begin = session.importPosition(key);
  if (!begin) return std::move(begin).outcome();
  std::vector<Resource> batch;
  std::vector<std::int64_t> positions;
  std::int64_t line = 0;
  std::size_t counted = 0;
  const double share =
      text.empty() ? 0 : static_cast<double>(source.bytes) / static_cast<double>(text.size());
  const auto flush = [&](std::size_t at) -> fhir::Result<fhir::Done> {
    bytesDone_ += static_cast<std::uint64_t>(static_cast<double>(at - counted) * share);
    counted = at;
    if (batch.empty()) return fhir::Done{};
    auto stored = storeBatch(session, source, key, std::exchange(batch, {}), positions, line);
    positions.clear();
    return stored;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view one = text.substr(at, end - at);
    at = end + 1;
    ++line;
    if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (line <= *begin) {
      const std::lock_guard lock(mutex_);
      ++report_.skipped;
      continue;
    }
    auto resource = fhir::json::parse(one);
    if (!resource) {
      refuse(source, line, "", resource.outcome());
      continue;
    }
    if (auto fault = prepare(*resource)) {
      refuse(source, line, std::string(resource->typeName()), *std::move(fault));
      continue;
    }
    batch.push_back(*std::move(resource));
    positions.push_back(line);
    if (batch.size() == kBatch) {
      if (auto stored = flush(std::min(at, text.size())); !stored) return std::move(stored).outcome();
    }
  }
  if (auto stored = flush(text.size()); !stored) return std::move(stored).outcome();
  return Fate::done;
}

fhir::Result<Importer::Fate> Importer::importDocument(store::Session& session, const Source& source,
                                                      const std::string& key, std::string_view text,
                                                      bool last) {
  auto position = session.importPosition(key);
  if (!position) return std::move(position).outcome();
  auto document = fhir::json::parse(text);
  if (!document) {
    refuse(source, 1, "", std::move(document).outcome());
    return Fate::done;
  }
  Unpacked unpacked;
  if (document->typeName() == "Bundle") {
    auto opened = unpackBundle(
        *document, [&](const fhir::TypeDefinition& type, std::string_view system, std::string_view value) {
          return session.findByIdentifier(type, system, value);
        });
    if (!opened) return std::move(opened).outcome();
    unpacked = *std::move(opened);
    if (!unpacked.unresolved.empty() && !last) return Fate::again;
    for (const std::string& path : unpacked.unresolved) {
      refuse(source, 0, "Bundle",
             {Failure::preconditionFailed, IssueType::notFound,
              "A conditional reference names no resource, or several. The resource is stored with it as it "
              "stands.",
              path});
    }
  } else {
    unpacked.resources.push_back(*std::move(document));
  }
  std::vector<Resource> batch;
  std::vector<std::int64_t> positions;
  std::int64_t number = 0;
  const std::size_t all = unpacked.resources.size();
  for (Resource& resource : unpacked.resources) {
    ++number;
    if (number <= *position) {
      const std::lock_guard lock(mutex_);
      ++report_.skipped;
      continue;
    }
    if (auto fault = prepare(resource)) {
      refuse(source, number, std::string(resource.typeName()), *std::move(fault));
      continue;
    }
    batch.push_back(std::move(resource));
    positions.push_back(number);
    if (batch.size() < kBatch && static_cast<std::size_t>(number) != all) continue;
    auto stored = storeBatch(session, source, key, std::exchange(batch, {}), positions, number);
    if (!stored) return std::move(stored).outcome();
    positions.clear();
  }
  if (!batch.empty()) {
    auto stored = storeBatch(session, source, key, std::move(batch), positions, number);
    if (!stored) return std::move(stored).outcome();
  }
  bytesDone_ += source.bytes;
  return Fate::done;
}

fhir::Result<Importer::Fate> Importer::importSource(store::Session& session, const Source& source,
                                                    bool last) {
  auto text = readText(source);
  if (!text) {
    refuse(source, 0, "", std::move(text).outcome());
    return Fate::done;
  }
  const std::string key = sourceKey(source, *text);
  return source.lines ? importLines(session, source, key, *text)
                      : importDocument(session, source, key, *text, last);
}

// Imports the sources by all threads; returns those that wait for others.
fhir::Result<std::vector<Source>> Importer::pass(std::vector<Source> sources, bool last) {
  std::atomic<std::size_t> next{0};
  std::vector<Source> again;
  std::optional<Outcome> failed;
  const auto work = [&] {
    store::Session session = store_.session();
    for (std::size_t i = 0; (i = next++) < sources.size();) {
      auto fate = importSource(session, sources[i], last);
      const std::lock_guard lock(mutex_);
      if (!fate) {
        failed = std::move(fate).outcome();
        next = sources.size();
      } else if (*fate == Fate::again) {
        again.push_back(sources[i]);
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::min<std::size_t>(threads_, sources.size()); ++t) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  if (failed) return *std::move(failed);
  return again;
}

fhir::Result<ImportReport> Importer::run(std::vector<Source> sources) {
  started_ = std::chrono::steady_clock::now();
  for (const Source& source : sources) bytesTotal_ += source.bytes;
  std::stable_sort(sources.begin(), sources.end(),
                   [](const Source& a, const Source& b) { return rank(a) < rank(b); });
  const auto rest =
      std::find_if(sources.begin(), sources.end(), [](const Source& s) { return rank(s) != 0; });
  std::vector<Source> waiting;
  for (auto& part : {std::vector<Source>(sources.begin(), rest), std::vector<Source>(rest, sources.end())}) {
    auto again = pass(part, false);
    if (!again) return std::move(again).outcome();
    waiting.insert(waiting.end(), again->begin(), again->end());
  }
  if (auto left = pass(std::move(waiting), true); !left) return std::move(left).outcome();
  report_.elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started_);
  show(true);
  return std::move(report_);
}

// One line on standard error, written over and over: done, rate and time left.
void Importer::show(bool final) {
  if (!showProgress_) return;
  const std::lock_guard lock(mutex_);
  const double seconds =
      std::max(0.001, std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count());
  const double done =
      bytesTotal_ == 0
          ? 1.0
          : std::min(1.0, static_cast<double>(bytesDone_.load()) / static_cast<double>(bytesTotal_));
  const double left = done > 0.001 ? seconds * (1 - done) / done : 0;
  constexpr std::size_t kWidth = 30;
  const auto full = static_cast<std::size_t>(done * kWidth);
  const std::string bar = std::string(full, '#') + std::string(kWidth - full, '.');
  fmt::print(stderr, "\r[{}] {:3.0f} %  {} resources  {:.0f}/s  {:.0f} s left {}", bar, done * 100,
             report_.resources(), static_cast<double>(report_.resources()) / seconds, left,
             final ? "\n" : "");
  std::fflush(stderr);
}

}  // namespace cli
