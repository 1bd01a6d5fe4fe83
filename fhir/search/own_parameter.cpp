#include "fhir/search/own_parameter.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fhir::search {
namespace {

constexpr std::array<std::string_view, 9> kTypes{"number",    "date",     "string", "token",  "reference",
                                                 "composite", "quantity", "uri",    "special"};

std::optional<SearchParameterType> typeOf(std::string_view code) {
  const auto found = std::find(kTypes.begin(), kTypes.end(), code);
  if (found == kTypes.end() || code == "special" || code == "composite") return std::nullopt;
  return static_cast<SearchParameterType>(found - kTypes.begin());
}

Outcome refuse(std::string text, std::string_view element) {
  return {Failure::unprocessable, IssueType::value, std::move(text),
          "SearchParameter." + std::string(element)};
}

// Letters, digits, '-' and '_': what a query can name. What begins with '_' is R4's: _count, _sort, _has ...
bool isCode(std::string_view code) {
  return !code.empty() && !code.starts_with('_') && code.size() <= 64 &&
         std::all_of(code.begin(), code.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

std::vector<const TypeDefinition*> basesOf(const Resource& definition) {
  std::vector<const TypeDefinition*> bases;
  for (const auto* base = definition.root().child("base"); base; base = base->nextSame()) {
    if (base->text == "Resource" || base->text == "DomainResource") {
      bases.assign(resourceTypes().begin(), resourceTypes().end());
      // https://hl7.org/fhir/R4/resource.html: those without a narrative.
      if (base->text == "DomainResource")
        std::erase_if(bases, [](const auto* type) {
          return type->name == "Binary" || type->name == "Bundle" || type->name == "Parameters";
        });
      return bases;
    }
    const auto* type = findResourceType(base->text);
    if (type != nullptr && std::find(bases.begin(), bases.end(), type) == bases.end()) bases.push_back(type);
  }
  return bases;
}

}  // namespace

std::string OwnParameter::definition() const {
  std::string text(kTypes[static_cast<std::size_t>(parameter_.type)]);
  text.append("\n").append(expression_);
  for (const auto& target : targets_) text.append("\n>").append(target);
  return text;
}

Result<std::shared_ptr<const OwnParameter>> OwnParameter::readFor(const TypeDefinition& type,
                                                                  const Resource& resource) {
  const Element& root = resource.root();
  std::shared_ptr<OwnParameter> own(new OwnParameter);
  own->type_ = &type;
  own->url_ = root.childText("url");
  own->code_ = root.childText("code");
  own->expression_ = root.childText("expression");
  for (const auto* each = root.child("target"); each; each = each->nextSame())
    own->targets_.emplace_back(each->text);
  own->targetViews_.assign(own->targets_.begin(), own->targets_.end());
  const auto parameterType = typeOf(root.childText("type"));
  if (!parameterType)
    return refuse("A parameter of a site's own is a number, date, string, token, reference, quantity or uri.",
                  "type");
  own->parameter_ = {own->url_, own->code_, *parameterType, own->expression_, own->targetViews_, {}};
  if (findSearchParameter(type, own->code_) != nullptr)
    return refuse(
        "R4 itself defines '" + own->code_ + "' for " + std::string(type.name) + ". Choose another code.",
        "code");
  auto compiled = CompiledParameter::compile(type, own->parameter_);
  if (!compiled)
    return refuse("For " + std::string(type.name) + ": " + compiled.outcome().issues().front().diagnostics,
                  "expression");
  own->compiled_.emplace(std::move(*compiled));
  return std::shared_ptr<const OwnParameter>(std::move(own));
}

Result<std::vector<std::shared_ptr<const OwnParameter>>> OwnParameter::read(const Resource& resource) {
  const Element& root = resource.root();
  if (!isCode(root.childText("code")))
    return refuse("A code consists of letters, digits, '-' and '_', and does not begin with '_'.", "code");
  if (root.childText("url").empty()) return refuse("A url names the parameter.", "url");
  if (root.childText("expression").empty())
    return refuse("A FHIRPath expression says which values the parameter has.", "expression");
  const auto bases = basesOf(resource);
  if (bases.empty()) return refuse("The base names no resource type of R4.", "base");
  std::vector<std::shared_ptr<const OwnParameter>> out;
  for (const auto* type : bases) {
    auto own = readFor(*type, resource);
    if (!own) return std::move(own).outcome();
    out.push_back(std::move(*own));
  }
  return out;
}

}  // namespace fhir::search
