// Structured values that a platform keeps as one line of words: names, addresses, concepts.
#include "fhir/json/json.h"
#include "src/store/mapping/converter.h"

namespace store::mapping {

namespace {

// {"text": "..."} <-> words.
class Words : public Converter {
 public:
  explicit Words(const ConverterArguments& arguments) : column_(arguments.columns.front()) {}

  bool decode(Row row, std::string& out) const override {
    const auto text = filledCell(row, column_);
    if (!text) return false;
    out += R"({"text":)";
    appendText(*text, out);
    out += '}';
    return true;
  }
  bool encode(const fhir::Element& element, Values values) const override {
    const std::string_view text = element.childText("text");
    const std::string words = text.empty() ? inWords(element) : std::string(text);
    if (words.empty()) return false;
    set(values, column_, words);
    return true;
  }

 private:
  virtual std::string inWords(const fhir::Element& element) const = 0;
  Column column_;
};

class Name final : public Words {
 public:
  using Words::Words;

 private:
  std::string inWords(const fhir::Element& name) const override {
    std::string words = joinedTexts(name, "prefix");
    join(words, joinedTexts(name, "given"));
    join(words, name.childText("family"));
    join(words, joinedTexts(name, "suffix"));
    return words;
  }
};

class Address final : public Words {
 public:
  using Words::Words;

 private:
  std::string inWords(const fhir::Element& address) const override {
    std::string words = joinedTexts(address, "line", ", ");
    std::string town(address.childText("postalCode"));
    join(town, address.childText("city"));
    join(words, town, ", ");
    for (const std::string_view part : {"district", "state", "country"}) {
      join(words, address.childText(part), ", ");
    }
    return words;
  }
};

class Concept final : public Words {
 public:
  using Words::Words;

 private:
  std::string inWords(const fhir::Element& codeableConcept) const override {
    return conceptText(codeableConcept);
  }
};

}  // namespace

std::unique_ptr<const Converter> makeHumanName(const ConverterArguments& arguments) {
  return std::make_unique<const Name>(arguments);
}
std::unique_ptr<const Converter> makeAddress(const ConverterArguments& arguments) {
  return std::make_unique<const Address>(arguments);
}
std::unique_ptr<const Converter> makeConceptText(const ConverterArguments& arguments) {
  return std::make_unique<const Concept>(arguments);
}

}  // namespace store::mapping
