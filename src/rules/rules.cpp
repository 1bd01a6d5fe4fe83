#include "src/rules/rules.h"

#include <algorithm>
#include <array>

#include "fhir/validation/validator.h"
#include "src/platform/log.h"
#include "src/rules/folder.h"

namespace rules {

namespace log = platform::log;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Severity;
using fhir::profiles::ProfileSet;
using fhir::profiles::ProfileSetBuilder;
using platform::Validation;

namespace {

void tellLeftOut(const std::string& folder, const FolderFile& file) {
  const auto& issue = file.faults.issues().front();
  log::warning(
      "definition left out",
      {{"folder", folder}, {"file", file.name}, {"at", issue.expression}, {"reason", issue.diagnostics}});
}

}  // namespace

void tellDangling(const ProfileSetBuilder::Dangling& profile) {
  const auto& issue = profile.faults.issues().front();
  log::warning("profile refers to what is not known",
               {{"profile", profile.url}, {"at", issue.expression}, {"reason", issue.diagnostics}});
}

namespace {

fhir::validation::Options optionsOf(const ProfileSet& set, std::span<const std::string_view> asked) {
  fhir::validation::Options options;
  options.profiles = &set;
  options.valueSets = &set.valueSets();
  options.asked = asked;
  return options;
}

}  // namespace

std::span<const fhir::TypeDefinition* const> definitionTypes() noexcept {
  static const std::array types{fhir::findResourceType("StructureDefinition"),
                                fhir::findResourceType("ValueSet"), fhir::findResourceType("CodeSystem")};
  return types;
}

bool isDefinition(const fhir::TypeDefinition& type) noexcept {
  return std::ranges::find(definitionTypes(), &type) != definitionTypes().end();
}

fhir::Result<std::unique_ptr<Rules>> Rules::load(const RulesOptions& options) {
  std::unique_ptr<Rules> rules(new Rules);
  rules->level_ = options.level;
  ProfileSetBuilder builder;
  for (const std::string& folder : options.folders) {
    auto files = addFolder(folder, builder);
    if (!files) return std::move(files).outcome();
    for (const FolderFile& file : *files) {
      if (file.faults.hasErrors()) tellLeftOut(folder, file);
      if (!file.canonical.empty()) rules->reserved_.emplace(urlOf(file.canonical));
    }
  }
  for (const auto& each : rules->publish(builder)) tellDangling(each);
  const auto set = rules->known();
  std::map<std::string_view, const fhir::TypeDefinition*> types;
  for (const auto& profile : set->profiles()) {
    const auto* type = fhir::findResourceType(profile.type);
    if (type == nullptr) continue;
    types.emplace(profile.url, type);
    rules->supported_[type].push_back(std::string(profile.url) +
                                      (profile.version.empty() ? "" : "|" + std::string(profile.version)));
  }
  for (const std::string& profile : options.required) {
    const auto found = types.find(urlOf(profile));
    if (found == types.end() || !set->knows(profile))
      return Outcome(Failure::badRequest, IssueType::notFound,
                     "required-profiles: no folder of `profiles` holds " + profile + ".");
    rules->required_[found->second].push_back(profile);
  }
  return rules;
}

std::shared_ptr<const ProfileSet> Rules::known() const {
  const std::lock_guard lock(publishing_);
  return known_;
}

Rules::Dangling Rules::publish(ProfileSetBuilder& builder) {
  auto finished = builder.finish();
  auto set = std::make_shared<const ProfileSet>(std::move(finished.set));
  const std::lock_guard lock(publishing_);
  known_ = std::move(set);
  return std::move(finished.dangling);
}

Outcome Rules::checkWrite(const fhir::Resource& resource, Severity least) const {
  if (level_ == Validation::structure) return {};
  if (level_ == Validation::base) return fhir::validation::validate(resource, {.least = least});
  const auto set = known();
  const auto asked = required(resource.type());
  auto options = optionsOf(*set, asked);
  options.least = least;
  return fhir::validation::validate(resource, options);
}

Outcome Rules::checkAll(const fhir::Resource& resource, std::span<const std::string_view> asked) const {
  const auto set = known();
  Outcome found = fhir::validation::validate(resource, optionsOf(*set, asked));
  if (!isDefinition(resource.type())) return found;
  const std::string_view why = reserved(resource.root().childText("url"));
  if (!why.empty())
    found.add(Severity::warning, IssueType::businessRule, std::string(why),
              std::string(resource.typeName()) + ".url");
  ProfileSetBuilder scratch(*set);
  const Outcome faults = scratch.add(resource);
  for (const fhir::Issue& issue : faults.issues())
    found.add(Severity::warning, issue.type, "The server can't use it as a definition: " + issue.diagnostics,
              issue.expression);
  return found;
}

std::vector<std::string_view> Rules::required(const fhir::TypeDefinition& type) const {
  const auto found = required_.find(&type);
  if (found == required_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

std::vector<std::string> Rules::supported(const fhir::TypeDefinition& type) const {
  const auto found = supported_.find(&type);
  return found == supported_.end() ? std::vector<std::string>() : found->second;
}

std::string_view Rules::reserved(std::string_view url) const {
  if (reserved_.contains(std::string(url)))
    return "A folder of the server defines this url; what is stored does not take its place.";
  static const ProfileSet ofR4;
  if (ofR4.knows(url) || fhir::terminology::isDefinedByR4(url) || fhir::findCodes(url) != nullptr)
    return "R4 itself defines this url; what is stored does not take its place.";
  return {};
}

}  // namespace rules
