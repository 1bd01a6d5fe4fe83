// The "elements" of a mapping file (and the sub-elements of one with items) -> Program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/store/mapping/columns.h"
#include "src/store/mapping/converter_items.h"
#include "src/store/mapping/plan.h"
#include "src/store/mapping/source.h"
#include "src/store/mapping/tree.h"

namespace store::mapping {

// One element as the rest of the compiler wants to know it.
struct CompiledElement {
  std::vector<Step> steps;
  const ConverterKind* kind = nullptr;
  std::vector<Column> columns;  // by role
  CodePairs codes;
  bool encoded = true;
};

// "participant.actor.reference"
std::string plainPath(const std::vector<Step>& steps);

class ElementCompiler {
 public:
  // `isItem`: the columns are keys of a JSON object.
  ElementCompiler(const fhir::TypeDefinition& type, bool isItem, Columns& columns, Complaints& complaints)
      : type_(type), isItem_(isItem), columns_(columns), complaints_(complaints) {}

  void add(const SourceValue& element);

  Program program() { return {tree_.flatten(), std::move(otherwise_)}; }
  std::vector<CompiledElement>& compiled() noexcept { return compiled_; }
  std::vector<ColumnDefault>& defaults() noexcept { return defaults_; }
  std::vector<DocumentedElement>& documented() noexcept { return documented_; }

 private:
  void addConstant(const SourceValue& source, std::string_view path);
  bool checkType(const SourceValue& source, const ConverterKind& kind, const Step& last);
  bool readColumns(const SourceValue& source, CompiledElement& element);
  Column readColumn(const SourceValue& name, std::string_view sqlType, const CompiledElement& element);
  std::string sqlTypeOf(const SourceValue& source, const ConverterKind& kind, const ColumnRole& role);
  void readEncrypted(const SourceValue& source, const CompiledElement& element);
  bool readCodes(const SourceValue& source, CompiledElement& element);
  bool readTarget(const SourceValue& source, CompiledElement& element, std::string& target);
  std::shared_ptr<const Converter> makeConverter(const SourceValue& source, CompiledElement& element);
  std::shared_ptr<const Converter> makeItemsConverter(const SourceValue& source,
                                                      const CompiledElement& element);
  void readOtherwise(const SourceValue& source, const CompiledElement& element,
                     const std::shared_ptr<const Converter>& converter);
  void document(const SourceValue& source, const CompiledElement& element);

  const fhir::TypeDefinition& type_;
  bool isItem_;
  Columns& columns_;
  Complaints& complaints_;
  Tree tree_;
  std::vector<Otherwise> otherwise_;
  std::vector<CompiledElement> compiled_;
  std::vector<ColumnDefault> defaults_;
  std::vector<DocumentedElement> documented_;
};

}  // namespace store::mapping
