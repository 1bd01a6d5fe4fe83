#include "src/keys/secret.h"

#include <sodium.h>

#include <cstring>
#include <new>
#include <stdexcept>

namespace keys {
namespace {

void makeReady() {
  static const bool done = sodium_init() >= 0;
  if (!done) throw std::runtime_error("libsodium is not available");
}

}  // namespace

void Secret::Free::operator()(std::uint8_t* bytes) const noexcept {
  sodium_free(bytes);
}

Secret::Secret() {
  makeReady();
  bytes_.reset(static_cast<std::uint8_t*>(sodium_malloc(size)));
  // sodium_malloc() goes on without the lock where the system refuses it; this asks again, to know.
  if (bytes_ == nullptr || sodium_mlock(bytes_.get(), size) != 0) throw std::bad_alloc();
}

Secret Secret::random() {
  Secret out;
  randombytes_buf(out.bytes_.get(), size);
  sodium_mprotect_readonly(out.bytes_.get());
  return out;
}

Secret Secret::copyOf(std::span<const std::uint8_t, size> bytes) {
  Secret out;
  std::memcpy(out.bytes_.get(), bytes.data(), size);
  sodium_mprotect_readonly(out.bytes_.get());
  return out;
}

}  // namespace keys
