#include "src/keys/pkcs11_session.h"

#include <algorithm>

#include "src/keys/pkcs11_words.h"
#include "src/keys/refusal.h"

namespace keys {
namespace {

using fhir::Done;
using fhir::IssueType;
using fhir::Result;

std::string_view nameOf(const CK_TOKEN_INFO& info) noexcept {
  const std::string_view label(reinterpret_cast<const char*>(info.label), sizeof info.label);
  return label.substr(0, label.find_last_not_of(' ') + 1);
}

}  // namespace

Pkcs11Session::Pkcs11Session(std::shared_ptr<Pkcs11Module> module, Pkcs11Uri uri, const std::string& pinFile)
    : module_(std::move(module)), uri_(std::move(uri)), login_(uri_.token, pinFile) {}

Pkcs11Session::~Pkcs11Session() {
  close();
}

fhir::Outcome Pkcs11Session::failed(const char* call, CK_RV value) const {
  return tokenFailed(uri_.token, call, value);
}

void Pkcs11Session::close() noexcept {
  if (isOpen()) module_->calls().C_CloseSession(session_);
  session_ = 0;
}

Result<Done> Pkcs11Session::open() {
  if (isOpen()) return Done{};
  if (auto refused = login_.refused()) return std::move(*refused);
  CK_TOKEN_INFO info{};
  const auto at = slot(info);
  if (!at) return at.outcome();
  CK_SESSION_HANDLE session = 0;
  const CK_RV opened = module_->calls().C_OpenSession(*at, CKF_SERIAL_SESSION, nullptr, nullptr, &session);
  if (opened != CKR_OK) return failed("C_OpenSession", opened);
  auto in = login_.logIn(module_->calls(), session, info);
  if (!in) {
    module_->calls().C_CloseSession(session);
    return in;
  }
  slot_ = *at;
  session_ = session;
  generation_ = module_->generation();
  return Done{};
}

// A library that does not see the token may see it after it was begun anew.
Result<CK_SLOT_ID> Pkcs11Session::slot(CK_TOKEN_INFO& info) {
  const bool fresh = module_->generation() == 0;
  if (const CK_RV started = module_->start(); started != CKR_OK) return failed("C_Initialize", started);
  auto at = slotNow(info);
  if (at.ok() || fresh || !isLost(at.outcome())) return at;
  if (const CK_RV started = module_->restart(); started != CKR_OK) return failed("C_Initialize", started);
  return slotNow(info);
}

Result<CK_SLOT_ID> Pkcs11Session::slotNow(CK_TOKEN_INFO& info) {
  const CK_FUNCTION_LIST& calls = module_->calls();
  std::vector<CK_SLOT_ID> slots(64);
  CK_ULONG count = slots.size();
  const CK_RV listed = calls.C_GetSlotList(CK_TRUE, slots.data(), &count);
  if (listed != CKR_OK) return failed("C_GetSlotList", listed);
  slots.resize(std::min<std::size_t>(count, slots.size()));
  std::vector<CK_SLOT_ID> found;
  for (const CK_SLOT_ID each : slots) {
    CK_TOKEN_INFO here{};
    if (calls.C_GetTokenInfo(each, &here) != CKR_OK || nameOf(here) != uri_.token) continue;
    info = here;
    found.push_back(each);
  }
  if (found.empty())
    return unavailable(IssueType::transient, "There is no token " + uri_.token + " in any slot.");
  if (found.size() > 1)
    return unavailable(IssueType::processing, "Two tokens are called " + uri_.token + "; one must be.");
  return found.front();
}

CK_RV Pkcs11Session::present() const {
  CK_TOKEN_INFO info{};
  const CK_RV told = module_->calls().C_GetTokenInfo(slot_, &info);
  return told == CKR_OK && nameOf(info) != uri_.token ? CKR_TOKEN_NOT_PRESENT : told;
}

}  // namespace keys
