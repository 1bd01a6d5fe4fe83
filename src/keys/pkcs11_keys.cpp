// The part of Pkcs11Session that finds keys and uses them.
#include <openssl/rand.h>
#include <sodium.h>

#include <array>
#include <stdexcept>

#include "src/keys/pkcs11_session.h"
#include "src/keys/pkcs11_words.h"
#include "src/keys/refusal.h"
#include "src/platform/gcm.h"

namespace keys {
namespace {

using fhir::IssueType;
using fhir::Result;
using Handles = std::vector<CK_OBJECT_HANDLE>;

// PKCS #11 has no const; nothing is written there.
CK_BYTE* bytesOf(std::string_view text) noexcept {
  return reinterpret_cast<CK_BYTE*>(const_cast<char*>(text.data()));
}

CK_GCM_PARAMS parameters(CK_BYTE* iv, std::string_view binding) noexcept {
  CK_GCM_PARAMS out{};
  out.iv_ptr = iv;
  out.iv_len = platform::gcm::kIv;
  out.iv_bits = platform::gcm::kIv * 8;
  out.aad_ptr = bytesOf(binding);
  out.aad_len = binding.size();
  out.tag_bits = platform::gcm::kTag * 8;
  return out;
}

fhir::Outcome notOf(const std::string& label) {
  return notAuthentic("The wrapped data key is not as the token's key " + label +
                      " made it, or was wrapped for something else.");
}

}  // namespace

Result<Handles> Pkcs11Session::find(std::string_view label) {
  const CK_FUNCTION_LIST& calls = module_->calls();
  CK_OBJECT_CLASS secretKey = CKO_SECRET_KEY;
  CK_BBOOL yes = CK_TRUE;
  std::vector<CK_ATTRIBUTE> wanted{{CKA_CLASS, &secretKey, sizeof secretKey}, {CKA_TOKEN, &yes, sizeof yes}};
  if (!label.empty()) wanted.push_back({CKA_LABEL, bytesOf(label), label.size()});
  if (!uri_.id.empty()) wanted.push_back({CKA_ID, bytesOf(uri_.id), uri_.id.size()});
  const CK_RV begun = calls.C_FindObjectsInit(session_, wanted.data(), wanted.size());
  if (begun != CKR_OK) return failed("C_FindObjectsInit", begun);
  Handles out;
  std::array<CK_OBJECT_HANDLE, 64> some{};
  CK_ULONG count = 0;
  CK_RV found = CKR_OK;
  do {
    found = calls.C_FindObjects(session_, some.data(), some.size(), &count);
    if (found == CKR_OK) out.insert(out.end(), some.begin(), some.begin() + count);
  } while (found == CKR_OK && count > 0);
  calls.C_FindObjectsFinal(session_);
  if (found != CKR_OK) return failed("C_FindObjects", found);
  // The session of a token that was pulled may stay, with nothing in it.
  if (out.empty())
    if (const CK_RV there = present(); there != CKR_OK) return failed("C_GetTokenInfo", there);
  return out;
}

Result<std::string> Pkcs11Session::labelOf(CK_OBJECT_HANDLE handle) {
  std::string out(256, '\0');
  CK_ATTRIBUTE label{CKA_LABEL, out.data(), out.size()};
  const CK_RV got = module_->calls().C_GetAttributeValue(session_, handle, &label, 1);
  // Nobody's version has so long a label.
  if (got == CKR_BUFFER_TOO_SMALL || got == CKR_ATTRIBUTE_TYPE_INVALID) return std::string();
  if (got != CKR_OK) return failed("C_GetAttributeValue", got);
  out.resize(label.ulValueLen);
  return out;
}

Result<TokenKey> Pkcs11Session::checked(CK_OBJECT_HANDLE handle, std::string label, unsigned version) {
  constexpr CK_KEY_TYPE unknown = ~CK_KEY_TYPE{0};
  CK_KEY_TYPE type = unknown;
  CK_ULONG size = 0;
  std::array<CK_ATTRIBUTE, 2> wanted{
      {{CKA_KEY_TYPE, &type, sizeof type}, {CKA_VALUE_LEN, &size, sizeof size}}};
  const CK_RV got = module_->calls().C_GetAttributeValue(session_, handle, wanted.data(), wanted.size());
  if (got != CKR_OK && (type == unknown || type == CKK_AES)) return failed("C_GetAttributeValue", got);
  if (type != CKK_AES || size != Secret::size)
    return unavailable(IssueType::processing,
                       "The token " + uri_.token + ": the object " + label + " is no AES key of 32 bytes.");
  return TokenKey{handle, std::move(label), version};
}

Result<std::vector<TokenKey>> Pkcs11Session::versions() {
  const auto handles = find({});
  if (!handles) return handles.outcome();
  std::vector<TokenKey> out;
  for (const CK_OBJECT_HANDLE handle : *handles) {
    auto label = labelOf(handle);
    if (!label) return std::move(label.outcome());
    const auto version = versionOf(*label, uri_.object);
    if (!version) continue;
    auto key = checked(handle, std::move(*label), *version);
    if (!key) return std::move(key.outcome());
    out.push_back(std::move(*key));
  }
  return out;
}

Result<TokenKey> Pkcs11Session::key(std::string_view label) {
  const auto handles = find(label);
  if (!handles) return handles.outcome();
  const std::string place = "The token " + uri_.token;
  if (handles->empty())
    return unavailable(IssueType::notFound, place + " has no key " + std::string(label) +
                                                " (any more), which wrapped the data key.");
  if (handles->size() > 1)
    return unavailable(IssueType::processing,
                       place + " has two keys " + std::string(label) + "; one must be called so.");
  return checked(handles->front(), std::string(label), versionOf(label, uri_.object).value_or(0));
}

Result<std::string> Pkcs11Session::encrypt(const TokenKey& key, const Secret& secret,
                                           std::string_view binding) {
  std::string out(platform::gcm::kIv + Secret::size + platform::gcm::kTag, '\0');
  if (RAND_bytes(bytesOf(out), platform::gcm::kIv) != 1) throw std::runtime_error("no random bytes");
  CK_GCM_PARAMS gcm = parameters(bytesOf(out), binding);
  CK_MECHANISM mechanism{CKM_AES_GCM, &gcm, sizeof gcm};
  const CK_FUNCTION_LIST& calls = module_->calls();
  const CK_RV begun = calls.C_EncryptInit(session_, &mechanism, key.handle);
  if (begun != CKR_OK) return failed("C_EncryptInit", begun);
  CK_ULONG length = out.size() - platform::gcm::kIv;
  const CK_RV done = calls.C_Encrypt(session_, const_cast<CK_BYTE*>(secret.bytes().data()), Secret::size,
                                     bytesOf(out) + platform::gcm::kIv, &length);
  if (done != CKR_OK) return failed("C_Encrypt", done);
  if (length != out.size() - platform::gcm::kIv) return failed("C_Encrypt", CKR_GENERAL_ERROR);
  return out;
}

Result<Secret> Pkcs11Session::decrypt(const TokenKey& key, const std::string& sealed,
                                      std::string_view binding) {
  auto out = decryptOnce(key, sealed, binding);
  if (out.ok() || !isLost(out.outcome())) return out;
  // Some libraries say of a wrong tag what they say of a broken line. If what is encrypted now can be
  // decrypted, it was the text.
  auto proof = encrypt(key, Secret::random(), binding);
  if (!proof || !decryptOnce(key, *proof, binding)) return out;
  return notOf(key.label);
}

Result<Secret> Pkcs11Session::decryptOnce(const TokenKey& key, const std::string& sealed,
                                          std::string_view binding) {
  CK_GCM_PARAMS gcm = parameters(bytesOf(sealed), binding);
  CK_MECHANISM mechanism{CKM_AES_GCM, &gcm, sizeof gcm};
  const CK_FUNCTION_LIST& calls = module_->calls();
  const CK_RV begun = calls.C_DecryptInit(session_, &mechanism, key.handle);
  if (begun != CKR_OK) return failed("C_DecryptInit", begun);
  // Some libraries ask for room for the tag, too.
  std::array<CK_BYTE, Secret::size + platform::gcm::kTag> plain{};
  CK_ULONG length = plain.size();
  const CK_RV done = calls.C_Decrypt(session_, bytesOf(sealed) + platform::gcm::kIv,
                                     sealed.size() - platform::gcm::kIv, plain.data(), &length);
  if (done == CKR_OK && length == Secret::size) {
    Secret out = Secret::copyOf(std::span<const std::uint8_t, Secret::size>(plain.data(), Secret::size));
    sodium_memzero(plain.data(), plain.size());
    return out;
  }
  sodium_memzero(plain.data(), plain.size());
  if (saysNotAuthentic(done)) return notOf(key.label);
  return failed("C_Decrypt", done != CKR_OK ? done : CKR_GENERAL_ERROR);
}

}  // namespace keys
