#include "src/keys/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace keys {

void keepSecretsInMemory() {
  // The limit alone does not stop a core_pattern that pipes (core(5)); the flag alone is lost by an exec.
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    throw std::system_error(errno, std::generic_category(), "core dumps cannot be turned off");
}

}  // namespace keys
