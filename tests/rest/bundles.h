// Batches and transactions as text, and what was answered, for tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/rest/api_fixture.h"

namespace fixture {

inline const std::string kUrn = "urn:uuid:5f0b7a5e-0000-4000-8000-0000000000";  // and two digits

// `more`: further members of request (",\"ifMatch\":...") ; `fullUrl` and `resource` may be empty.
inline std::string entry(std::string_view method, std::string_view url, std::string_view resource = {},
                         std::string_view fullUrl = {}, std::string_view more = {}) {
  std::string out = "{";
  if (!fullUrl.empty()) out.append("\"fullUrl\":\"").append(fullUrl).append("\",");
  if (!resource.empty()) out.append("\"resource\":").append(resource).append(",");
  return out.append("\"request\":{\"method\":\"")
      .append(method)
      .append("\",\"url\":\"")
      .append(url)
      .append("\"")
      .append(more)
      .append("}}");
}

inline std::string bundleOf(std::string_view type, const std::vector<std::string>& entries) {
  std::string out = "{\"resourceType\":\"Bundle\",\"type\":\"" + std::string(type) + "\"";
  for (std::size_t i = 0; i < entries.size(); ++i)
    out.append(i == 0 ? ",\"entry\":[" : ",").append(entries[i]);
  return out.append(entries.empty() ? "}" : "]}");
}

inline std::string statusOf(const http::Response& response, int index) {
  return at(response, "Bundle.entry[" + std::to_string(index) + "].response.status");
}

// Matches of a search.
inline int countOf(const std::string& query) {
  return std::stoi(at(server().ask("GET", "/" + query + "&_summary=count"), "Bundle.total"));
}

}  // namespace fixture
