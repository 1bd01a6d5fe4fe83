#include "src/rules/folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "fhir/json/json.h"
#include "fhir/xml/xml.h"
#include "src/rules/rules.h"

namespace rules {
namespace {

namespace files = std::filesystem;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

std::optional<std::string> textOf(const files::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Whether the text may be a definition: much else lies in a package, some of it no resource at all.
bool namesDefinition(std::string_view text, bool isXml) {
  for (const fhir::TypeDefinition* type : definitionTypes()) {
    const std::string name(type->name);
    if (text.find(isXml ? "<" + name : '"' + name + '"') != std::string_view::npos) return true;
  }
  return false;
}

// What the file adds; nullopt when it is another thing.
std::optional<FolderFile> addFile(const files::path& path, fhir::profiles::ProfileSetBuilder& builder) {
  const bool isXml = path.extension() == ".xml";
  FolderFile file{.name = path.filename().string(), .canonical = {}, .faults = {}};
  const auto text = textOf(path);
  if (!text) {
    file.faults = Outcome(Failure::badRequest, IssueType::processing, "The file cannot be opened.");
    return file;
  }
  if (!namesDefinition(*text, isXml)) return std::nullopt;
  const auto resource = isXml ? fhir::xml::parse(*text) : fhir::json::parse(*text);
  if (!resource) {
    file.faults = resource.outcome();
    return file;
  }
  if (!isDefinition(resource->type())) return std::nullopt;
  file.canonical = canonicalOf(*resource);
  file.faults = builder.add(*resource);
  return file;
}

}  // namespace

std::string canonicalOf(const fhir::Resource& definition) {
  std::string canonical(definition.root().childText("url"));
  const std::string_view version = definition.root().childText("version");
  if (!canonical.empty() && !version.empty()) canonical.append("|").append(version);
  return canonical;
}

fhir::Result<std::vector<FolderFile>> addFolder(const std::string& path,
                                                fhir::profiles::ProfileSetBuilder& builder) {
  std::vector<files::path> paths;
  std::error_code error;
  for (const auto& entry : files::directory_iterator(path, error)) {
    const auto extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".json" || extension == ".xml"))
      paths.push_back(entry.path());
  }
  if (error)
    return Outcome(Failure::badRequest, IssueType::notFound,
                   "The folder of profiles " + path + " cannot be read: " + error.message() + ".");
  std::sort(paths.begin(), paths.end());
  std::vector<FolderFile> found;
  for (const auto& each : paths) {
    if (auto file = addFile(each, builder)) found.push_back(*std::move(file));
  }
  if (found.empty())
    return Outcome(
        Failure::badRequest, IssueType::notFound,
        "The folder " + path + " holds no StructureDefinition, ValueSet or CodeSystem (.json or .xml).");
  return found;
}

}  // namespace rules
