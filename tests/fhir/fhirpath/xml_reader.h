// Reads the XML inputs of HL7's suite into Resources. For these tests only: it trusts its input.
#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string>

#include "fhir/model/resource.h"

namespace test {

// nullopt when the file is not the XML of an R4 resource.
std::optional<fhir::Resource> readXml(const std::string& path);

// The same for an element within a document.
std::optional<fhir::Resource> readXml(const pugi::xml_node& root);

}  // namespace test
