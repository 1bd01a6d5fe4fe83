#include "src/rest/bundle.h"

#include "fhir/json/json.h"
#include "src/http/message.h"

namespace rest {
namespace {

// Appends "name":"value", with a comma before it unless an object has just begun.
void member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
  fhir::json::writeString(value, out);
}

void openObject(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":{";
}

}  // namespace

std::string withQuery(std::string url, const NamedValues& parameters) {
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    url += separator;
    url += http::percentEncode(name, ":");
    url += '=';
    url += http::percentEncode(value, ":/,$");
    separator = '&';
  }
  return url;
}

BundleWriter::BundleWriter(std::string_view type, std::optional<std::uint64_t> total)
    : out_("{\"resourceType\":\"Bundle\"") {
  member(out_, "type", type);
  if (total) out_ += ",\"total\":" + std::to_string(*total);
}

void BundleWriter::link(std::string_view relation, std::string_view url) {
  out_ += part_ == Part::head ? ",\"link\":[{" : ",{";
  part_ = Part::links;
  member(out_, "relation", relation);
  member(out_, "url", url);
  out_ += '}';
}

void BundleWriter::entry(const BundleEntry& entry) {
  if (part_ == Part::links) out_ += ']';
  out_ += part_ == Part::entries ? ",{" : ",\"entry\":[{";
  part_ = Part::entries;
  member(out_, "fullUrl", entry.fullUrl);
  if (!entry.resource.empty()) {
    if (out_.back() != '{') out_ += ',';
    out_ += "\"resource\":";
    out_ += entry.resource;
  }
  if (!entry.searchMode.empty()) {
    openObject(out_, "search");
    if (!entry.matchGrade.empty()) {
      out_ += R"("extension":[{"url":"http://hl7.org/fhir/StructureDefinition/match-grade")";
      member(out_, "valueCode", entry.matchGrade);
      out_ += "}]";
    }
    member(out_, "mode", entry.searchMode);
    if (!entry.searchScore.empty()) out_ += ",\"score\":" + entry.searchScore;
    out_ += '}';
  }
  if (!entry.method.empty()) {
    openObject(out_, "request");
    member(out_, "method", entry.method);
    member(out_, "url", entry.url);
    out_ += '}';
  }
  if (!entry.status.empty()) {
    openObject(out_, "response");
    member(out_, "status", entry.status);
    member(out_, "location", entry.location);
    member(out_, "etag", entry.etag);
    member(out_, "lastModified", entry.lastModified);
    if (!entry.outcome.empty()) {
      out_ += ",\"outcome\":";
      out_ += entry.outcome;
    }
    out_ += '}';
  }
  out_ += '}';
}

std::string BundleWriter::finish() && {
  if (part_ != Part::head) out_ += ']';
  out_ += '}';
  return std::move(out_);
}

}  // namespace rest
