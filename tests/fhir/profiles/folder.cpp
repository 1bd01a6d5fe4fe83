#include "tests/fhir/profiles/folder.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace fhir::profiles::test {

namespace fs = std::filesystem;

std::string folderOf(const char* variable) {
  const char* folder = std::getenv(variable);
  if (folder && fs::exists(folder)) return folder;
  std::cout << "SKIPPED: " << variable << " names no folder\n";
  return {};
}

void eachResource(const std::string& folder,
                  const std::function<void(const std::string& file, Resource&&)>& visit) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (auto resource = json::parse(std::string{std::istreambuf_iterator<char>(in), {}}))
      visit(file.filename().string(), *std::move(resource));
  }
}

Loading addFolder(const std::string& folder, ProfileSetBuilder& builder) {
  Loading loading;
  eachResource(folder, [&](const std::string& file, Resource&& resource) {
    const std::string_view type = resource.typeName();
    if (type != "StructureDefinition" && type != "ValueSet" && type != "CodeSystem") return;
    if (resource.root().childText("derivation") == "constraint") ++loading.profiles;
    Outcome faults = builder.add(resource);
    if (!faults.empty()) loading.faulty.emplace_back(file, std::move(faults));
  });
  return loading;
}

}  // namespace fhir::profiles::test
