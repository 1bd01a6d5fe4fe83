// The keys of a file provider: the file, written as a test wants it.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "src/keys/secret.h"
#include "tests/keys/provider_cases.h"
#include "tests/support/temporary_folder.h"

namespace keys::test {

std::string randomKey();  // 32 bytes in base64

class KeyFileHolder : public Holder {
 public:
  KeyFileHolder() { rotate(); }
  ProviderOptions options() const override {
    return {.uri = "file:" + name(), .secretFile = {}, .caFile = {}};
  }
  void rotate() override {
    lines_.push_back("2026-" + std::to_string(++made_) + " " + randomKey());
    write();
  }
  void removeOld() override {
    lines_.erase(lines_.begin(), lines_.end() - 1);
    write();
  }

  std::string name() const { return folder_ / "keys"; }
  std::string text() const {
    std::string out;
    for (const std::string& line : lines_) out += line + "\n";
    return out;
  }
  void write() const { support::writeFile(name(), text()); }

 private:
  support::TemporaryFolder folder_;
  std::vector<std::string> lines_;
  int made_ = 0;
};

}  // namespace keys::test
