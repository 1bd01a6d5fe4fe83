#include "src/keys/vault_provider.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "src/keys/private_file.h"
#include "src/keys/refusal.h"
#include "src/keys/vault_messages.h"

namespace keys {
namespace {

using fhir::Done;
using fhir::IssueType;
using fhir::Result;

constexpr std::string_view kScheme = "vault:";

std::chrono::steady_clock::time_point in5s() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(5);
}

// The token as a header's line; badRequest also for one that would be more than a line.
Result<WipedBytes> tokenHeader(const std::string& file) {
  constexpr std::string_view name = "X-Vault-Token: ";
  const auto token = readSecretLine(file);
  if (!token) return token.outcome();
  if (!std::ranges::all_of(token->content, [](char c) { return c > ' ' && c <= '~'; }))
    return misconfigured(file + " has no token of Vault in its first line");
  WipedBytes out(name.begin(), name.end());
  out.insert(out.end(), token->content.begin(), token->content.end());
  out.push_back('\0');
  return out;
}

// What wrap() made without its scheme; empty for anything else.
std::string_view ciphertextIn(std::string_view wrapped) {
  if (!wrapped.starts_with(kScheme)) return {};
  wrapped.remove_prefix(kScheme.size());
  return vault::versionOf(wrapped) ? wrapped : std::string_view();
}

}  // namespace

Result<std::unique_ptr<Provider>> VaultProvider::open(const std::string& url,
                                                      const ProviderOptions& options) {
  auto address = parseVaultAddress(url);
  if (!address) return std::move(address.outcome());
  if (options.secretFile.empty())
    return misconfigured("the provider of keys vault:... needs the file of Vault's token");
  if (const auto token = tokenHeader(options.secretFile); !token) return token.outcome();
  if (!options.caFile.empty() && access(options.caFile.c_str(), R_OK) != 0)
    return misconfigured(options.caFile + ", the authorities of Vault's certificate, cannot be read");
  return std::unique_ptr<Provider>(new VaultProvider(std::move(*address), options));
}

VaultProvider::VaultProvider(VaultAddress address, const ProviderOptions& options)
    : address_(std::move(address)), tokenFile_(options.secretFile), caFile_(options.caFile) {}

std::string VaultProvider::nameOf(unsigned version) const {
  return address_.key + " v" + std::to_string(version);
}

fhir::Outcome VaultProvider::failed(IssueType type, const std::string& words) {
  fhir::Outcome out = unavailable(type, "Vault at " + address_.origin + " " + words + ".");
  recent_.note(out);
  return out;
}

fhir::Outcome VaultProvider::refusalOf(long status) {
  if (status == 403)
    return failed(
        IssueType::login,
        "refuses its token (403): it has expired, or its policy lacks something for the key " + address_.key);
  if (status == 404)
    return failed(IssueType::notFound,
                  "has no transit engine " + address_.mount + " or no key " + address_.key + " in it (404)");
  if (status == 503) return failed(IssueType::transient, "is sealed or in maintenance (503)");
  if (status >= 500) return failed(IssueType::transient, "has failed (" + std::to_string(status) + ")");
  if (status >= 300 && status < 400)
    return failed(IssueType::transient, "redirects (" + std::to_string(status) +
                                            "), which is not followed: name the active server");
  return failed(IssueType::transient, "answers with the status " + std::to_string(status));
}

// Replies with 200 or 400; everything else is a refusal.
Result<Reply> VaultProvider::ask(const char* operation, const WipedBytes* body, Deadline until) {
  if (auto recent = recent_.now()) return std::move(*recent);
  auto header = tokenHeader(tokenFile_);
  if (!header)
    return unavailable(IssueType::login, "Vault's token: " + header.outcome().issues().front().diagnostics);
  Request request;
  request.url = address_.origin + "/v1/" + address_.mount + "/" + operation + "/" + address_.key;
  request.isPlain = address_.isPlain;
  request.caFile = caFile_;
  request.header = std::move(*header);
  request.body = body;
  request.timeout =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  auto reply = exchange(request);
  if (!reply) return failed(IssueType::transient, reply.outcome().issues().front().diagnostics);
  if (reply->status != 200 && reply->status != 400) return refusalOf(reply->status);
  return reply;
}

Result<unsigned> VaultProvider::version(Deadline until) {
  auto reply = ask("keys", nullptr, until);
  if (!reply) return std::move(reply.outcome());
  const auto key = reply->status == 200 ? vault::keyOf(std::move(reply->body)) : std::nullopt;
  if (!key) return failed(IssueType::transient, "does not say what its key " + address_.key + " is");
  if (!key->isAead)
    return failed(IssueType::processing,
                  "has a key " + address_.key +
                      " that authenticates no binding: it must be of the type aes256-gcm96 "
                      "or chacha20-poly1305, and not derived");
  return key->version;
}

Result<std::string> VaultProvider::encrypt(const Secret& secret, std::string_view binding, Deadline until) {
  const WipedBytes body = vault::encryptRequest(secret, binding);
  auto reply = ask("encrypt", &body, until);
  if (!reply) return std::move(reply.outcome());
  auto text = reply->status == 200 ? vault::ciphertextOf(std::move(reply->body)) : std::nullopt;
  if (!text) return failed(IssueType::transient, "does not encrypt with its key " + address_.key);
  return std::move(*text);
}

Result<Secret> VaultProvider::decrypt(std::string_view ciphertext, std::string_view binding, Deadline until) {
  const WipedBytes body = vault::decryptRequest(ciphertext, binding);
  auto reply = ask("decrypt", &body, until);
  if (!reply) return std::move(reply.outcome());
  const std::string name = nameOf(vault::versionOf(ciphertext).value_or(0));
  if (reply->status == 400) {
    if (vault::saysKeyIsGone(std::move(reply->body)))
      return unavailable(IssueType::notFound, "Vault at " + address_.origin + " does not open with the key " +
                                                  name + " any more, which wrapped the data key.");
    return notAuthentic("The wrapped data key is not as Vault's key " + name +
                        " made it, or was wrapped for something else.");
  }
  auto secret = vault::plaintextOf(std::move(reply->body));
  if (!secret) return failed(IssueType::transient, "does not answer with a data key");
  return std::move(*secret);
}

Result<Done> VaultProvider::prove(Deadline until) {
  if (proven_) return Done{};
  // To encrypt with a key that is not there may make one.
  if (const auto there = version(until); !there) return there.outcome();
  const auto text = encrypt(Secret::random(), "one binding", until);
  if (!text) return text.outcome();
  const auto opened = decrypt(*text, "another", until);
  if (opened.ok())
    return failed(IssueType::processing,
                  "does not bind data keys (associated_data): it must be 1.13 or later");
  if (opened.outcome().issues().front().type != IssueType::security) return opened.outcome();
  proven_ = true;
  return Done{};
}

Result<std::string> VaultProvider::current() {
  const auto latest = version(in5s());
  if (!latest) return latest.outcome();
  return nameOf(*latest);
}

Result<std::string> VaultProvider::wrap(const Secret& secret, std::string_view binding) {
  const Deadline until = in5s();
  if (const auto proof = prove(until); !proof) return proof.outcome();
  auto text = encrypt(secret, binding, until);
  if (!text) return text;
  return std::string(kScheme) + *text;
}

Result<Secret> VaultProvider::unwrap(std::string_view wrapped, std::string_view binding) {
  const std::string_view ciphertext = ciphertextIn(wrapped);
  if (ciphertext.empty()) return notAuthentic("The wrapped data key is not one that Vault has wrapped.");
  return decrypt(ciphertext, binding, in5s());
}

std::string VaultProvider::wrappedBy(std::string_view wrapped) const {
  const auto version = vault::versionOf(ciphertextIn(wrapped));
  return version ? nameOf(*version) : std::string();
}

}  // namespace keys
