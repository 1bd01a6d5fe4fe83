#include "src/store/connection_string.h"

#include <libpq-fe.h>

#include <string_view>

namespace store {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

std::string quoteConninfo(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

fhir::Result<std::string> connectionString(const ConnectionOptions& options) {
  char* error = nullptr;
  PQconninfoOption* parsed = PQconninfoParse(options.databaseUrl.c_str(), &error);
  if (parsed == nullptr) {
    PQfreemem(error);
    return Outcome(
        Failure::unavailable, IssueType::exception,
        "The database URL is not understood. Write postgresql://user@host:port/name or key=value pairs.");
  }
  std::string out;
  std::string given;
  for (const PQconninfoOption* o = parsed; o->keyword != nullptr; ++o) {
    if (o->val == nullptr) continue;
    if (std::string_view(o->keyword) == "options") {
      given = o->val;
    } else {
      out += std::string(o->keyword) + "=" + quoteConninfo(o->val) + " ";
    }
  }
  PQconninfoFree(parsed);
  // A page ends after a few rows: a merge join reads both of its sides from their beginning, a page's place
  // in the order aside, and compiling a plan takes longer than running it.
  const std::string settings = given +
                               " -c TimeZone=UTC -c DateStyle=ISO -c client_min_messages=warning -c "
                               "enable_mergejoin=off -c jit=off -c hv.server=on -c statement_timeout=" +
                               std::to_string(options.statementTimeoutMilliseconds);
  out += "options=" + quoteConninfo(settings);
  out += " connect_timeout=" + std::to_string(options.connectTimeoutSeconds);
  out +=
      " client_encoding=UTF8 application_name=hvfhir keepalives_idle=30 keepalives_interval=10 "
      "keepalives_count=3";
  return out;
}

}  // namespace store
