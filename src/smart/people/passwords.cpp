#include "src/smart/people/passwords.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "src/http/text.h"
#include "src/smart/people/secrets.h"

namespace people {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

constexpr std::size_t kShortest = 10;
constexpr std::size_t kLongest = 200;

// Of those that people choose most, the ones that are long enough to pass. Lower case.
constexpr std::array<std::string_view, 64> kCommon{
    "0123456789",   "0987654321",   "1029384756",   "1111122222",    "1122334455",    "1212121212",
    "1231231234",   "123456789a",   "1234567890",   "12345678910",   "123456789012",  "123456789abc",
    "1234567891",   "123qwe123qwe", "1q2w3e4r5t",   "1q2w3e4r5t6y",  "1qaz2wsx3edc",  "9876543210",
    "987654321a",   "a123456789",   "aa12345678",   "abc1234567",    "abc123456789",  "abcd123456",
    "abcd12345678", "abcdefghij",   "admin12345",   "admin123456",   "administrator", "asdfghjkl1",
    "asdfghjkl;",   "bharat12345",  "changeme123",  "computer123",   "football123",   "hello12345",
    "helloworld",   "iloveyou12",   "iloveyou123",  "india12345",    "india123456",   "jaishreeram",
    "krishna123",   "letmein123",   "password00",   "password01",    "password1!",    "password11",
    "password12",   "password123",  "password1234", "password12345", "passw0rd123",   "qazwsxedc1",
    "qwerty12345",  "qwerty123456", "qwertyuiop",   "qwertyuiop1",   "sunshine123",   "test123456",
    "welcome123",   "welcome1234",  "zaq12wsxcde3", "zxcvbnm123"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// Code points of UTF-8.
std::size_t charactersOf(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// What a hash says of its making: "$argon2id$v=19$m=65536,t=2,p=1$".
struct Cost {
  std::uint64_t kibibytes = 0;
  std::uint64_t passes = 0;
  bool isId = false;
};

std::optional<Cost> costOf(std::string_view hash) noexcept {
  Cost out;
  out.isId = hash.starts_with("$argon2id$");
  const std::size_t at = hash.find("$m=");
  if (at == std::string_view::npos) return std::nullopt;
  const char* const end = hash.data() + hash.size();
  const auto memory = std::from_chars(hash.data() + at + 3, end, out.kibibytes);
  constexpr std::string_view between = ",t=";
  if (memory.ec != std::errc() || !std::string_view(memory.ptr, end).starts_with(between))
    return std::nullopt;
  if (std::from_chars(memory.ptr + between.size(), end, out.passes).ec != std::errc()) return std::nullopt;
  return out;
}

}  // namespace

std::optional<PasswordFault> faultOf(std::string_view password, std::string_view email) {
  if (!http::text::isUtf8(password) || password.find('\0') != std::string_view::npos)
    return PasswordFault::notText;
  const std::size_t size = charactersOf(password);
  if (size < kShortest) return PasswordFault::tooShort;
  if (size > kLongest) return PasswordFault::tooLong;
  const std::string plain = lower(password);
  const std::string address = lower(email);
  if (plain == address || plain == address.substr(0, address.find('@'))) return PasswordFault::isEmail;
  const bool repeats = plain.find_first_not_of(plain.front()) == std::string::npos;
  if (repeats || std::ranges::find(kCommon, plain) != kCommon.end()) return PasswordFault::common;
  return std::nullopt;
}

// A place among those that hash now.
class Hasher::Turn {
 public:
  explicit Turn(const Hasher& hasher) : hasher_(hasher) {
    std::unique_lock lock(hasher_.mutex_);
    if (hasher_.busy_ >= hasher_.limits_.atOnce) {
      if (hasher_.waiting_ >= hasher_.limits_.waiting) return;
      ++hasher_.waiting_;
      hasher_.free_.wait(lock, [&] { return hasher_.busy_ < hasher_.limits_.atOnce; });
      --hasher_.waiting_;
    }
    ++hasher_.busy_;
    taken_ = true;
  }
  ~Turn() {
    if (!taken_) return;
    const std::lock_guard lock(hasher_.mutex_);
    --hasher_.busy_;
    hasher_.free_.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  bool taken() const noexcept { return taken_; }
  static Outcome refusal() {
    return {Failure::unavailable, IssueType::throttled,
            "Too many people sign in now. Try again in a few seconds."};
  }

 private:
  const Hasher& hasher_;
  bool taken_ = false;
};

Hasher::Hasher(const PasswordLimits& limits, std::string nobody)
    : limits_(limits), nobody_(std::move(nobody)) {}
Hasher::Hasher(Hasher&& other) noexcept : limits_(other.limits_), nobody_(std::move(other.nobody_)) {}

fhir::Result<Hasher> Hasher::make(const PasswordLimits& limits) {
  if (sodium_init() < 0)
    return Outcome(Failure::internal, IssueType::exception, "libsodium cannot be used on this machine.");
  if (limits.passes < crypto_pwhash_OPSLIMIT_INTERACTIVE ||
      limits.memory < crypto_pwhash_MEMLIMIT_INTERACTIVE || limits.mostMemory < limits.memory ||
      limits.atOnce == 0) {
    return Outcome(Failure::badRequest, IssueType::invalid,
                   "Passwords need at least 2 passes over 64 MiB and one hashing at a time.");
  }
  Hasher out(limits, {});
  auto nobody = out.hashNow(randomToken());
  if (!nobody) return std::move(nobody).outcome();
  out.nobody_ = *std::move(nobody);
  return out;
}

fhir::Result<std::string> Hasher::hashNow(std::string_view password) const {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), limits_.passes, limits_.memory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return Outcome(Failure::unavailable, IssueType::transient,
                   "There is no memory for a password's hash now.");
  return std::string(text.data());
}

fhir::Result<std::string> Hasher::hash(std::string_view password) const {
  const Turn turn(*this);
  if (!turn.taken()) return Turn::refusal();
  return hashNow(password);
}

fhir::Result<bool> Hasher::matches(std::string_view password, const std::optional<std::string>& hash) const {
  const Turn turn(*this);
  if (!turn.taken()) return Turn::refusal();
  const auto cost = hash && hash->size() < crypto_pwhash_STRBYTES ? costOf(*hash) : std::nullopt;
  const bool known = cost && cost->kibibytes <= limits_.mostMemory / 1024;
  const std::string& compared = known ? *hash : nobody_;
  return crypto_pwhash_str_verify(compared.c_str(), password.data(), password.size()) == 0 && known;
}

bool Hasher::isWeak(std::string_view hash) const noexcept {
  const auto cost = costOf(hash);
  return !cost || !cost->isId || cost->kibibytes < limits_.memory / 1024 || cost->passes < limits_.passes;
}

}  // namespace people
