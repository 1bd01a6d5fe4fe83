#include "src/keys/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "src/keys/refusal.h"

namespace keys {
namespace {

constexpr std::size_t kMostBytes = 64UL * 1024;

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int operator*() const noexcept { return number_; }

 private:
  int number_;
};

FileStamp stampFrom(const struct stat& status) noexcept {
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec};
}

bool isSettled(const FileStamp& stamp) {
  using namespace std::chrono;
  const auto now = duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
  return now - stamp.changed > nanoseconds(milliseconds(100)).count();
}

std::string octal(mode_t mode) {
  std::string out = "0";
  for (int shift = 6; shift >= 0; shift -= 3) out += static_cast<char>('0' + ((mode >> shift) & 7U));
  return out;
}

// False with errno set when reading fails.
bool readAll(int file, WipedBytes& into) {
  into.resize(kMostBytes + 1);
  std::size_t had = 0;
  while (had < into.size()) {
    const ssize_t got = read(file, into.data() + had, into.size() - had);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    had += static_cast<std::size_t>(got);
  }
  // Not resize(): the vector would keep the rest unwiped until it ends, and that is soon enough.
  into.resize(had);
  return true;
}

}  // namespace

std::optional<FileStamp> stampOf(const std::string& name) {
  struct stat status {};
  if (stat(name.c_str(), &status) != 0) return std::nullopt;
  return stampFrom(status);
}

fhir::Result<PrivateFile> readPrivateFile(const std::string& name, mode_t forbidden) {
  const auto refuse = [&](const std::string& why) { return misconfigured(name + " " + why); };
  const auto refuseWithReason = [&] {
    return refuse("cannot be read: " + std::generic_category().message(errno));
  };
  // Without O_NONBLOCK a pipe of that name would be waited for.
  const Descriptor file(open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (*file < 0 || fstat(*file, &status) != 0) return refuseWithReason();
  if (!S_ISREG(status.st_mode)) return refuse("is not a regular file");
  if ((status.st_mode & forbidden) != 0)
    return refuse("has the mode " + octal(status.st_mode) + ": others can read or change it; `chmod " +
                  octal(status.st_mode & 0700U & ~mode_t{0100}) + "` takes that away");
  PrivateFile out;
  out.stamp = stampFrom(status);
  out.settled = isSettled(out.stamp);
  if (!readAll(*file, out.content)) return refuseWithReason();
  if (out.content.size() > kMostBytes) return refuse("is longer than 64 KiB");
  return out;
}

fhir::Result<PrivateFile> readSecretLine(const std::string& name) {
  auto file = readPrivateFile(name, 007);
  if (!file) return file;
  WipedBytes& content = file->content;
  content.erase(std::ranges::find(content, '\n'), content.end());
  while (!content.empty() && (content.back() == '\r' || content.back() == ' ' || content.back() == '\t'))
    content.pop_back();
  if (content.empty()) return misconfigured(name + " has no secret in its first line");
  return file;
}

}  // namespace keys
