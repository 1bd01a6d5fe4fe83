// Session::takeGiven: whose data left the store.
#include <algorithm>
#include <utility>

#include "src/store/session_impl.h"

namespace store {
namespace {

// One key, or an array of them as PostgreSQL writes it.
void addPatients(std::string_view keys, std::vector<std::string>& out) {
  if (keys.starts_with('{')) keys = keys.substr(1, keys.size() - 2);
  while (!keys.empty()) {
    const auto end = std::min(keys.find(','), keys.size());
    const std::string_view key = keys.substr(0, end);
    // Most pages are of one patient.
    if (out.empty() || out.back() != key) out.emplace_back(key);
    keys.remove_prefix(std::min(end + 1, keys.size()));
  }
}

void keepEachOnce(std::vector<std::string>& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace

std::vector<std::string> patientsOf(const StoredResource& resource) {
  std::vector<std::string> out;
  addPatients(resource.patients, out);
  keepEachOnce(out);
  return out;
}

void Session::Impl::give(const StoredResource& resource) {
  if (given) addPatients(resource.patients, given->patients);
}

void Session::Impl::give(const std::vector<StoredResource>& resources) {
  for (const StoredResource& resource : resources) give(resource);
}

fhir::Result<std::optional<StoredResource>> Session::Impl::handOut(
    fhir::Result<std::optional<StoredResource>> found) {
  if (found && *found && (*found)->unreadable) return *(*found)->unreadable;
  if (!given || !found || !*found) return found;
  give(**found);
  given->version = (*found)->versionId;
  return found;
}

fhir::Result<SearchPage> Session::Impl::handOut(fhir::Result<SearchPage> page) {
  if (!page) return page;
  for (const auto* all : {&page->matches, &page->included}) {
    for (const StoredResource& each : *all) {
      if (each.unreadable) return *each.unreadable;
    }
  }
  give(page->matches);
  give(page->included);
  return page;
}

fhir::Result<HistoryPage> Session::Impl::handOut(fhir::Result<HistoryPage> page) {
  if (!page) return page;
  for (const HistoryEntry& entry : page->entries) {
    if (entry.resource.unreadable) return *entry.resource.unreadable;
  }
  for (const HistoryEntry& entry : page->entries) give(entry.resource);
  return page;
}

fhir::Result<Written> Session::Impl::handOut(fhir::Result<Written> written) {
  if (written && written->change != Change::unchanged) noteWritten();
  return written;
}

void Session::Impl::noteWritten() noexcept {
  if (given) given->wrote = true;
}

Given Session::takeGiven() {
  Given taken = std::exchange(impl_->given, Given{}).value_or(Given{});
  keepEachOnce(taken.patients);
  return taken;
}

}  // namespace store
