// Answer: a Response made ready for the wire: fields judged and completed, body compressed or left out.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "src/http/compression.h"
#include "src/http/edge.h"
#include "src/http/head_rules.h"
#include "src/http/message.h"

namespace http {

struct Answer {
  // Status line and fields, each with its line end; without Connection and without the closing empty line,
  // since only the connection knows whether it ends here.
  std::string head;
  std::string body;
  MemoryBudget::Lease lease;   // of the body; whoever takes the body over counts it
  std::shared_ptr<Hold> hold;  // the Response's
};

// When memory is short. Nothing has been done for the request.
inline constexpr Fault kMemoryShort = {503, "too much is waiting to be read or sent; try again later"};

// Any thread. A field that would break the head (CR, LF, NUL, a name that is no token) makes it a 500.
Answer makeAnswer(Edge& edge, Gzip& gzip, const Request& request, Response response);

// Any thread. An answer of the edge itself; counts as rejected. 503 carries Retry-After.
Answer makeFault(Edge& edge, Gzip& gzip, const Request& request, const Fault& fault);

// The answer that needs no worker, if there is one.
std::optional<Answer> serveAtOnce(Edge& edge, Gzip& gzip, const Request& request);

// On a worker: decompresses the request, calls the handler, and is the answer whatever the handler does.
Answer serve(Edge& edge, Gzip& gzip, Request& request, unsigned worker);

}  // namespace http
