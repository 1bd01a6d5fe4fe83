// A file of keys (provider.h): its lines, checked.
//
// Threading: immutable once read. Errors: badRequest; the words name the file and the line, never a key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/keys/private_file.h"
#include "src/keys/secret.h"

namespace keys {

struct NamedKey {
  std::string name;
  Secret key;
};

struct KeyFile {
  std::vector<NamedKey> keys;  // in the order of the file; at least one
  FileStamp stamp;
  bool settled = false;  // as PrivateFile's

  const Secret* find(std::string_view name) const noexcept;
};

// Names are up to 64 letters, digits, '.', '_' and '-'. Empty lines and those that begin with '#' say
// nothing.
fhir::Result<KeyFile> readKeyFile(const std::string& name);

}  // namespace keys
