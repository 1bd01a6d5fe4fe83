#include "src/http/link.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace http {
namespace {

// How long a client may take to read the last answer and close, before it is closed upon.
constexpr std::chrono::seconds kLinger{2};
// A client that takes less than this within writeTimeout does not read.
constexpr std::size_t kStretch = 64 * 1024;
// A client that takes less than kStretch within this is slow; closed when memory is short.
constexpr std::chrono::seconds kSlow{1};
// So much is sent to one client before the others have their turn.
constexpr std::size_t kTurn = 1024 * 1024;

// So much lies encrypted and ready while the client reads.
constexpr std::size_t kEncryptAhead = 256 * 1024;

bool mayRetry(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

Link::Link(Edge& edge, Gzip& gzip, Mailbox& mailbox, int descriptor, std::string address,
           std::unique_ptr<TlsSession> tls, TimePoint now)
    : edge_(edge),
      mailbox_(mailbox),
      descriptor_(descriptor),
      since_(now),
      tls_(std::move(tls)),
      connection_(edge, gzip, std::move(address), tls_ != nullptr, now) {}

void Link::reply(std::shared_ptr<ReplyAddress> self, std::uint64_t sequence, Answer answer) {
  mailbox_.deliver(std::static_pointer_cast<Link>(std::move(self)), sequence, std::move(answer));
}

void Link::readable(std::string& scratch, TimePoint now, Arrived& arrived) {
  const ssize_t count = recv(descriptor_, scratch.data(), scratch.size(), 0);
  if (count > 0) {
    const std::string_view bytes(scratch.data(), static_cast<std::size_t>(count));
    if (lingering_ || broken_) return;
    tls_ ? decrypt(bytes, now, arrived) : connection_.received(bytes, now, arrived);
  } else if (count == 0) {
    connection_.ended();
    if (lingering_) over_ = true;
  } else if (!mayRetry(errno)) {
    over_ = true;
  }
}

void Link::decrypt(std::string_view bytes, TimePoint now, Arrived& arrived) {
  std::string plain;
  const TlsSession::State state = tls_->receive(bytes, plain);
  if (!plain.empty()) connection_.received(plain, now, arrived);
  if (state == TlsSession::State::Ended) connection_.ended();
  if (state == TlsSession::State::Broken) broken_ = true;
  tls_->takeOutput(encrypted_);
}

void Link::encrypt(TimePoint now, Arrived& arrived) {
  while (!broken_ && !connection_.output().empty() && encrypted_.size() < kEncryptAhead) {
    const std::size_t count = tls_->send(connection_.output().front());
    if (count == 0) {
      broken_ = true;
      return;
    }
    tls_->takeOutput(encrypted_);
    connection_.sent(count, now, arrived);
  }
}

void Link::answer(std::uint64_t sequence, Answer answer, TimePoint now, Arrived& arrived) {
  connection_.answer(sequence, std::move(answer), now, arrived);
}

void Link::drain() {
  connection_.drain();
}

void Link::checkTime(TimePoint now) {
  if (lingering_) {
    if (now >= lingerUntil_) over_ = true;
    return;
  }
  if (tls_ && !tls_->established() && now - since_ >= edge_.options.requestTimeout) over_ = true;
  if (sending_ && now - sendingSince_ >= edge_.options.writeTimeout) over_ = true;
  if (sending_ && now - sendingSince_ >= kSlow && connection_.holdsTooMuch()) over_ = true;
  connection_.checkTime(now);
}

std::size_t Link::sendSome() {
  const std::string_view pieces[] = {outgoing().front(), outgoing().second()};
  iovec vectors[2];
  std::size_t count = 0;
  for (const std::string_view piece : pieces) {
    if (!piece.empty()) vectors[count++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  msghdr message{};
  message.msg_iov = vectors;
  message.msg_iovlen = count;
  const ssize_t sent = sendmsg(descriptor_, &message, MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (!mayRetry(errno)) over_ = true;
  return 0;
}

void Link::taken(std::size_t count, TimePoint now, Arrived& arrived) {
  if (tls_) {
    encrypted_.consume(count);
  } else if (count > 0) {
    connection_.sent(count, now, arrived);
  }
  noteProgress(count, now);
}

void Link::flush(TimePoint now, Arrived& arrived) {
  for (std::size_t turn = 0; !over_ && turn < kTurn;) {
    if (tls_) encrypt(now, arrived);
    const std::size_t offered = outgoing().front().size() + outgoing().second().size();
    if (offered == 0) break;
    const std::size_t sent = sendSome();
    taken(sent, now, arrived);
    turn += sent;
    if (sent < offered) break;
  }
  if (!over_ && !lingering_) endWhenDone(now);
}

void Link::noteProgress(std::size_t sent, TimePoint now) {
  sentInStretch_ += sent;
  if (!sending_ || sentInStretch_ >= kStretch) {
    sendingSince_ = now;
    sentInStretch_ = 0;
  }
  sending_ = !outgoing().empty();
}

void Link::endWhenDone(TimePoint now) {
  const bool done = connection_.finished() && connection_.output().empty();
  if (!done && !broken_) return;
  if (tls_ && !ending_ && !broken_) {
    ending_ = true;
    tls_->close();
    tls_->takeOutput(encrypted_);
    if (!encrypted_.empty()) {
      const std::size_t sent = sendSome();
      encrypted_.consume(sent);
      noteProgress(sent, now);
    }
  }
  if (!outgoing().empty() || over_) return;
  if (!connection_.clientMaySend()) {
    over_ = true;
    return;
  }
  shutdown(descriptor_, SHUT_WR);
  lingering_ = true;
  lingerUntil_ = now + kLinger;
}

bool Link::wantsToRead() const noexcept {
  return lingering_ || broken_ || (connection_.clientMaySend() && connection_.wantsBytes());
}

void Link::detach() noexcept {
  descriptor_ = -1;
  over_ = true;
  gone_.store(true, std::memory_order_relaxed);
}

}  // namespace http
