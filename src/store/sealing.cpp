#include "src/store/sealing.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/search/words.h"
#include "src/store/mapping/json_slice.h"

namespace store {
namespace {

using fhir::Failure;
using fhir::IssueType;
using keys::Place;

constexpr std::string_view kResidual = "fhir_residual";
// No code and no word begins with it, so that no hash is taken for one.
constexpr char kHashed = '~';
constexpr std::string_view kContact = "contact";
constexpr std::string_view kWord = "word";

void hideWords(const keys::BlindKey& key, std::string& words) {
  std::string out;
  for (std::string_view rest = words; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    out.append(out.empty() ? "" : " ").append(hashedWord(key, word));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  words = std::move(out);
}

}  // namespace

std::string beginSealedMember(std::string_view sealed) {
  return std::string("{").append(kSealedMember).append(":\"").append(sealed).append("\"");
}

// Of these types the database itself reads members (schemas/platform/028): they stand beside what is sealed.
std::string copiesOf(const fhir::TypeDefinition& type, std::string_view json) {
  static constexpr std::array<std::string_view, 3> ofConsent{"status", "scope", "provision"};
  if (type.name != "Consent") return {};
  std::string out;
  for (mapping::JsonWalk walk(json); walk.next();) {
    if (std::find(ofConsent.begin(), ofConsent.end(), walk.rawKey()) == ofConsent.end()) continue;
    out.append(",\"").append(walk.rawKey()).append("\":").append(walk.value());
  }
  return out;
}

// Definitions have a canonical URL and somebody who publishes them.
bool isSealedWhole(const fhir::TypeDefinition& type) noexcept {
  return type.find("url") == nullptr || type.find("publisher") == nullptr;
}

bool isBlind(const fhir::SearchParameter& parameter) noexcept {
  return parameter.type == fhir::SearchParameterType::token &&
         parameter.expression.find("telecom") != std::string_view::npos;
}

bool isHashed(const fhir::SearchParameter& parameter) noexcept {
  return isBlind(parameter) || fhir::search::isFullText(parameter);
}

std::string genericRow(std::string_view type, std::string_view key) {
  return std::string(type).append("/").append(key);
}

std::string hashedColumn(const keys::BlindKey& key, std::string_view value) {
  return key.hash(kContact, value);
}

std::string hashedValue(const keys::BlindKey& key, std::string_view value) {
  return kHashed + hashedColumn(key, value);
}

std::string hashedWord(const keys::BlindKey& key, std::string_view word) {
  return kHashed + key.hash(kWord, word);
}

fhir::Result<Sealing> Sealing::begin(keys::Keyring& keyring) {
  Sealing out;
  auto key = keyring.sealing();
  if (!key) return std::move(key).outcome();
  if (*key == nullptr) return out;
  auto blinds = keyring.blinds();
  if (!blinds) return std::move(blinds).outcome();
  if ((*blinds)->empty())
    return fhir::Outcome(Failure::unavailable, IssueType::transient,
                         "The database has no key for what encrypted values are found by. Restore "
                         "fhir.data_key from a backup.");
  out.key_ = *std::move(key);
  out.blind_ = (*blinds)->front();
  return out;
}

std::string Sealing::column(const Mapping& mapping, const MappedColumn& column, std::string_view key,
                            std::string_view value) const {
  std::string sealed = text(value, Place{mapping.table(), column.name, key}, column.searched);
  return column.sqlType == "json" ? "[" + beginSealedMember(sealed) + "}]" : sealed;
}

std::string Sealing::text(std::string_view plain, const Place& place, bool isSearched) const {
  return key_->seal(plain, place, isSearched ? blind(plain) : std::string());
}

std::string Sealing::blind(std::string_view plain) const {
  return hashedColumn(*blind_, plain);
}

std::string Sealing::residual(const Mapping& mapping, std::string_view key, std::string_view residual) const {
  return beginSealedMember(key_->seal(residual, Place{mapping.table(), kResidual, key})) + "}";
}

std::string Sealing::whole(const fhir::TypeDefinition& type, std::string_view key, std::string json) const {
  if (!isOn() || !isSealedWhole(type)) return json;
  const std::string row = genericRow(type.name, key);
  return beginSealedMember(key_->seal(json, Place{kGenericTable, kResidual, row})) + copiesOf(type, json) +
         "}";
}

void Sealing::hide(fhir::search::IndexValues& values) const {
  if (!isOn()) return;
  for (auto& token : values.tokens) {
    if (!isBlind(*token.parameter)) continue;
    if (!token.code.empty()) token.code = hashedValue(*blind_, token.code);
    token.text.clear();
  }
  for (auto& text : values.texts) hideWords(*blind_, text.words);
}

std::optional<std::string_view> sealedMember(std::string_view json) noexcept {
  std::string_view rest = json;
  const auto skip = [&](char c) {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  };
  const auto skipSpace = [&] {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  };
  skip('[');
  if (!skip('{')) return std::nullopt;
  skipSpace();
  if (!rest.starts_with(kSealedMember)) return std::nullopt;
  rest.remove_prefix(kSealedMember.size());
  if (!skip(':') || !skip('"')) return std::nullopt;
  return rest.substr(0, rest.find('"'));
}

std::string_view Opening::open(std::string_view text, const Place& place) {
  const auto sealed = keys::readSealed(text);
  if (!sealed) return text;
  auto key = keyring_.find(sealed->key);
  if (!key) {
    if (!failure_) failure_ = std::move(key).outcome();
    return {};
  }
  auto plain = (*key)->open(*sealed, place);
  if (!plain) {
    if (!failure_)
      failure_ = fhir::Outcome(Failure::internal, IssueType::exception,
                               "An encrypted value of this resource does not belong where it stands, or was "
                               "changed: it is not shown. Restore the row from its history or a backup.");
    return {};
  }
  return opened_.emplace_back(*std::move(plain));
}

std::string_view Opening::column(const Mapping& mapping, const MappedColumn& column, std::string_view key,
                                 std::string_view value) {
  const Place place{mapping.table(), column.name, key};
  if (column.sqlType != "json") return open(value, place);
  const auto member = sealedMember(value);
  return member ? open(*member, place) : value;
}

std::string_view Opening::residual(const Mapping& mapping, std::string_view key, std::string_view residual) {
  const auto member = sealedMember(residual);
  return member ? open(*member, {mapping.table(), kResidual, key}) : residual;
}

std::string_view Opening::whole(const fhir::TypeDefinition& type, std::string_view key,
                                std::string_view json) {
  const auto member = sealedMember(json);
  if (!member) return json;
  const std::string row = genericRow(type.name, key);
  return open(*member, {kGenericTable, kResidual, row});
}

}  // namespace store
