#include "src/keys/vault_messages.h"

#include <rapidjson/document.h>
#include <sodium.h>

#include <array>
#include <charconv>

#include "src/platform/encoding.h"

namespace keys::vault {
namespace {

constexpr std::size_t kLongestCiphertext = 1024;

void append(WipedBytes& to, std::string_view text) {
  to.insert(to.end(), text.begin(), text.end());
}

void appendBase64(WipedBytes& to, std::string_view bytes) {
  WipedBytes text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL));
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  to.insert(to.end(), text.begin(), text.end() - 1);
}

void appendBinding(WipedBytes& to, std::string_view binding) {
  append(to, R"(","associated_data":")");
  appendBase64(to, binding);
  append(to, R"("})");
}

// An answer, parsed where it stands, so that what is secret in it is wiped with it.
class Answer {
 public:
  explicit Answer(WipedBytes body) : body_(std::move(body)) {
    body_.push_back('\0');
    // Iterative: nested arrays take no stack.
    document_.ParseInsitu<rapidjson::kParseIterativeFlag>(body_.data());
  }
  // A member of "data", or of the answer itself; null when it is not there.
  const rapidjson::Value* data(const char* name) const {
    const rapidjson::Value* all = member(document_, "data");
    return all == nullptr ? nullptr : member(*all, name);
  }
  const rapidjson::Value* top(const char* name) const { return member(document_, name); }

 private:
  static const rapidjson::Value* member(const rapidjson::Value& of, const char* name) {
    if (!of.IsObject()) return nullptr;
    const auto found = of.FindMember(name);
    return found == of.MemberEnd() ? nullptr : &found->value;
  }

  WipedBytes body_;
  rapidjson::Document document_;
};

std::string_view textOf(const rapidjson::Value* value) noexcept {
  if (value == nullptr || !value->IsString()) return {};
  return {value->GetString(), value->GetStringLength()};
}

}  // namespace

WipedBytes encryptRequest(const Secret& secret, std::string_view binding) {
  WipedBytes out;
  append(out, R"({"plaintext":")");
  appendBase64(out, {reinterpret_cast<const char*>(secret.bytes().data()), Secret::size});
  appendBinding(out, binding);
  return out;
}

WipedBytes decryptRequest(std::string_view ciphertext, std::string_view binding) {
  WipedBytes out;
  append(out, R"({"ciphertext":")");
  append(out, ciphertext);
  appendBinding(out, binding);
  return out;
}

std::optional<Key> keyOf(WipedBytes body) {
  const Answer answer(std::move(body));
  const rapidjson::Value* version = answer.data("latest_version");
  const std::string_view type = textOf(answer.data("type"));
  const rapidjson::Value* derived = answer.data("derived");
  if (version == nullptr || !version->IsUint() || version->GetUint() == 0 || type.empty())
    return std::nullopt;
  // A derived key needs a context with each call.
  const bool isDerived = derived != nullptr && derived->IsBool() && derived->GetBool();
  return Key{version->GetUint(), !isDerived && (type == "aes256-gcm96" || type == "chacha20-poly1305")};
}

std::optional<std::string> ciphertextOf(WipedBytes body) {
  const Answer answer(std::move(body));
  const std::string_view text = textOf(answer.data("ciphertext"));
  if (!versionOf(text)) return std::nullopt;
  return std::string(text);
}

std::optional<Secret> plaintextOf(WipedBytes body) {
  const Answer answer(std::move(body));
  const std::string_view text = textOf(answer.data("plaintext"));
  std::array<std::uint8_t, Secret::size> bytes{};
  std::size_t size = 0;
  const char* after = nullptr;
  std::optional<Secret> out;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &after,
                        sodium_base64_VARIANT_ORIGINAL) == 0 &&
      after == text.data() + text.size() && size == bytes.size())
    out = Secret::copyOf(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return out;
}

bool saysKeyIsGone(WipedBytes body) {
  const Answer answer(std::move(body));
  const rapidjson::Value* errors = answer.top("errors");
  if (errors == nullptr || !errors->IsArray()) return false;
  for (const auto& each : errors->GetArray())
    for (const char* words : {"too old", "key not found", "version is disallowed"})
      if (textOf(&each).find(words) != std::string_view::npos) return true;
  return false;
}

std::optional<unsigned> versionOf(std::string_view ciphertext) {
  constexpr std::string_view begin = "vault:v";
  if (!ciphertext.starts_with(begin) || ciphertext.size() > kLongestCiphertext) return std::nullopt;
  ciphertext.remove_prefix(begin.size());
  unsigned version = 0;
  const char* const last = ciphertext.data() + ciphertext.size();
  const auto [end, fault] = std::from_chars(ciphertext.data(), last, version);
  if (fault != std::errc() || version == 0 || ciphertext.front() == '0' || end == last || *end != ':')
    return std::nullopt;
  const auto bytes = platform::fromBase64({end + 1, last});
  if (!bytes || bytes->empty()) return std::nullopt;
  return version;
}

}  // namespace keys::vault
