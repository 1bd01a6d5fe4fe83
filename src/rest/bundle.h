// BundleWriter: the Bundle of a search, a history, a batch or a transaction, written entry by entry as JSON
// text.
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
  // What $match says of a match: a number from 0 to 1, and a code of match-grade; empty elsewhere.
  std::string searchScore;
  std::string_view matchGrade;
  // History: the request that made the version; empty outside it.
  std::string_view method;
  std::string url;
  // History, and the answer to a batch or transaction: what came of the request; empty elsewhere.
  std::string_view status;
  std::string location;
  std::string etag;
  std::string_view lastModified;
  std::string_view outcome;  // JSON; empty: none
};

class BundleWriter {
 public:
  // type: "searchset", "history", "batch-response" or "transaction-response".
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
