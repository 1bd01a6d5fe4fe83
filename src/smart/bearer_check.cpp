#include "src/smart/bearer_check.h"

#include "src/smart/bearer.h"
#include "src/smart/responses.h"

namespace smart {

std::variant<std::shared_ptr<const Principal>, http::Response> checkBearer(Tokens& tokens,
                                                                           const http::Request& request) {
  const Bearer bearer = bearerOf(request);
  if (bearer.fault == BearerFault::absent) return bearerRefused(401, "", "An access token is needed.");
  auto principal = bearer.fault == BearerFault::none ? tokens.check(bearer.token)
                                                     : fhir::Outcome(fhir::Failure::unauthorized, {}, "");
  if (principal) return *std::move(principal);
  if (principal.outcome().failure() == fhir::Failure::unavailable)
    return errorResponse(unavailable(), request);
  return bearerRefused(401, "invalid_token", "The access token is not valid.");
}

}  // namespace smart
