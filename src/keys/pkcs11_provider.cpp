#include "src/keys/pkcs11_provider.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "src/keys/pkcs11_words.h"
#include "src/keys/refusal.h"
#include "src/keys/wrapped_text.h"

namespace keys {
namespace {

using fhir::IssueType;
using fhir::Result;

constexpr std::string_view kScheme = "pkcs11";
constexpr std::chrono::seconds kLongestWait{5};

}  // namespace

Result<std::unique_ptr<Provider>> Pkcs11Provider::open(std::string_view rest, const std::string& secretFile) {
  const auto uri = parsePkcs11Uri(rest);
  if (!uri) return uri.outcome();
  if (secretFile.empty() == uri->pinSource.empty())
    return misconfigured(
        "the provider of keys pkcs11:... needs the PIN's file, once: as pin-source or beside the URI");
  const std::string& pinFile = secretFile.empty() ? uri->pinSource : secretFile;
  if (auto pin = readSecretLine(pinFile); !pin) return std::move(pin.outcome());
  auto module = Pkcs11Module::load(uri->modulePath);
  if (!module) return std::move(module.outcome());
  return std::unique_ptr<Provider>(new Pkcs11Provider(std::move(*module), *uri, pinFile));
}

Pkcs11Provider::Pkcs11Provider(std::shared_ptr<Pkcs11Module> module, const Pkcs11Uri& uri,
                               const std::string& pinFile)
    : module_(std::move(module)),
      token_(uri.token),
      object_(uri.object),
      session_(std::make_unique<Pkcs11Session>(module_, uri, pinFile)) {}

Pkcs11Provider::~Pkcs11Provider() {
  const std::lock_guard lock(module_->mutex());
  session_.reset();
}

template <class T, class Work>
Result<T> Pkcs11Provider::inSession(const Work& work) {
  if (auto recent = recent_.now()) return std::move(*recent);
  // By the system's clock, since GCC 12's ThreadSanitizer does not know the lock of the steady one; a clock
  // that is set meanwhile makes the limit another, no more.
  const std::unique_lock lock(module_->mutex(), std::chrono::system_clock::now() + kLongestWait);
  if (!lock)
    return unavailable(IssueType::timeout,
                       "The token " + token_ + " has been busy with other calls for 5 s.");
  const auto attempt = [&]() -> Result<T> {
    if (auto opened = session_->open(); !opened) return std::move(opened.outcome());
    return work(*session_);
  };
  const bool hadOne = session_->isOpen();
  auto result = attempt();
  if (result.ok() || !isLost(result.outcome())) return result;
  session_->close();
  // That a session is lost shows only when it is used.
  if (hadOne) result = attempt();
  if (!result.ok() && isLost(result.outcome())) {
    session_->close();
    recent_.note(result.outcome());
  }
  return result;
}

namespace {

// The one with the greatest number of those that are called O, O.1, O.2 ...
Result<TokenKey> newestOf(Pkcs11Session& session, const std::string& token, const std::string& object) {
  auto all = session.versions();
  if (!all) return std::move(all.outcome());
  const auto newest = std::ranges::max_element(*all, {}, &TokenKey::version);
  if (newest == all->end())
    return unavailable(IssueType::notFound, "The token " + token + " has no key " + object + ".");
  if (std::ranges::count(*all, newest->version, &TokenKey::version) > 1)
    return unavailable(IssueType::processing,
                       "The token " + token + " has two keys " + newest->label + "; one must be called so.");
  return std::move(*newest);
}

}  // namespace

Result<std::string> Pkcs11Provider::current() {
  return inSession<std::string>([&](Pkcs11Session& session) -> Result<std::string> {
    auto key = newestOf(session, token_, object_);
    if (!key) return std::move(key.outcome());
    return std::move(key->label);
  });
}

Result<std::string> Pkcs11Provider::wrap(const Secret& secret, std::string_view binding) {
  return inSession<std::string>([&](Pkcs11Session& session) -> Result<std::string> {
    auto key = newestOf(session, token_, object_);
    if (!key) return std::move(key.outcome());
    auto sealed = session.encrypt(*key, secret, binding);
    if (!sealed) return sealed;
    return toText(kScheme, {std::move(key->label), std::move(*sealed)});
  });
}

Result<Secret> Pkcs11Provider::unwrap(std::string_view wrapped, std::string_view binding) {
  const auto text = fromText(kScheme, wrapped);
  if (!text) return notAuthentic("The wrapped data key is not one that a token has wrapped.");
  // Nobody who can write a text chooses among the token's other keys.
  if (!versionOf(text->name, object_))
    return unavailable(IssueType::notFound, "The data key was wrapped by " + text->name +
                                                ", which is no version of " + object_ + ".");
  return inSession<Secret>([&](Pkcs11Session& session) -> Result<Secret> {
    auto key = session.key(text->name);
    if (!key) return std::move(key.outcome());
    return session.decrypt(*key, text->sealed, binding);
  });
}

std::string Pkcs11Provider::wrappedBy(std::string_view wrapped) const {
  auto text = fromText(kScheme, wrapped);
  return text ? std::move(text->name) : std::string();
}

}  // namespace keys
