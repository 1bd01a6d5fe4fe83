#include "src/rest/answer.h"

#include "src/rest/conditions.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;

constexpr std::string_view kRetryAfterSeconds = "2";

IssueType issueType(int status) noexcept {
  switch (status) {
    case 404:
      return IssueType::notFound;
    case 405:
    case 406:
    case 415:
    case 417:
    case 501:
    case 505:
      return IssueType::notSupported;
    case 408:
    case 504:
      return IssueType::timeout;
    case 413:
    case 414:
    case 431:
      return IssueType::tooLong;
    case 429:
      return IssueType::throttled;
    case 503:
      return IssueType::transient;
    default:
      return status >= 500 ? IssueType::exception : IssueType::invalid;
  }
}

void addRetryAfter(http::Response& response) {
  if (response.status == 503 || response.status == 429) {
    response.setHeader("Retry-After", std::string(kRetryAfterSeconds));
  }
}

}  // namespace

int status(Failure failure) noexcept {
  switch (failure) {
    case Failure::badRequest:
      return 400;
    case Failure::unauthorized:
      return 401;
    case Failure::forbidden:
      return 403;
    case Failure::notFound:
      return 404;
    case Failure::methodNotAllowed:
      return 405;
    case Failure::notAcceptable:
      return 406;
    case Failure::conflict:
      return 409;
    case Failure::gone:
      return 410;
    case Failure::preconditionFailed:
      return 412;
    case Failure::payloadTooLarge:
      return 413;
    case Failure::unsupportedMediaType:
      return 415;
    case Failure::unprocessable:
      return 422;
    case Failure::tooManyRequests:
      return 429;
    case Failure::internal:
      return 500;
    case Failure::notImplemented:
      return 501;
    case Failure::unavailable:
      return 503;
  }
  return 500;
}

http::Response answerBody(int status, std::string json, const Presentation& presentation) {
  auto body = layOut(std::move(json), presentation);
  if (!body) {
    status = rest::status(body.outcome().failure());
    body = layOut(body.outcome().toJson(), presentation);
  }
  http::Response response;
  response.status = status;
  response.headers.reserve(8);
  response.headers.push_back({"Content-Type", contentType(presentation.format)});
  response.headers.push_back({"Cache-Control", "private, no-cache"});
  response.headers.push_back({"Vary", "Accept"});
  response.body = *std::move(body);
  return response;
}

http::Response answerWell(int status, const fhir::Outcome& outcome, const Presentation& presentation) {
  return answerBody(status, outcome.toJson(), presentation);
}

http::Response answer(const fhir::Outcome& outcome, const Presentation& presentation) {
  auto response = answerBody(status(outcome.failure()), outcome.toJson(), presentation);
  addRetryAfter(response);
  return response;
}

http::Response faultAnswer(int status, std::string_view reason) {
  fhir::Outcome outcome;
  outcome.add(fhir::Severity::error, issueType(status), std::string(reason));
  auto response = answerBody(status, outcome.toJson(), {});
  addRetryAfter(response);
  return response;
}

std::string resourceUrl(std::string_view baseUrl, const store::StoredResource& resource) {
  std::string url;
  url.reserve(baseUrl.size() + resource.type->name.size() + resource.id.size() + 2);
  if (!resource.containedIn.empty())
    return url.append(baseUrl).append("/").append(resource.containedIn).append("#").append(resource.id);
  url.append(baseUrl).append("/").append(resource.type->name).append("/").append(resource.id);
  return url;
}

std::string versionUrl(std::string_view baseUrl, const store::StoredResource& resource) {
  return resourceUrl(baseUrl, resource) + "/_history/" + std::to_string(resource.versionId);
}

void addVersionHeaders(http::Response& response, const store::StoredResource& resource) {
  response.headers.push_back({"ETag", entityTag(resource.versionId)});
  auto date = httpDate(resource.lastUpdated);
  if (!date.empty()) response.headers.push_back({"Last-Modified", std::move(date)});
}

}  // namespace rest
