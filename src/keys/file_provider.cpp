#include "src/keys/file_provider.h"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <utility>

#include "src/keys/refusal.h"
#include "src/keys/wrapped_text.h"
#include "src/platform/gcm.h"

namespace keys {
namespace {

constexpr std::string_view kScheme = "file";

}  // namespace

fhir::Result<std::unique_ptr<Provider>> FileProvider::open(std::string name) {
  std::unique_ptr<FileProvider> out(new FileProvider(std::move(name)));
  auto keys = out->keys();
  if (!keys) {
    keys.outcome().setFailure(fhir::Failure::badRequest);
    return std::move(keys.outcome());
  }
  return std::unique_ptr<Provider>(std::move(out));
}

fhir::Result<FileProvider::Keys> FileProvider::keys() {
  const std::lock_guard lock(mutex_);
  if (kept_ && kept_->settled && stampOf(name_) == kept_->stamp) return kept_;
  kept_.reset();
  auto file = readKeyFile(name_);
  if (!file)
    return unavailable(fhir::IssueType::transient,
                       "The keys: " + file.outcome().issues().front().diagnostics);
  kept_ = std::make_shared<const KeyFile>(*std::move(file));
  return kept_;
}

fhir::Result<std::string> FileProvider::current() {
  const auto all = keys();
  if (!all) return all.outcome();
  return (*all)->keys.back().name;
}

fhir::Result<std::string> FileProvider::wrap(const Secret& secret, std::string_view binding) {
  const auto all = keys();
  if (!all) return all.outcome();
  const NamedKey& key = (*all)->keys.back();
  return toText(kScheme, {key.name, platform::gcm::seal(key.key.bytes(), secret.bytes(), binding)});
}

fhir::Result<Secret> FileProvider::unwrap(std::string_view wrapped, std::string_view binding) {
  const auto text = fromText(kScheme, wrapped);
  if (!text) return notAuthentic("The wrapped data key is not one that a key of a file has wrapped.");
  const auto all = keys();
  if (!all) return all.outcome();
  const Secret* key = (*all)->find(text->name);
  if (key == nullptr)
    return unavailable(fhir::IssueType::notFound,
                       name_ + " has no key " + text->name + " any more, which wrapped the data key.");
  std::array<std::uint8_t, Secret::size> plain{};
  if (!platform::gcm::open(key->bytes(), text->sealed, binding, plain))
    return notAuthentic("The wrapped data key is not as the key " + text->name +
                        " made it, or was wrapped for something else.");
  Secret out = Secret::copyOf(plain);
  sodium_memzero(plain.data(), plain.size());
  return out;
}

std::string FileProvider::wrappedBy(std::string_view wrapped) const {
  auto text = fromText(kScheme, wrapped);
  return text ? std::move(text->name) : std::string();
}

}  // namespace keys
