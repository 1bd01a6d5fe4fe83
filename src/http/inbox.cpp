#include "src/http/inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace http {

Descriptor::Descriptor(int fd) : fd_(fd) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "no descriptor");
}

Descriptor::~Descriptor() {
  close(fd_);
}

Inbox::Inbox() : wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Inbox::wake() const {
  const std::uint64_t one = 1;
  // The counter can't overflow; with any other fault the process is beyond help.
  if (write(wake_.get(), &one, sizeof one) < 0) std::abort();
}

bool Inbox::take(Content& content) {
  const std::lock_guard lock(mutex_);
  asleep_ = content_.empty();
  std::swap(content, content_);
  return !asleep_;
}

}  // namespace http
