// Sealing and Opening: which values of a row are encrypted, on their way into the database and out of it.
//
// Sealed are the columns that a mapping file says are `encrypted`, and with them the residual; in the generic
// store every resource but definitions (CodeSystem, StructureDefinition ...), which say nothing of persons.
// Search values that would say the same are keyed hashes: contact points, and the words of _text and
// _content. docs/encryption.md has the formats.
//
// Threading: one thread at a time. Errors: unavailable (503) when the key cannot be had.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/search/index.h"
#include "src/keys/keyring.h"
#include "src/store/mapping/mapping.h"

namespace store {

// Whether the generic store seals resources of the type.
bool isSealedWhole(const fhir::TypeDefinition&) noexcept;
// Whether a parameter's values are hashes while there are keys: tokens of contact points (isBlind), and
// words.
bool isBlind(const fhir::SearchParameter&) noexcept;
bool isHashed(const fhir::SearchParameter&) noexcept;

inline constexpr std::string_view kGenericTable = "fhir.resource";
// Key and type of a row of the generic store, as the row that its values are bound to.
std::string genericRow(std::string_view type, std::string_view key);

// The hashes of a value or word as an index table has it, one for each blind key; the first is the one that
// new rows have.
std::string hashedValue(const keys::BlindKey&, std::string_view value);
std::string hashedWord(const keys::BlindKey&, std::string_view word);
// The same as it stands inside a sealed column: without the mark.
std::string hashedColumn(const keys::BlindKey&, std::string_view value);

class Sealing {
 public:
  static fhir::Result<Sealing> begin(keys::Keyring&);

  // Without keys all of it stays as it is.
  bool isOn() const noexcept { return key_ != nullptr; }
  std::string column(const Mapping&, const MappedColumn&, std::string_view key, std::string_view value) const;
  std::string residual(const Mapping&, std::string_view key, std::string_view residual) const;
  std::string whole(const fhir::TypeDefinition&, std::string_view key, std::string json) const;
  void hide(fhir::search::IndexValues&) const;

  // isOn() holds.
  std::string text(std::string_view plain, const keys::Place&, bool isSearched = false) const;
  std::string blind(std::string_view plain) const;
  const std::string& keyId() const noexcept { return key_->id(); }

 private:
  Sealing() = default;
  std::shared_ptr<const keys::DataKey> key_;
  std::shared_ptr<const keys::BlindKey> blind_;
};

// What of a row was sealed, as it was. Clear text, which the platform may have written, stays what it is.
class Opening {
 public:
  explicit Opening(keys::Keyring& keyring) : keyring_(keyring) {}

  // The results are valid as long as this.
  std::string_view column(const Mapping&, const MappedColumn&, std::string_view key, std::string_view value);
  std::string_view residual(const Mapping&, std::string_view key, std::string_view residual);
  std::string_view whole(const fhir::TypeDefinition&, std::string_view key, std::string_view json);
  std::string_view open(std::string_view text, const keys::Place&);

  // Why something could not be opened; what was given for it is of no use.
  const std::optional<fhir::Outcome>& failure() const noexcept { return failure_; }

 private:
  keys::Keyring& keyring_;
  std::deque<std::string> opened_;
  std::optional<fhir::Outcome> failure_;
};

// {"$sealed":"...": without its end.
std::string beginSealedMember(std::string_view sealed);
// What stands beside it in a resource of the generic store, since the database reads it: ,"status":...
std::string copiesOf(const fhir::TypeDefinition&, std::string_view json);

// The member by which a JSON value that is sealed is known.
inline constexpr std::string_view kSealedMember = R"("$sealed")";
inline constexpr std::string_view kSealedName = kSealedMember.substr(1, kSealedMember.size() - 2);

// A sealed text inside JSON: the string member "$sealed" with which the object, or the array's one object,
// begins. nullopt: there is none. Refers to `json`.
std::optional<std::string_view> sealedMember(std::string_view json) noexcept;

}  // namespace store
