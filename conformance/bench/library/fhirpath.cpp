// FHIRPath: the expressions of HL7's suite for R4, compiled once, evaluated on its inputs, parsed once.
#include "fhir/fhirpath/fhirpath.h"

#include <map>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <stdexcept>

#include "conformance/bench/library/worker.h"
#include "fhir/json/json.h"
#include "fhir/model/json_string.h"
#include "fhir/xml/xml.h"

namespace bench {
namespace {

namespace fp = fhir::fhirpath;

using Inputs = std::map<std::string, std::optional<fhir::Resource>>;

// nullopt for the one input that is no resource of R4; its cases are left out.
std::optional<fhir::Resource> read(const std::string& path) {
  const std::string text = readFile(path);
  auto resource = path.ends_with(".xml") ? fhir::xml::parse(text) : fhir::json::parse(text);
  if (!resource) return std::nullopt;
  return *std::move(resource);
}

const fhir::Resource* input(Inputs& inputs, const std::string& folder, const std::string& name) {
  const auto [at, isNew] = inputs.try_emplace(name);
  if (isNew)
    at->second =
        name.empty() ? fhir::Resource(*fhir::findResourceType("Patient")) : read(folder + "/" + name);
  return at->second ? &*at->second : nullptr;
}

void appendField(std::string_view name, std::string_view text, std::string& out) {
  fhir::appendJsonString(name, out);
  out += ':';
  fhir::appendJsonString(text, out);
}

}  // namespace

int measureFhirPath(const std::string& folder, std::size_t repetitions) {
  pugi::xml_document suite;
  const std::string path = folder + "/tests-fhir-r4.xml";
  if (!suite.load_file(path.c_str(), pugi::parse_default | pugi::parse_ws_pcdata))
    throw std::runtime_error(path + " cannot be read");
  const fp::Environment environment;
  fp::Evaluation evaluation(environment);
  Inputs inputs;
  std::vector<Case> cases;
  std::string description = "{\"cases\":[";
  std::size_t all = 0;
  for (const pugi::xpath_node& each : suite.select_nodes("/tests/group/test")) {
    ++all;
    const pugi::xml_node node = each.node();
    const std::string file = node.attribute("inputfile").value();
    const fhir::Resource* resource = input(inputs, folder, file);
    if (!resource) continue;
    const std::string text = node.child("expression").text().get();
    const auto expression = fp::Expression::parse(text, file.empty() ? nullptr : &resource->type());
    if (!expression || !evaluation.run(*expression, resource->root())) continue;
    description += cases.empty() ? "{" : ",{";
    appendField("name", node.attribute("name").value(), description);
    description += ',';
    appendField("input", file, description);
    description += ',';
    appendField("expression", text, description);
    description += '}';
    cases.emplace_back([&evaluation, expression = *expression, &root = resource->root()] {
      if (!evaluation.run(expression, root))
        throw std::logic_error("an expression fails that did not before");
      evaluation.clear();
    });
  }
  description += "],\"all\":" + std::to_string(all) + ",\"inputs\":{";
  for (bool isFirst = true; const auto& [name, resource] : inputs) {
    if (!resource) continue;
    if (!isFirst) description += ',';
    isFirst = false;
    fhir::appendJsonString(name, description);
    description += ':' + fhir::json::toString(*resource);
  }
  return serve(description + "}}", cases, repetitions);
}

}  // namespace bench
