// Link: a connected socket and the Connection that speaks through it. Writes to the socket itself, on the
// reactor thread: Pistache's own write queue is keyed by descriptor, and never bounds what a client does not
// read.
//
// Threading: all but reply() and gone() on the reactor thread that owns it. It does not own the descriptor:
// the transport closes it, and calls detach() first.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/http/connection.h"
#include "src/http/job_queue.h"
#include "src/http/tls.h"

namespace http {

class Link;

// Brings answers to the reactor thread that owns the link.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  virtual void deliver(std::shared_ptr<Link> link, std::uint64_t sequence, Answer answer) = 0;  // any thread
};

class Link final : public ReplyAddress {
 public:
  Link(Edge& edge, Gzip& gzip, Mailbox& mailbox, int descriptor, std::string address,
       std::unique_ptr<TlsSession> tls, TimePoint now);

  void reply(std::shared_ptr<ReplyAddress> self, std::uint64_t sequence, Answer answer) override;

  using Arrived = std::vector<Connection::Arrived>;
  // Reads once, what is there, up to the size of `scratch`.
  void readable(std::string& scratch, TimePoint now, Arrived& arrived);
  void answer(std::uint64_t sequence, Answer answer, TimePoint now, Arrived& arrived);
  void drain();
  void checkTime(TimePoint now);
  // Sends what can be sent without waiting. Call it after any of the above.
  void flush(TimePoint now, Arrived& arrived);

  bool wantsToRead() const noexcept;
  bool wantsToWrite() const noexcept { return !outgoing().empty(); }
  bool isOver() const noexcept { return over_; }  // to be closed now
  int descriptor() const noexcept { return descriptor_; }
  void detach() noexcept;

  // What the transport has told epoll; kept here to spare the call when nothing changes.
  struct Interest {
    bool read = true;
    bool write = false;
    bool operator==(const Interest&) const = default;
  };
  Interest registered;

 private:
  void decrypt(std::string_view bytes, TimePoint now, Arrived& arrived);
  void encrypt(TimePoint now, Arrived& arrived);
  std::size_t sendSome();
  void taken(std::size_t count, TimePoint now, Arrived& arrived);
  void noteProgress(std::size_t sent, TimePoint now);
  void endWhenDone(TimePoint now);
  const OutputQueue& outgoing() const noexcept { return tls_ ? encrypted_ : connection_.output(); }

  Edge& edge_;
  Mailbox& mailbox_;
  int descriptor_;
  const TimePoint since_;
  std::unique_ptr<TlsSession> tls_;  // none: plain HTTP
  OutputQueue encrypted_;
  Connection connection_;
  bool over_ = false;
  bool broken_ = false;     // TLS can't go on: only an alert is left to be sent
  bool ending_ = false;     // TLS has said its last word
  bool lingering_ = false;  // our side is shut; the client's last bytes are thrown away
  TimePoint lingerUntil_;
  bool sending_ = false;    // something waits to be sent
  TimePoint sendingSince_;  // the start of the writeTimeout's present stretch
  std::size_t sentInStretch_ = 0;
};

}  // namespace http
