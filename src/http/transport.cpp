#include "src/http/transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pistache/reactor.h>
#include <pistache/transport.h>
// peer.h needs transport.h before it
#include <pistache/peer.h>
#include <pistache/tcp.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "src/http/forwarded.h"
#include "src/http/inbox.h"
#include "src/http/link.h"

namespace http {
namespace {

namespace Aio = Pistache::Aio;
namespace Polling = Pistache::Polling;
namespace Tcp = Pistache::Tcp;

constexpr std::size_t kReadAtOnce = 64 * 1024;
constexpr int kAcceptAtOnce = 64;
const Pistache::Flags<Polling::NotifyOn> kRead(Polling::NotifyOn::Read);

std::string addressOf(const sockaddr_storage& peer) {
  char text[INET6_ADDRSTRLEN] = {};
  if (peer.ss_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr, text, sizeof text);
  } else {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text, sizeof text);
  }
  const auto address = AddressBlock::parse(text);
  return address ? address->toString() : std::string();
}

// Pistache tells it of each new peer; bytes are read by the transport itself.
class PeerHandler final : public Tcp::Handler {
 public:
  void onInput(const char*, std::size_t, const std::shared_ptr<Tcp::Peer>&) override {}
  std::shared_ptr<Tcp::Handler> clone() const override { return std::make_shared<PeerHandler>(); }
};

class ReactorTransport;

// What the reactors of one server share.
struct Reactors {
  Edge& edge;
  Workers& workers;
  const TlsContext* tls;
  std::unique_ptr<ListeningSocket> listener;  // after start(): the first reactor's
  std::vector<std::shared_ptr<ReactorTransport>> each;
  std::mutex emptyMutex;
  std::condition_variable empty;
  Aio::Reactor reactor;  // its threads end before anything above does

  void connectionClosed() {
    if (edge.counters.openConnections.fetch_sub(1) == 1 && edge.draining.load()) {
      const std::lock_guard lock(emptyMutex);
      empty.notify_all();
    }
  }
};

// One reactor thread's links. Stock Tcp::Transport reads until the socket is dry, however fast the client
// sends, and its loop goes on reading from the descriptor after the peer was removed; so readiness is handled
// here, and of the base only the registration of peers is used.
class ReactorTransport final : public Tcp::Transport, public Mailbox {
 public:
  explicit ReactorTransport(Reactors& shared)
      : Tcp::Transport(std::make_shared<PeerHandler>()),
        shared_(shared),
        edge_(shared.edge),
        timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
        scratch_(kReadAtOnce, '\0') {}

  std::shared_ptr<Aio::Handler> clone() const override {
    auto copy = std::make_shared<ReactorTransport>(shared_);
    copy->isFirst_ = shared_.each.empty();
    shared_.each.push_back(copy);
    return copy;
  }

  void registerPoller(Polling::Epoll& poller) override {
    poller_ = &poller;
    poller.addFd(inbox_.descriptor(), kRead, tag(inbox_.descriptor()), Polling::Mode::Edge);
    poller.addFd(timer_.get(), kRead, tag(timer_.get()));
    if (isFirst_) listen();
    startTimer();
  }

  void onReady(const Aio::FdSet& ready) override {
    now_ = std::chrono::steady_clock::now();
    bool connections = false;
    for (const auto& entry : ready) {
      const int fd = static_cast<int>(entry.getTag().value());
      if (fd == timer_.get()) {
        tick();
      } else if (isFirst_ && shared_.listener && fd == shared_.listener->descriptor()) {
        connections = true;
      } else if (fd != inbox_.descriptor()) {
        linkReady(fd, entry);
      }
    }
    // Last, so that no event of this round can meet a descriptor that was closed and reused within it.
    if (connections) acceptSome();
    do {
      shared_.workers.submit(jobs_, now_, gzip_);
    } while (readInbox());
  }

  Inbox& inbox() noexcept { return inbox_; }

 private:
  static Polling::Tag tag(int fd) { return Polling::Tag(static_cast<std::uint64_t>(fd)); }

  // Fine enough that no timeout is exceeded by more than an eighth, or a quarter of a second.
  void startTimer() {
    const auto& options = edge_.options;
    const auto shortest = std::min({options.requestTimeout, options.idleTimeout, options.writeTimeout,
                                    options.queueDeadline, std::chrono::milliseconds(2000)});
    const auto period = std::max(shortest / 8, std::chrono::milliseconds(5));
    itimerspec spec{};
    spec.it_interval.tv_nsec = std::chrono::nanoseconds(period).count();
    spec.it_value = spec.it_interval;
    timerfd_settime(timer_.get(), 0, &spec, nullptr);
  }

  void listen() {
    const int fd = shared_.listener->descriptor();
    poller_->addFd(fd, kRead, tag(fd));
    listening_ = true;
  }

  void stopListening() {
    if (listening_) poller_->removeFd(shared_.listener->descriptor());
    listening_ = false;
  }

  void acceptSome() {
    for (int i = 0; i < kAcceptAtOnce && listening_; ++i) {
      sockaddr_storage peer{};
      socklen_t length = sizeof peer;
      const int fd = accept4(shared_.listener->descriptor(), reinterpret_cast<sockaddr*>(&peer), &length,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        edge_.counters.connections.fetch_add(1, std::memory_order_relaxed);
        assign({fd, addressOf(peer)});
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return;
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        stopListening();  // until the next tick: the socket would stay readable, and the thread would spin
      }
    }
  }

  void assign(Accepted socket) {
    if (edge_.counters.openConnections.fetch_add(1) >= edge_.options.maxConnections) {
      turnAway(socket.descriptor);
      return;
    }
    auto& next = *shared_.each[nextReactor_++ % shared_.each.size()];
    if (&next == this) {
      adopt(std::move(socket));
    } else {
      next.inbox().put([&](Inbox::Content& content) { content.sockets.push_back(std::move(socket)); });
    }
  }

  void turnAway(int fd) {
    Request request;
    request.id = edge_.ids.next();
    const Answer answer = makeFault(edge_, gzip_, request, {503, "there are too many connections"});
    if (shared_.tls == nullptr) {
      const std::string text = answer.head + "Connection: close\r\n\r\n" + answer.body;
      // One attempt: who is turned away must not cost anything.
      [[maybe_unused]] const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      shutdown(fd, SHUT_WR);
    }
    close(fd);
    shared_.connectionClosed();
  }

  void adopt(Accepted socket) {
    const int fd = socket.descriptor;
    if (edge_.draining.load()) {
      close(fd);
      shared_.connectionClosed();
      return;
    }
    const auto peer = Tcp::Peer::Create(fd, Pistache::Address());
    std::unique_ptr<TlsSession> tls;
    try {
      if (shared_.tls != nullptr) tls = shared_.tls->newSession();
      handleNewPeer(peer);
      poller_->rearmFd(fd, kRead, tag(fd), Polling::Mode::Level);
    } catch (const std::exception&) {
      peers.erase(fd);
      close(fd);
      shared_.connectionClosed();
      return;
    }
    if (links_.size() <= static_cast<std::size_t>(fd)) links_.resize(static_cast<std::size_t>(fd) + 1);
    links_[static_cast<std::size_t>(fd)] =
        std::make_shared<Link>(edge_, gzip_, *this, fd, std::move(socket.address), std::move(tls), now_);
  }

  void linkReady(int fd, const Aio::FdSet::Entry& entry) {
    const auto link =
        static_cast<std::size_t>(fd) < links_.size() ? links_[static_cast<std::size_t>(fd)] : nullptr;
    if (!link) return;
    if (entry.isHangup() && !entry.isReadable()) {
      closeLink(*link);
      return;
    }
    // Neither readable nor writable is an error on the socket, which reading finds.
    if (entry.isReadable() || !entry.isWritable()) link->readable(scratch_, now_, arrived_);
    settle(link);
  }

  // Brings socket, epoll and queue in line with what the link has become.
  void settle(const std::shared_ptr<Link>& link) {
    link->flush(now_, arrived_);
    for (Connection::Arrived& each : arrived_) {
      jobs_.push_back({std::make_shared<Request>(std::move(each.request)), link, each.sequence, now_});
    }
    arrived_.clear();
    if (link->isOver()) {
      closeLink(*link);
      return;
    }
    const Link::Interest wanted{link->wantsToRead(), link->wantsToWrite()};
    if (wanted == link->registered) return;
    Pistache::Flags<Polling::NotifyOn> flags;
    if (wanted.read) flags.setFlag(Polling::NotifyOn::Read);
    if (wanted.write) flags.setFlag(Polling::NotifyOn::Write);
    poller_->rearmFd(link->descriptor(), flags, tag(link->descriptor()), Polling::Mode::Level);
    link->registered = wanted;
  }

  void closeLink(Link& link) {
    const int fd = link.descriptor();
    const auto keepAlive = std::exchange(links_[static_cast<std::size_t>(fd)], nullptr);
    link.detach();
    const auto peer = peers.at(fd);
    removePeer(peer);  // closes
    shared_.connectionClosed();
  }

  bool isConnected(const Link& link) const {
    const auto fd = static_cast<std::size_t>(link.descriptor());
    return link.descriptor() >= 0 && fd < links_.size() && links_[fd].get() == &link;
  }

  void deliver(std::shared_ptr<Link> link, std::uint64_t sequence, Answer answer) override {
    inbox_.put([&](Inbox::Content& content) {
      content.deliveries.push_back({std::move(link), sequence, std::move(answer)});
    });
  }

  bool readInbox() {
    if (!inbox_.take(content_)) return false;
    for (Delivery& delivery : content_.deliveries) {
      if (!isConnected(*delivery.link)) {
        edge_.counters.dropped.fetch_add(1, std::memory_order_relaxed);
        continue;
      }
      delivery.link->answer(delivery.sequence, std::move(delivery.answer), now_, arrived_);
      settle(delivery.link);
    }
    content_.deliveries.clear();
    for (Accepted& socket : content_.sockets) adopt(std::move(socket));
    content_.sockets.clear();
    if (std::exchange(content_.drain, false)) drainAll();
    if (std::exchange(content_.closeAll, false)) closeAll();
    return true;
  }

  template <typename Do>
  void forEachLink(Do action) {
    for (std::size_t i = 0; i < links_.size(); ++i) {
      if (const auto link = links_[i]) action(link);
    }
  }

  void tick() {
    std::uint64_t expirations = 0;
    if (read(timer_.get(), &expirations, sizeof expirations) < 0) return;
    forEachLink([this](const std::shared_ptr<Link>& link) {
      link->checkTime(now_);
      settle(link);
    });
    if (!isFirst_) return;
    shared_.workers.expire(now_, gzip_);
    if (shared_.listener && !listening_) listen();
  }

  void drainAll() {
    if (isFirst_ && shared_.listener) {
      stopListening();
      shared_.listener.reset();
    }
    forEachLink([this](const std::shared_ptr<Link>& link) {
      link->drain();
      settle(link);
    });
  }

  void closeAll() {
    forEachLink([this](const std::shared_ptr<Link>& link) { closeLink(*link); });
  }

  Reactors& shared_;
  Edge& edge_;
  bool isFirst_ = false;
  bool listening_ = false;
  Polling::Epoll* poller_ = nullptr;
  Inbox inbox_;
  Inbox::Content content_;
  Descriptor timer_;
  std::string scratch_;
  Gzip gzip_;
  TimePoint now_;
  std::vector<std::shared_ptr<Link>> links_;  // by descriptor
  std::vector<Connection::Arrived> arrived_;
  std::vector<Job> jobs_;
  std::size_t nextReactor_ = 0;
};

}  // namespace

struct Transport::Impl : Reactors {};

Transport::Transport(Edge& edge, Workers& workers, const TlsContext* tls,
                     std::unique_ptr<ListeningSocket> listener)
    : impl_(new Impl{{edge, workers, tls, std::move(listener), {}, {}, {}, {}}}) {}

Transport::~Transport() {
  for (const auto& reactor : impl_->each) {
    reactor->inbox().put([](Inbox::Content& content) { content.closeAll = true; });
  }
  std::unique_lock lock(impl_->emptyMutex);
  impl_->empty.wait_for(lock, std::chrono::seconds(5),
                        [this] { return impl_->edge.counters.openConnections == 0; });
  lock.unlock();
  impl_->reactor.shutdown();
}

void Transport::start() {
  impl_->reactor.init(Aio::AsyncContext(std::max(1U, impl_->edge.options.reactors), "http-reactor"));
  impl_->reactor.addHandler(std::make_shared<ReactorTransport>(*impl_));
  impl_->reactor.run();
}

void Transport::drain() {
  impl_->edge.draining = true;
  for (const auto& reactor : impl_->each) {
    reactor->inbox().put([](Inbox::Content& content) { content.drain = true; });
  }
  std::unique_lock lock(impl_->emptyMutex);
  impl_->empty.wait_for(lock, impl_->edge.options.drainTimeout,
                        [this] { return impl_->edge.counters.openConnections == 0; });
}

}  // namespace http
