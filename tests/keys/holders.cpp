#include "tests/keys/key_file_holder.h"

namespace keys::test {

std::vector<NamedHolder> holders() {
  return {{"file", [] { return std::make_unique<KeyFileHolder>(); }}};
}

}  // namespace keys::test
