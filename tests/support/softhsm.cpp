#include "tests/support/softhsm.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <thread>
#include <vector>

namespace support {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kToken = "hv";

// The exit code; what the program says goes to the file.
int run(std::vector<std::string> words, const std::string& log) {
  std::vector<char*> arguments;
  std::ranges::transform(words, std::back_inserter(arguments), [](std::string& word) { return word.data(); });
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int fault = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (fault != 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

void must(const std::vector<std::string>& words, const std::string& log) {
  // SoftHSM's processes sometimes read what another has half written.
  for (int tries = 0; tries < 5; ++tries) {
    if (run(words, log) == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  std::ifstream file(log);
  throw std::runtime_error(words[0] + " failed: " + std::string(std::istreambuf_iterator<char>(file), {}));
}

std::vector<std::string> tool(std::vector<std::string> words) {
  std::vector<std::string> out{"pkcs11-tool",   "--module",          SoftHsm::modulePath(),
                               "--token-label", std::string(kToken), "--login",
                               "--pin",         SoftHsm::pin()};
  std::ranges::move(words, std::back_inserter(out));
  return out;
}

}  // namespace

std::string SoftHsm::modulePath() {
  for (const char* path : {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
                           "/usr/local/lib/softhsm/libsofthsm2.so"})
    if (fs::exists(path)) return path;
  return {};
}

bool SoftHsm::isInstalled() {
  return !modulePath().empty() && run({"softhsm2-util", "--version"}, "/dev/null") == 0 &&
         run({"sh", "-c", "command -v pkcs11-tool"}, "/dev/null") == 0;
}

SoftHsm::SoftHsm() {
  fs::create_directory(folder_ / "tokens");
  writeFile(folder_ / "softhsm2.conf", "directories.tokendir = " + (folder_ / "tokens") +
                                           "\nobjectstore.backend = file\nlog.level = ERROR\n");
  setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
  must({"softhsm2-util", "--init-token", "--free", "--label", std::string(kToken), "--pin", pin(), "--so-pin",
        "918273"},
       folder_ / "log");
  writeFile(pinFile(), pin() + "\n");
}

SoftHsm::~SoftHsm() {
  unsetenv("SOFTHSM2_CONF");
}

std::string SoftHsm::uri(std::string_view object) {
  std::string out = "pkcs11:token=";
  return out.append(kToken).append(";object=").append(object).append("?module-path=").append(modulePath());
}

void SoftHsm::addKey(const std::string& label, int bytes) {
  must(tool({"--keygen", "--key-type", "AES:" + std::to_string(bytes), "--label", label, "--sensitive"}),
       folder_ / "log");
}

void SoftHsm::destroyKey(const std::string& label) {
  must(tool({"--delete-object", "--type", "secrkey", "--label", label}), folder_ / "log");
}

void SoftHsm::pull() {
  fs::rename(folder_ / "tokens", folder_ / "pulled");
  fs::create_directory(folder_ / "tokens");
}

void SoftHsm::pushBack() {
  fs::remove_all(folder_ / "tokens");
  fs::rename(folder_ / "pulled", folder_ / "tokens");
}

SkipWithoutSoftHsm::SkipWithoutSoftHsm() {
  if (SoftHsm::isInstalled()) return;
  std::cout << "SKIPPED: SoftHSM2 or OpenSC is not installed\n";
  std::exit(77);
}

}  // namespace support
