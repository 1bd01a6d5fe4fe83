#include "src/rest/conditions.h"

#include <algorithm>
#include <charconv>

#include "src/http/text.h"
#include "src/platform/instant.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
namespace text = http::text;

bool isTagCharacter(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7F);
}

// Takes one tag off the front of `rest`; nullopt when there is none.
std::optional<std::string> takeTag(std::string_view& rest) {
  if (rest.starts_with("W/")) rest.remove_prefix(2);
  if (!rest.starts_with('"')) return std::nullopt;
  const auto end = rest.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  const auto tag = rest.substr(1, end - 1);
  if (!std::all_of(tag.begin(), tag.end(), isTagCharacter)) return std::nullopt;
  rest.remove_prefix(end + 1);
  return std::string(tag);
}

Outcome malformed(std::string_view header) {
  return Outcome(Failure::badRequest, IssueType::value,
                 "The header is no list of entity tags; send the ETag that a read returned, such as W/\"3\".",
                 "http." + std::string(header));
}

Outcome unknownCondition(std::string_view header, std::string_view advice) {
  return Outcome(Failure::notImplemented, IssueType::notSupported,
                 "This server does not support " + std::string(header) + " here. " + std::string(advice),
                 "http." + std::string(header));
}

// All lines of a header as one list; nullopt when it was not sent.
std::optional<std::string> combined(const http::Request& request, std::string_view name) {
  std::optional<std::string> all;
  for (const auto& header : request.headers) {
    if (!text::equalsIgnoringCase(header.name, name)) continue;
    if (all) {
      *all += ", " + header.value;
    } else {
      all = header.value;
    }
  }
  return all;
}

std::optional<std::chrono::sys_seconds> wholeSeconds(std::string_view instant) {
  const auto time = platform::parseInstant(instant);
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(*time);
}

}  // namespace

bool EntityTags::has(store::VersionId version) const {
  const auto wanted = std::to_string(version);
  return any || std::find(tags.begin(), tags.end(), wanted) != tags.end();
}

std::optional<EntityTags> parseEntityTags(std::string_view list) {
  EntityTags result;
  auto rest = text::trim(list);
  if (rest == "*") {
    result.any = true;
    return result;
  }
  while (!rest.empty()) {
    if (rest.front() == ',') {  // RFC 9110, section 5.6.1.2: empty elements do not count
      rest = text::trim(rest.substr(1));
      continue;
    }
    auto tag = takeTag(rest);
    if (!tag) return std::nullopt;
    result.tags.push_back(std::move(*tag));
    rest = text::trim(rest);
    if (!rest.empty() && rest.front() != ',') return std::nullopt;
  }
  if (result.tags.empty()) return std::nullopt;
  return result;
}

std::string entityTag(store::VersionId version) {
  return "W/\"" + std::to_string(version) + '"';
}

std::string httpDate(std::string_view instant) {
  const auto time = wholeSeconds(instant);
  return time ? http::formatDate(*time) : std::string{};
}

std::optional<store::VersionId> parseVersion(std::string_view digits) noexcept {
  store::VersionId version = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (version < 1 || digits.front() == '0') return std::nullopt;
  return version;
}

bool isUnmodified(const http::Request& request, const store::StoredResource& resource) {
  if (const auto sent = combined(request, "If-None-Match")) {
    const auto tags = parseEntityTags(*sent);
    return tags && tags->has(resource.versionId);  // If-Modified-Since does not count then
  }
  const auto* since = request.header("If-Modified-Since");
  if (!since) return false;
  const auto limit = http::parseDate(*since);
  const auto changed = wholeSeconds(resource.lastUpdated);
  return limit && changed && *changed <= *limit;
}

std::optional<Outcome> failedCondition(const http::Request& request, const store::StoredResource& resource) {
  if (const auto sent = combined(request, "If-Match")) {
    const auto tags = parseEntityTags(*sent);
    if (!tags) return malformed("If-Match");
    if (tags->has(resource.versionId)) return std::nullopt;  // If-Unmodified-Since does not count then
    return versionConflict();
  }
  const auto* since = request.header("If-Unmodified-Since");
  const auto limit = since ? http::parseDate(*since) : std::nullopt;
  const auto changed = wholeSeconds(resource.lastUpdated);
  if (limit && changed && *changed > *limit) return versionConflict();
  return std::nullopt;
}

fhir::Result<WriteCondition> writeCondition(const http::Request& request) {
  for (const auto* name : {"If-Unmodified-Since", "If-Modified-Since"}) {
    if (request.header(name))
      return unknownCondition(name, "Use If-Match with the ETag of the version you read.");
  }

  WriteCondition condition;
  for (const auto& header : request.headers) {
    if (!text::equalsIgnoringCase(header.name, "If-None-Exist")) continue;
    if (condition.noneExist)
      return Outcome(Failure::badRequest, IssueType::invalid, "The header may be sent only once.",
                     "http.If-None-Exist");
    condition.noneExist = header.value;
  }
  if (const auto sent = combined(request, "If-Match")) {
    auto tags = parseEntityTags(*sent);
    if (!tags) return malformed("If-Match");
    condition.mustExist = tags->any;
    if (!tags->any) condition.versions = std::move(*tags);
  }
  if (const auto sent = combined(request, "If-None-Match")) {
    const auto tags = parseEntityTags(*sent);
    if (!tags) return malformed("If-None-Match");
    if (!tags->any)
      return unknownCondition("If-None-Match", "On a write only If-None-Match: * is understood.");
    condition.mustNotExist = true;
  }
  return condition;
}

fhir::Outcome onlyForCreate() {
  return Outcome(Failure::badRequest, IssueType::invalid,
                 "If-None-Exist is the condition of a create; here the criteria stand in the URL.",
                 "http.If-None-Exist");
}

fhir::Outcome versionConflict() {
  return Outcome(
      Failure::preconditionFailed, IssueType::conflict,
      "The current version is not the one that the request names. Read it again and repeat the change.");
}

}  // namespace rest
