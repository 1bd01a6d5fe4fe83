// A folder of its own for one test, removed at the end.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace rules::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hv_rules_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path() const { return path_.string(); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

// A profile of Patient by which it has at least one name.
inline std::string profileJson(const std::string& url, const std::string& version = {}) {
  return R"({"resourceType":"StructureDefinition","url":")" + url + "\"," +
         (version.empty() ? "" : R"("version":")" + version + "\",") +
         R"("name":"Own","status":"active","kind":"resource","abstract":false,"type":"Patient",)"
         R"("baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",)"
         R"("snapshot":{"element":[{"id":"Patient","path":"Patient","definition":"x","min":0,"max":"*"},)"
         R"({"id":"Patient.name","path":"Patient.name","definition":"x","min":1,"max":"*"}]}})";
}

}  // namespace rules::test
