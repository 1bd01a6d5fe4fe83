// Transport: Pistache's reactors, and the links that live on them. The only place that knows Pistache.
#pragma once

#include <memory>

#include "src/http/edge.h"
#include "src/http/listening_socket.h"
#include "src/http/workers.h"

namespace http {

class Transport {
 public:
  // Answers come from `workers`; both references outlive the transport.
  Transport(Edge& edge, Workers& workers, std::unique_ptr<ListeningSocket> listener);
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
