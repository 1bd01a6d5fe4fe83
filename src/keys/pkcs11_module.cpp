#include "src/keys/pkcs11_module.h"

#include <dlfcn.h>

#include <map>

#include "src/keys/refusal.h"

namespace keys {
namespace {

// One object for a library, as the library itself is one in the process.
struct Loaded {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<Pkcs11Module>> byPath;
};

Loaded& loaded() {
  static Loaded all;
  return all;
}

}  // namespace

fhir::Result<std::shared_ptr<Pkcs11Module>> Pkcs11Module::load(const std::string& path) {
  const std::lock_guard lock(loaded().mutex);
  std::weak_ptr<Pkcs11Module>& known = loaded().byPath[path];
  if (auto module = known.lock()) return module;
  // RTLD_NODELETE: threads and exit handlers of the library may outlive its use.
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* why = dlerror();
    return misconfigured("the PKCS #11 library cannot be loaded: " +
                         std::string(why == nullptr ? path : why));
  }
  std::shared_ptr<Pkcs11Module> out(new Pkcs11Module());
  const auto list = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
  const bool given = list != nullptr && list(&out->calls_) == CKR_OK && out->calls_ != nullptr;
  dlclose(library);
  if (!given) return misconfigured(path + " is no PKCS #11 library: it has no list of functions");
  known = out;
  return out;
}

Pkcs11Module::~Pkcs11Module() {
  stop();
}

CK_RV Pkcs11Module::start() {
  if (started_) return CKR_OK;
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV done = calls_->C_Initialize(&arguments);
  if (done != CKR_OK && done != CKR_CRYPTOKI_ALREADY_INITIALIZED) return done;
  ours_ = done == CKR_OK;
  started_ = true;
  ++generation_;
  return CKR_OK;
}

CK_RV Pkcs11Module::restart() {
  stop();
  return start();
}

void Pkcs11Module::stop() noexcept {
  if (started_ && ours_) calls_->C_Finalize(nullptr);
  started_ = false;
}

}  // namespace keys
