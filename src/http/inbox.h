// Inbox: what other threads leave for a reactor.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "src/http/answer.h"
#include "src/http/link.h"

namespace http {

// A descriptor of our own; the sockets of links belong to Pistache's Transport.
class Descriptor {
 public:
  explicit Descriptor(int fd);  // throws std::system_error with errno when it is none
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

struct Accepted {
  int descriptor;
  std::string address;
};

struct Delivery {
  std::shared_ptr<Link> link;
  std::uint64_t sequence;
  Answer answer;
};

// What other threads leave for a reactor. Pistache's PollableQueue has the same task, and costs an eventfd
// write at each push and two reads at each pop; here the reactor is woken only when it sleeps.
class Inbox {
 public:
  struct Content {
    std::vector<Delivery> deliveries;
    std::vector<Accepted> sockets;
    bool drain = false;
    bool closeAll = false;
    bool empty() const noexcept { return deliveries.empty() && sockets.empty() && !drain && !closeAll; }
  };

  Inbox();
  int descriptor() const noexcept { return wake_.get(); }

  template <typename Put>
  void put(Put put) {
    bool asleep = false;
    {
      const std::lock_guard lock(mutex_);
      put(content_);
      asleep = std::exchange(asleep_, false);
    }
    if (asleep) wake();
  }

  // False when there is nothing, and the reactor may go to sleep: the next put() wakes it.
  bool take(Content& content);

 private:
  void wake() const;

  Descriptor wake_;
  std::mutex mutex_;
  Content content_;
  bool asleep_ = true;
};

}  // namespace http
