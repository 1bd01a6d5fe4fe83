#include "src/store/mapping/mapping.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fhir/json/json.h"
#include "src/store/mapping/compile.h"
#include "src/store/mapping/decode.h"
#include "src/store/mapping/encode.h"
#include "src/store/mapping/residual.h"

namespace store {

struct Mapping::Impl {
  mapping::Plan plan;
};

Mapping::Mapping(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Mapping::~Mapping() = default;
Mapping::Mapping(Mapping&&) noexcept = default;
Mapping& Mapping::operator=(Mapping&&) noexcept = default;

fhir::Result<Mapping> Mapping::compile(std::string_view fileName, std::string_view text) {
  auto plan = mapping::compilePlan(fileName, text);
  if (!plan) return std::move(plan).outcome();
  return Mapping(std::make_unique<Impl>(Impl{*std::move(plan)}));
}

const fhir::TypeDefinition& Mapping::type() const noexcept {
  return *impl_->plan.type;
}
std::string_view Mapping::table() const noexcept {
  return impl_->plan.table;
}
std::span<const MappedColumn> Mapping::columns() const noexcept {
  return impl_->plan.columns;
}
std::span<const std::pair<std::string, std::string>> Mapping::constants() const noexcept {
  return impl_->plan.constants;
}
std::span<const ColumnSearch> Mapping::searches() const noexcept {
  return impl_->plan.searches;
}

const RowPersons& Mapping::persons() const noexcept {
  return impl_->plan.persons;
}

bool Mapping::isOpen(const fhir::SearchParameter& parameter) const noexcept {
  const auto& open = impl_->plan.openParameters;
  return std::find(open.begin(), open.end(), &parameter) != open.end();
}

const ColumnSearch* Mapping::findSearch(const fhir::SearchParameter& parameter) const noexcept {
  for (const ColumnSearch& search : impl_->plan.searches) {
    if (search.parameter == &parameter) return &search;
  }
  return nullptr;
}

Encoded Mapping::encode(const fhir::Resource& resource) const {
  return mapping::encodeResource(impl_->plan, resource);
}

Encoded Mapping::encodeOver(const fhir::Resource& resource,
                            std::span<const std::optional<std::string>> current,
                            const std::vector<bool>& kept) const {
  return mapping::encodeOver(impl_->plan, resource, current, kept);
}

void Mapping::decode(std::span<const std::optional<std::string_view>> values, std::string_view residual,
                     const Envelope& envelope, std::string& out) const {
  mapping::decodeRow(impl_->plan, values, mapping::ResidualView(residual, *impl_->plan.type), envelope, out);
}

std::string Mapping::document() const {
  const mapping::Plan& plan = impl_->plan;
  std::string out = "## " + std::string(plan.type->name) + "\n\nTable `" + plan.table + "`";
  for (const auto& [column, value] : plan.constants) {
    out.append(", where `").append(column).append("` is `").append(value).append("`");
  }
  out += ".";
  if (!plan.note.empty()) out += ' ' + plan.note;
  out += "\n\n| Element | Column | How |\n|---|---|---|\n";
  for (const auto& element : plan.elements) {
    // A | in a cell is escaped, also inside code.
    std::string path;
    for (const char c : element.path) path += c == '|' ? std::string("\\|") : std::string(1, c);
    out += "| `" + path + "` | " + (element.columns.empty() ? "–" : element.columns) + " | " +
           element.description + " |\n";
  }
  if (plan.searches.empty()) return out;
  out += "\nSearch parameters that the columns answer:";
  for (std::size_t i = 0; i < plan.searches.size(); ++i) {
    const ColumnSearch& search = plan.searches[i];
    out += (i == 0 ? " `" : ", `") + std::string(search.parameter->code) + "` (";
    for (std::size_t k = 0; k < search.columns.size(); ++k)
      out += (k == 0 ? "`" : ", `") + search.columns[k] + '`';
    out += ')';
  }
  return out + ".\n";
}

std::string encodeWhole(const fhir::Resource& resource) {
  const fhir::Element& root = resource.root();
  std::string body;
  const fhir::Property* before = nullptr;
  for (const fhir::Element* child = root.firstChild; child != nullptr; child = child->next) {
    if (child->property == before) continue;
    before = child->property;
    if (child->name() == "id") {
      mapping::appendIdExtensions(*child, body);
      continue;
    }
    if (child->name() == "meta") {
      mapping::appendMeta(*child, body);
      continue;
    }
    if (!body.empty()) body += ',';
    fhir::json::writeMember(root, child->name(), body);
  }
  return '{' + body + '}';
}

void decodeWhole(const fhir::TypeDefinition& type, std::string_view residual, const Envelope& envelope,
                 std::string& out) {
  const mapping::ResidualView view(residual, type);
  mapping::appendEnvelope(type, envelope, view.meta(), out);
  for (const auto& member : view.members()) mapping::appendMember(member, out);
  out += '}';
}

fhir::Result<Mappings> Mappings::load(const std::string& directory) {
  fhir::Outcome faults;
  faults.setFailure(fhir::Failure::internal);
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".json") files.push_back(at->path());
  }
  if (error || files.empty()) {
    return fhir::Outcome(
        fhir::Failure::internal, fhir::IssueType::notFound,
        directory +
            ": no mapping files (*.json) can be read there; the project's own are in its folder mappings");
  }
  std::sort(files.begin(), files.end());

  Mappings mappings;
  for (const auto& file : files) {
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) {
      faults.add(fhir::Severity::error, fhir::IssueType::notFound, file.string() + ": can't be read");
      continue;
    }
    auto mapping = Mapping::compile(file.string(), text.str());
    if (!mapping) {
      faults.append(mapping.outcome());
      continue;
    }
    if (mappings.find(mapping->type()) != nullptr) {
      faults.add(
          fhir::Severity::error, fhir::IssueType::duplicate,
          file.string() + ":1: " + std::string(mapping->type().name) + " is mapped by another file already");
      continue;
    }
    mappings.mappings_.push_back(*std::move(mapping));
  }
  if (!faults.empty()) return faults;
  return mappings;
}

const Mapping* Mappings::find(const fhir::TypeDefinition& type) const noexcept {
  for (const Mapping& mapping : mappings_) {
    if (&mapping.type() == &type) return &mapping;
  }
  return nullptr;
}

}  // namespace store
