// Canonicals: what is known by its canonical url, in each of its versions.
//
// Specification: References, "Canonical URLs" (https://hl7.org/fhir/R4/references.html#canonical).
// Threading: as any value. Copies share what they hold.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fhir::terminology {

struct Canonical {
  std::string_view url;
  std::string_view version;   // empty: none is named
  std::string_view fragment;  // what follows a '#'
};
Canonical canonicalOf(std::string_view text) noexcept;

// Whether version `left` is before `right`: by their numbers, then as texts; no version is before all.
bool isBefore(std::string_view left, std::string_view right) noexcept;

// T has `url` and `version`, texts.
template <class T>
class Canonicals {
 public:
  // The one of this version, or the newest when none is named; nullptr when unknown.
  const T* find(std::string_view text) const noexcept {
    const Canonical wanted = canonicalOf(text);
    const auto found = known_.find(wanted.url);
    if (found == known_.end()) return nullptr;
    if (wanted.version.empty()) return found->second.back().get();
    for (const auto& each : found->second)
      if (each->version == wanted.version) return each.get();
    return nullptr;
  }

  // Takes the place of one with the same url and version.
  void insert(std::shared_ptr<const T> added) {
    auto& versions = known_[added->url];
    const auto at = std::find_if(versions.begin(), versions.end(),
                                 [&](const auto& each) { return !isBefore(each->version, added->version); });
    if (at != versions.end() && (*at)->version == added->version) {
      *at = std::move(added);
    } else {
      versions.insert(at, std::move(added));
    }
  }

  bool erase(std::string_view text) {
    const Canonical wanted = canonicalOf(text);
    const auto found = known_.find(wanted.url);
    if (found == known_.end()) return false;
    auto& versions = found->second;
    const auto kept = std::remove_if(versions.begin(), versions.end(), [&](const auto& each) {
      return wanted.version.empty() || each->version == wanted.version;
    });
    const bool any = kept != versions.end();
    versions.erase(kept, versions.end());
    if (versions.empty()) known_.erase(found);
    return any;
  }

  template <class Visit>
  void each(const Visit& visit) const {
    for (const auto& [url, versions] : known_)
      for (const auto& one : versions) visit(*one);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  std::unordered_map<std::string, std::vector<std::shared_ptr<const T>>, Hash, std::equal_to<>> known_;
};

}  // namespace fhir::terminology
