#include "tests/keys/key_file_holder.h"
#include "tests/keys/vault_holder.h"

namespace keys::test {

std::vector<NamedHolder> holders() {
  return {{"file", [] { return std::make_unique<KeyFileHolder>(); }},
          {"vault", [] { return std::make_unique<VaultHolder>(); }}};
}

}  // namespace keys::test
