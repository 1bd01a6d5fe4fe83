// Checkpoint: a signed statement of where every chain of the audit trail stood.
//
// docs/audit.md, "Checkpoints". Threading: values; the functions need a connection of their own. Errors: the
// database's Outcome.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/audit/keys.h"
#include "src/store/connection.h"

namespace audit {

// Where a chain stands: its last row.
struct Head {
  std::int64_t chain = 0;
  std::int64_t position = 0;
  std::string hash;  // hexadecimal digits

  bool operator==(const Head&) const = default;
};

struct Checkpoint {
  std::int64_t number = 0;
  std::string statement;
  std::string keyId;
  std::string signature;  // bytes
};

// What a statement says.
struct Statement {
  std::int64_t number = 0;
  std::string time;    // an instant
  std::string former;  // SHA-256 of the statement before it, as hexadecimal digits; of the first, zeros
  std::string keyId;
  std::vector<Head> heads;  // by chain

  std::string text() const;                                      // what is signed
  static std::optional<Statement> parse(std::string_view text);  // nullopt for what text() does not write
};

// The hash by which the next statement names one.
std::string hashOf(std::string_view statement);

// Signs where the chains stand now; nullopt when they stand where the last checkpoint saw them, or when
// another server has just done it.
fhir::Result<std::optional<Checkpoint>> makeCheckpoint(store::Connection&, const Keys&);

std::string hexOf(std::string_view bytes);
std::optional<std::string> fromHex(std::string_view digits);  // lower case

}  // namespace audit
