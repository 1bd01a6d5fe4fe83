// BundleWriter: the Bundle of a search or history, written entry by entry as JSON text.
//
// Specification: Bundle (https://hl7.org/fhir/R4/bundle.html). Resources are taken as the text that the store
// gives, so nothing is parsed. Threading: one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rest {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// url + "?name=value&..."; names and values percent-encoded.
std::string withQuery(std::string url, const NamedValues& parameters);

struct BundleEntry {
  std::string fullUrl;
  std::string_view resource;    // JSON; empty: none
  std::string_view searchMode;  // "match", "outcome"; empty outside searchsets
  // History: how the version came to be; empty outside it.
  std::string_view method;
  std::string url;
  std::string_view status;
  std::string etag;
  std::string_view lastModified;
};

class BundleWriter {
 public:
  // type: "searchset" or "history".
  BundleWriter(std::string_view type, std::optional<std::uint64_t> total);

  // All links come before the first entry.
  void link(std::string_view relation, std::string_view url);
  void entry(const BundleEntry& entry);
  std::string finish() &&;

 private:
  std::string out_;
  enum class Part : std::uint8_t { head, links, entries } part_ = Part::head;
};

}  // namespace rest
