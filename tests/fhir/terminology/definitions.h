// A source of code systems and value sets that a test writes down as JSON, with R4's own behind them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "fhir/terminology/canonical.h"
#include "fhir/terminology/source.h"

namespace fixture {

class Definitions final : public fhir::terminology::Source {
 public:
  Definitions(std::initializer_list<std::string> resources);
  void add(const std::string& resource);

  const fhir::terminology::CodeSystem* codeSystem(std::string_view canonical) const override;
  const fhir::terminology::ValueSet* valueSet(std::string_view canonical) const override;

 private:
  fhir::terminology::Canonicals<fhir::terminology::CodeSystem> codeSystems_;
  fhir::terminology::Canonicals<fhir::terminology::ValueSet> valueSets_;
};

// CodeSystem urn:animals: animal (abstract) > mammal > dog, cat > kitten; bird; and pet, which has dog and
// budgie (of bird) below it too by its properties. dodo is retired. Dutch names for some.
std::string animals(const std::string& more = {});
// A value set urn:v with this compose.
std::string valueSet(const std::string& compose, const std::string& url = "urn:v");
// One that includes all of urn:animals that pass a filter.
std::string filtered(const std::string& property, const std::string& op, const std::string& value);

// "cat dog" in the order of the expansion; "!..." with the reason's issue code when there is none.
std::string codes(const Definitions&, const std::string& url = "urn:v");

}  // namespace fixture
