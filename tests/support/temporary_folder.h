// A folder of one test, removed with all that is in it. Threading: one thread.
#pragma once

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hv-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }
  // With the folders that its name has.
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

// Replaces the file at once, as an editor does: nobody sees half of it.
inline void writeFile(const std::string& name, std::string_view text, mode_t mode = 0600) {
  const std::string next = name + ".next";
  std::ofstream(next, std::ios::binary) << text;
  if (chmod(next.c_str(), mode) != 0) throw std::runtime_error(name + " cannot be written");
  std::filesystem::rename(next, name);
}

}  // namespace support
