// Connection: one client's HTTP/1.1 without its socket. Bytes -> requests; answers -> bytes, in the order of
// the requests (RFC 9112, section 9.3.2), whatever the order in which they come back.
//
// Threading: lives on one reactor thread. Time is handed in, never read.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/http/answer.h"
#include "src/http/edge.h"
#include "src/http/output_queue.h"
#include "src/http/request_reader.h"

namespace http {

class Connection {
 public:
  struct Arrived {
    std::uint64_t sequence;  // what answer() must name
    Request request;
  };

  // `address` is the peer's, `gzip` the reactor's own; both parameters by reference outlive the connection.
  Connection(Edge& edge, Gzip& gzip, std::string address, bool secure, TimePoint now);

  // Requests that became whole are appended to `arrived`.
  void received(std::string_view bytes, TimePoint now, std::vector<Arrived>& arrived);
  // The client sends no more (FIN). What it asked for is still answered.
  void ended();
  // An unknown sequence is ignored. May free the way for requests that were waiting.
  void answer(std::uint64_t sequence, Answer answer, TimePoint now, std::vector<Arrived>& arrived);
  // Nothing new is begun; what is in flight is finished.
  void drain();
  // A request that takes too long becomes a 408; an idle connection becomes finished().
  void checkTime(TimePoint now);

  // Whether it holds more of its answers than is free for everybody else; then a slow client is to be closed.
  bool holdsTooMuch() const noexcept { return !output_.empty() && memory_.isTooLarge(); }

  // False while reading has to pause: enough is in flight or unsent.
  bool wantsBytes() const noexcept;
  const OutputQueue& output() const noexcept { return output_; }
  // So many bytes of output() were taken over by the socket.
  void sent(std::size_t count, TimePoint now, std::vector<Arrived>& arrived);
  // Nothing is owed and nothing more will be: to be closed once output() is sent.
  bool finished() const noexcept;
  // Whether the client may still send bytes that nobody reads: then the socket has to be closed gently, so
  // that a reset does not take the last answer away from it (RFC 9112, section 9.6).
  bool clientMaySend() const noexcept { return !ended_; }
  bool idle() const noexcept;

 private:
  struct Owed {
    std::uint64_t sequence;
    bool keepAlive;
    bool http10;
    std::size_t bytes;  // of the request
    std::optional<Answer> answer;
  };

  bool mayParse() const noexcept;
  void parse(std::string_view& input, TimePoint now, std::vector<Arrived>& arrived);
  void parseUnread(TimePoint now, std::vector<Arrived>& arrived);
  void resume(TimePoint now, std::vector<Arrived>& arrived);
  void headArrived(TimePoint now);
  void requestArrived(std::vector<Arrived>& arrived);
  void refuse(const Fault& fault);
  void countMemory() noexcept;
  void boundMemory();
  void endInput();
  void writeReady();
  void releaseHeld(std::vector<Arrived>& arrived);
  void write(Owed&& owed);

  Edge& edge_;
  Gzip& gzip_;
  const std::string address_;
  const bool secure_;
  RequestReader reader_;
  std::string unread_;     // came, but not yet taken by the reader
  std::deque<Owed> owed_;  // in the order of the requests
  OutputQueue output_;
  MemoryBudget::Lease memory_;   // of all that is held here but the answers that wait for their turn
  std::optional<Arrived> held_;  // waits until all before it are answered
  bool alone_ = false;           // a request with an unsafe method is in flight
  std::uint64_t nextSequence_ = 0;
  std::size_t bytesInFlight_ = 0;   // of requests whose answer is owed
  std::optional<TimePoint> begun_;  // first byte of the request that is being read
  TimePoint idleSince_;
  bool inputOver_ = false;     // no further request is taken
  bool ended_ = false;         // the client's FIN came
  bool continueOwed_ = false;  // "100 Continue" waits for its turn
};

}  // namespace http
