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
// So much is sent to one client before the others have their turn.
constexpr std::size_t kTurn = 1024 * 1024;

bool mayRetry(int error) noexcept {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

Link::Link(Edge& edge, Gzip& gzip, Mailbox& mailbox, int descriptor, std::string address, TimePoint now)
    : edge_(edge),
      mailbox_(mailbox),
      descriptor_(descriptor),
      connection_(edge, gzip, std::move(address), false, now) {}

void Link::reply(std::shared_ptr<ReplyAddress> self, std::uint64_t sequence, Answer answer) {
  mailbox_.deliver(std::static_pointer_cast<Link>(std::move(self)), sequence, std::move(answer));
}

void Link::readable(std::string& scratch, TimePoint now, Arrived& arrived) {
  const ssize_t count = recv(descriptor_, scratch.data(), scratch.size(), 0);
  if (count > 0) {
    if (!lingering_) connection_.received({scratch.data(), static_cast<std::size_t>(count)}, now, arrived);
  } else if (count == 0) {
    connection_.ended();
    if (lingering_) over_ = true;
  } else if (!mayRetry(errno)) {
    over_ = true;
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
  if (sending_ && now - sendingSince_ >= edge_.options.writeTimeout) over_ = true;
  connection_.checkTime(now);
}

std::size_t Link::sendSome() {
  const std::string_view pieces[] = {connection_.output().front(), connection_.output().second()};
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

void Link::flush(TimePoint now, Arrived& arrived) {
  std::size_t turn = 0;
  while (!over_ && !connection_.output().empty() && turn < kTurn) {
    const std::size_t offered = connection_.output().front().size() + connection_.output().second().size();
    const std::size_t sent = sendSome();
    if (sent > 0) connection_.sent(sent, now, arrived);
    noteProgress(sent, now);
    turn += sent;
    if (sent < offered) break;
  }
  if (!over_ && !lingering_ && connection_.finished() && connection_.output().empty()) beginLingering(now);
}

void Link::noteProgress(std::size_t sent, TimePoint now) {
  sentInStretch_ += sent;
  const bool waits = !connection_.output().empty();
  if (!sending_ || sentInStretch_ >= kStretch) {
    sendingSince_ = now;
    sentInStretch_ = 0;
  }
  sending_ = waits;
}

void Link::beginLingering(TimePoint now) {
  if (!connection_.clientMaySend()) {
    over_ = true;
    return;
  }
  shutdown(descriptor_, SHUT_WR);
  lingering_ = true;
  lingerUntil_ = now + kLinger;
}

bool Link::wantsToRead() const noexcept {
  return lingering_ || (connection_.clientMaySend() && connection_.wantsBytes());
}

void Link::detach() noexcept {
  descriptor_ = -1;
  over_ = true;
  gone_.store(true, std::memory_order_relaxed);
}

}  // namespace http
