// Transport: Pistache's reactors, and the links that live on them. The only place that knows Pistache.
#pragma once

#include <memory>

#include "src/http/edge.h"
#include "src/http/listening_socket.h"
#include "src/http/tls.h"
#include "src/http/workers.h"

namespace http {

class Transport {
 public:
  // Answers come from `workers`; `tls` is null for plain HTTP. What is pointed to outlives the transport.
  Transport(Edge& edge, Workers& workers, const TlsContext* tls, std::unique_ptr<ListeningSocket> listener);
  ~Transport();  // closes all

  void start();
  // Closes the listener and all idle connections; the others close with their last answer. Returns when none
  // is left, or after drainTimeout, when the rest was closed.
  void drain();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace http
