#include "src/cli/import/importer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include "fhir/json/json.h"
#include "src/audit/context.h"
#include "src/store/key.h"

namespace cli {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Resource;

constexpr std::size_t kBatch = 400;
constexpr std::size_t kRemembered = 100'000;  // identifiers that were looked up

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

Importer::Importer(const store::Store& store, const rules::Rules& rules, unsigned threads, bool showProgress)
    : store_(store), rules_(rules), threads_(std::max(1U, threads)), showProgress_(showProgress) {}

// What a line or entry of a file is on its way into the store.
struct Importer::Batch {
  std::vector<Resource> resources;
  std::vector<std::int64_t> positions;
  std::int64_t kept = 0;  // the position that the store remembers
};

std::optional<Outcome> Importer::check(const Resource& resource) const {
  if (Outcome found = rules_.checkWrite(resource, fhir::Severity::error); found.hasErrors()) return found;
  if (resource.id().empty() || store::isLegalId(resource.id())) return std::nullopt;
  return Outcome(Failure::badRequest, IssueType::value,
                 "The id is not legal: 1 to 64 letters, digits, '-' and '.'.",
                 std::string(resource.typeName()) + ".id");
}

Lookup Importer::lookupBy(store::Session& session) {
  return [this, &session](const fhir::TypeDefinition& type, std::string_view system,
                          std::string_view value) -> fhir::Result<std::optional<std::string>> {
    std::string name(type.name);
    name.append("?").append(system).append("|").append(value);
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = found_.find(name); known != found_.end()) return std::optional(known->second);
    }
    auto id = session.findByIdentifier(type, system, value);
    if (!id && id.outcome().failure() != Failure::unavailable) return std::optional<std::string>();
    if (!id || !*id) return id;
    const std::lock_guard lock(mutex_);
    if (found_.size() < kRemembered) found_.emplace(std::move(name), **id);
    return id;
  };
}

void Importer::refuse(const Task& task, std::int64_t position, std::string resource, Outcome outcome) {
  const std::lock_guard lock(mutex_);
  report_.refused.push_back({task.source.name, position, std::move(resource), std::move(outcome)});
}

// Stores the batch and remembers how far the file is done: never beyond what was refused by the store or
// refers to nothing yet, since the next run can find it mended.
fhir::Result<fhir::Done> Importer::storeBatch(store::Session& session, Task& task, const std::string& key,
                                              Batch& batch, std::int64_t reached) {
  const auto keep = [&] { return std::min(reached, task.firstFault - 1); };
  if (batch.resources.empty() && keep() <= batch.kept) return fhir::Done{};
  std::vector<std::string> types;
  types.reserve(batch.resources.size());
  for (const Resource& resource : batch.resources) types.emplace_back(resource.typeName());
  const std::vector<std::int64_t> positions = std::exchange(batch.positions, {});
  batch.kept = keep();
  auto results = session.importBatch(std::exchange(batch.resources, {}), {key, batch.kept});
  if (!results) return std::move(results).outcome();
  for (std::size_t i = 0; i < results->size(); ++i) {
    const auto& result = (*results)[i];
    if (!result) {
      refuse(task, positions[i], types[i], result.outcome());
      task.firstFault = std::min(task.firstFault, positions[i]);
      continue;
    }
    const std::lock_guard lock(mutex_);
    ++report_.stored[types[i]];
    ++(*result == store::Change::created   ? report_.created
       : *result == store::Change::updated ? report_.updated
                                           : report_.unchanged);
  }
  show(false);
  if (keep() == batch.kept) return fhir::Done{};
  batch.kept = keep();
  auto kept = session.importBatch({}, {key, batch.kept});
  if (!kept) return std::move(kept).outcome();
  return fhir::Done{};
}

fhir::Result<Importer::Fate> Importer::importLines(store::Session& session, Task& task,
                                                   const std::string& key, std::string_view text, bool last) {
  auto begin = last ? fhir::Result<std::int64_t>(task.reached) : session.importPosition(key);
  if (!begin) return std::move(begin).outcome();
  const Lookup lookup = lookupBy(session);
  Batch batch;
  batch.kept = *begin;
  std::int64_t line = 0;
  std::size_t counted = 0;
  const double share =
      text.empty() ? 0 : static_cast<double>(task.source.bytes) / static_cast<double>(text.size());
  const auto flush = [&](std::size_t at, std::int64_t reached) {
    bytesDone_ += static_cast<std::uint64_t>(static_cast<double>(at - counted) * share);
    counted = at;
    task.reached = reached;
    return storeBatch(session, task, key, batch, reached);
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view one = text.substr(at, end - at);
    at = std::min(end + 1, text.size());
    ++line;
    const bool done = line <= *begin;
    if (done && last) counted = at;  // this run has told of it already
    if ((done && last) || one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto resource = fhir::json::parse(one);
    auto fault = resource ? check(*resource) : std::optional<Outcome>(resource.outcome());
    if (fault) {  // also of a line that an earlier run came past: the report is whole
      refuse(task, line, resource ? std::string(resource->typeName()) : "", *std::move(fault));
      continue;
    }
    if (done) {
      const std::lock_guard lock(mutex_);
      ++report_.skipped;
      continue;
    }
    if (resource->id().empty())
      resource->setText(resource->require(resource->root(), "id"), idOf(resource->typeName(), key, line));
    auto unresolved = resolveConditional(*resource, lookup);
    if (!unresolved) return std::move(unresolved).outcome();
    if (!unresolved->empty() && !last) {
      if (auto stored = flush(start, line - 1); !stored) return std::move(stored).outcome();
      return Fate::again;
    }
    for (std::string& path : *unresolved) {
      refuse(task, line, std::string(resource->typeName()), namesNothing(std::move(path)));
      task.firstFault = std::min(task.firstFault, line);
    }
    batch.resources.push_back(*std::move(resource));
    batch.positions.push_back(line);
    if (batch.resources.size() == kBatch) {
      if (auto stored = flush(at, line); !stored) return std::move(stored).outcome();
    }
  }
  if (auto stored = flush(text.size(), line); !stored) return std::move(stored).outcome();
  return Fate::done;
}

// The resources of a .json file: those of a Bundle, or the one.
fhir::Result<Unpacked> Importer::open(store::Session& session, const std::string& key, Resource document) {
  if (document.typeName() == "Bundle") return unpackBundle(document, key, lookupBy(session));
  if (document.id().empty())
    document.setText(document.require(document.root(), "id"), idOf(document.typeName(), key, 1));
  Unpacked out;
  auto unresolved = resolveConditional(document, lookupBy(session));
  if (!unresolved) return std::move(unresolved).outcome();
  out.waits = !unresolved->empty();
  for (std::string& path : *unresolved)
    out.faults.push_back({1, std::string(document.typeName()), namesNothing(std::move(path))});
  out.entries.push_back({1, std::move(document)});
  return out;
}

fhir::Result<Importer::Fate> Importer::importDocument(store::Session& session, Task& task,
                                                      const std::string& key, std::string_view text,
                                                      bool last) {
  auto begin = session.importPosition(key);
  if (!begin) return std::move(begin).outcome();
  auto document = parseText(text);
  if (!document) {
    refuse(task, 1, "", std::move(document).outcome());
    return Fate::done;
  }
  auto unpacked = open(session, key, *std::move(document));
  if (!unpacked) {
    if (unpacked.outcome().failure() == Failure::unavailable) return std::move(unpacked).outcome();
    refuse(task, 0, "Bundle", std::move(unpacked).outcome());
    return Fate::done;
  }
  if (unpacked->waits && !last) return Fate::again;
  if (unpacked->waits) task.firstFault = 1;
  for (EntryFault& fault : unpacked->faults)
    refuse(task, fault.entry, std::move(fault.resource), std::move(fault.outcome));
  Batch batch;
  batch.kept = *begin;
  for (auto& [number, resource] : unpacked->entries) {
    if (auto fault = check(resource)) {
      refuse(task, number, std::string(resource.typeName()), *std::move(fault));
      continue;
    }
    // What waited may be found now, so such a Bundle is stored again; what is the same stays as it is.
    if (number <= *begin && !unpacked->waits) {
      const std::lock_guard lock(mutex_);
      ++report_.skipped;
      continue;
    }
    batch.resources.push_back(std::move(resource));
    batch.positions.push_back(number);
    if (batch.resources.size() < kBatch) continue;
    if (auto stored = storeBatch(session, task, key, batch, number); !stored)
      return std::move(stored).outcome();
  }
  const std::int64_t end = unpacked->entries.empty() ? 0 : unpacked->entries.back().number;
  if (auto stored = storeBatch(session, task, key, batch, end); !stored) return std::move(stored).outcome();
  bytesDone_ += task.source.bytes;
  return Fate::done;
}

fhir::Result<Importer::Fate> Importer::importTask(store::Session& session, Task& task, bool last) {
  auto text = readText(task.source);
  if (!text) {
    refuse(task, 0, "", std::move(text).outcome());
    return Fate::done;
  }
  const std::string key = sourceKey(task.source, *text);
  return task.source.lines ? importLines(session, task, key, *text, last)
                           : importDocument(session, task, key, *text, last);
}

// Imports the sources by all threads; returns those that wait for others.
fhir::Result<std::vector<Importer::Task>> Importer::pass(std::vector<Task> tasks, bool last) {
  std::atomic<std::size_t> next{0};
  std::vector<Task> again;
  std::optional<Outcome> failed;
  const auto work = [&] {
    store::Session session = store_.session();
    session.noteAs(audit::settingOf({.interaction = "import"}));
    for (std::size_t i = 0; (i = next++) < tasks.size();) {
      auto fate = importTask(session, tasks[i], last);
      const std::lock_guard lock(mutex_);
      if (!fate) {
        failed = std::move(fate).outcome();
        next = tasks.size();
      } else if (*fate == Fate::again) {
        again.push_back(std::move(tasks[i]));
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::min<std::size_t>(threads_, tasks.size()); ++t) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  if (failed) return *std::move(failed);
  return again;
}

fhir::Result<ImportReport> Importer::run(std::vector<Source> sources) {
  started_ = std::chrono::steady_clock::now();
  for (const Source& source : sources) bytesTotal_ += source.bytes;
  std::vector<Task> first;
  std::vector<Task> rest;
  for (Source& source : sources) (rank(source) == 0 ? first : rest).push_back({std::move(source)});
  std::vector<Task> waiting;
  for (auto* part : {&first, &rest}) {
    auto again = pass(std::move(*part), false);
    if (!again) return std::move(again).outcome();
    std::move(again->begin(), again->end(), std::back_inserter(waiting));
  }
  if (auto left = pass(std::move(waiting), true); !left) return std::move(left).outcome();
  if (report_.created + report_.updated > 0) {
    if (auto known = store_.session().gatherStatistics(); !known) return std::move(known).outcome();
  }
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
