#include "src/http/connection.h"

#include <algorithm>

#include "src/http/text.h"

namespace http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// So much may wait to be sent before no more is read.
constexpr std::size_t kMaxUnsent = 1024 * 1024;

bool isRequestId(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

// RFC 9110, section 9.2.1.
bool isSafe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

// What the request takes: a field stands in it decoded and as it was sent.
std::size_t sizeOf(const Request& request) {
  std::size_t bytes = sizeof(Request) + request.body.size() + 3 * request.target.size();
  for (const Header& header : request.headers) {
    bytes += sizeof(Header) + header.name.size() + header.value.size();
  }
  return bytes;
}

}  // namespace

Connection::Connection(Edge& edge, Gzip& gzip, std::string address, bool secure, TimePoint now)
    : edge_(edge),
      gzip_(gzip),
      address_(std::move(address)),
      secure_(secure),
      reader_(
          ReadLimits{{edge.options.maxHeaderBytes, edge.options.maxTargetBytes}, edge.options.maxBodyBytes}),
      memory_(edge.memory),
      idleSince_(now) {}

bool Connection::mayParse() const noexcept {
  return !inputOver_ && !held_ && !alone_ && owed_.size() < edge_.options.maxPipelined &&
         output_.size() < kMaxUnsent && bytesInFlight_ <= edge_.options.maxBodyBytes;
}

bool Connection::wantsBytes() const noexcept {
  return mayParse();
}

bool Connection::idle() const noexcept {
  return owed_.empty() && output_.empty() && !begun_;
}

bool Connection::finished() const noexcept {
  return inputOver_ && owed_.empty();
}

void Connection::received(std::string_view bytes, TimePoint now, std::vector<Arrived>& arrived) {
  if (inputOver_) return;
  if (unread_.empty()) {
    parse(bytes, now, arrived);
    if (!inputOver_) unread_ = bytes;
  } else {
    unread_.append(bytes);
    parseUnread(now, arrived);
  }
  boundMemory();
}

void Connection::parseUnread(TimePoint now, std::vector<Arrived>& arrived) {
  std::string_view input = unread_;
  parse(input, now, arrived);
  unread_.erase(0, inputOver_ ? std::string::npos : unread_.size() - input.size());
}

void Connection::resume(TimePoint now, std::vector<Arrived>& arrived) {
  if (!mayParse()) return;
  if (begun_) begun_ = now;  // the time that reading had paused is not the client's
  parseUnread(now, arrived);
  endInput();
  boundMemory();
}

void Connection::parse(std::string_view& input, TimePoint now, std::vector<Arrived>& arrived) {
  while (mayParse() && (!input.empty() || begun_)) {
    if (!begun_) begun_ = now;
    switch (reader_.read(input)) {
      case RequestReader::Progress::NeedsMore:
        if (input.empty() && !reader_.insideBody()) begun_.reset();  // only empty lines came
        return;
      case RequestReader::Progress::Head:
        headArrived(now);
        if (reader_.announcedBytes() > edge_.memory.free()) {
          refuse(kMemoryShort);
          writeReady();
          return;
        }
        if (reader_.expectsContinue() && input.empty()) {
          continueOwed_ = true;
          writeReady();
        }
        break;
      case RequestReader::Progress::Complete:
        requestArrived(arrived);
        break;
      case RequestReader::Progress::Faulty:
        refuse(reader_.fault());
        writeReady();
        return;
    }
  }
}

void Connection::headArrived(TimePoint now) {
  Request& request = reader_.request();
  const std::string* id = request.header("X-Request-Id");
  request.id = id != nullptr && isRequestId(*id) ? *id : edge_.ids.next();
  request.remoteAddress = address_;
  request.scheme = secure_ ? "https" : "http";
  if (request.host.empty()) request.host = edge_.authority;
  edge_.proxies.apply(request);
  request.received = now;
}

void Connection::requestArrived(std::vector<Arrived>& arrived) {
  Request& request = reader_.request();
  const std::size_t bytes = sizeOf(request);
  const bool keepAlive = reader_.keepsAlive() && !edge_.draining.load(std::memory_order_relaxed);
  owed_.push_back({nextSequence_, keepAlive, reader_.isHttp10(), bytes, std::nullopt});
  bytesInFlight_ += bytes;
  held_.emplace(Arrived{nextSequence_++, std::move(request)});
  releaseHeld(arrived);
  reader_.reset();
  begun_.reset();
  continueOwed_ = false;
  inputOver_ = !keepAlive;
  edge_.counters.requests.fetch_add(1, std::memory_order_relaxed);
}

void Connection::releaseHeld(std::vector<Arrived>& arrived) {
  if (!held_) return;
  const bool safe = isSafe(held_->request.method);
  if (!safe && owed_.size() > 1) return;
  alone_ = !safe;
  arrived.push_back(*std::move(held_));
  held_.reset();
}

void Connection::refuse(const Fault& fault) {
  Request& request = reader_.request();
  if (request.id.empty()) {
    const std::string* id = request.header("X-Request-Id");
    request.id = id != nullptr && isRequestId(*id) ? *id : edge_.ids.next();
  }
  Owed owed{nextSequence_++, false, reader_.isHttp10(), 0, makeFault(edge_, gzip_, request, fault)};
  owed_.push_back(std::move(owed));
  reader_.reset();
  inputOver_ = true;
  begun_.reset();
  continueOwed_ = false;
}

void Connection::countMemory() noexcept {
  memory_.resize(unread_.size() + reader_.bodyBytes() + bytesInFlight_ + output_.size());
}

// Refuses the request that is being read when it makes this connection hold too much.
void Connection::boundMemory() {
  countMemory();
  if (!begun_ || inputOver_ || !memory_.isTooLarge()) return;
  refuse(kMemoryShort);
  writeReady();
  unread_ = std::string();
  countMemory();
}

void Connection::ended() {
  ended_ = true;
  endInput();
}

void Connection::endInput() {
  // What came before the end, and waits for its turn, is still taken.
  if (!ended_ || !mayParse()) return;
  inputOver_ = true;
  begun_.reset();
  continueOwed_ = false;
  unread_.clear();
}

void Connection::drain() {
  if (begun_ || inputOver_) return;
  // The last one that is owed tells the client.
  inputOver_ = true;
  if (!owed_.empty()) owed_.back().keepAlive = false;
}

void Connection::answer(std::uint64_t sequence, Answer answer, TimePoint now, std::vector<Arrived>& arrived) {
  const auto owed =
      std::find_if(owed_.begin(), owed_.end(), [&](const Owed& each) { return each.sequence == sequence; });
  if (owed == owed_.end() || owed->answer) return;
  owed->answer = std::move(answer);
  const bool paused = !mayParse();
  const bool heldBack = continueOwed_;
  writeReady();
  if (heldBack && !continueOwed_) begun_ = now;  // only now can the client go on
  if (owed_.empty()) alone_ = false;
  releaseHeld(arrived);
  if (paused) resume(now, arrived);
  countMemory();
}

void Connection::sent(std::size_t count, TimePoint now, std::vector<Arrived>& arrived) {
  const bool paused = !mayParse();
  output_.consume(count);
  idleSince_ = now;
  if (paused) resume(now, arrived);
  countMemory();
}

void Connection::writeReady() {
  while (!owed_.empty() && owed_.front().answer) {
    Owed owed = std::move(owed_.front());
    owed_.pop_front();
    bytesInFlight_ -= owed.bytes;
    write(std::move(owed));
  }
  if (continueOwed_ && owed_.empty()) {
    output_.append(kContinue);
    continueOwed_ = false;
  }
}

void Connection::write(Owed&& owed) {
  std::string& head = owed.answer->head;
  if (!owed.keepAlive) {
    head.append("Connection: close\r\n");
  } else if (owed.http10) {
    head.append("Connection: keep-alive\r\n");
  }
  head.append("\r\n");
  output_.append(std::move(head));
  output_.append(std::move(owed.answer->body));
  countMemory();
}

void Connection::checkTime(TimePoint now) {
  if (begun_ && mayParse() && !continueOwed_ && now - *begun_ >= edge_.options.requestTimeout) {
    refuse({408, "the request took too long"});
    writeReady();
  } else if (idle() && now - idleSince_ >= edge_.options.idleTimeout) {
    inputOver_ = true;
  }
  countMemory();
}

}  // namespace http
