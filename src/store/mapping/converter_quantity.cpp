#include "fhir/json/json.h"
#include "src/store/mapping/converter.h"

namespace store::mapping {

namespace {

constexpr std::string_view ucum = "http://unitsofmeasure.org";

// Quantity <-> number, unit, UCUM code. What a bare number would falsify ("<5 mg/dL", 1e6) stands in the text
// column.
class Quantity final : public Converter {
 public:
  explicit Quantity(const ConverterArguments& arguments)
      : value_(arguments.columns[0]),
        unit_(arguments.columns[1]),
        code_(arguments.columns[2]),
        text_(arguments.columns[3]) {}

  bool decode(Row row, std::string& out) const override {
    const auto value = cell(row, value_);
    if (!value || !isPlainDecimal(*value)) return false;
    out += R"({"value":)";
    out += *value;
    if (const auto unit = filledCell(row, unit_)) {
      appendKey(out, "unit");
      appendText(*unit, out);
    }
    if (const auto code = filledCell(row, code_); code && isCode(*code)) {
      appendKey(out, "system");
      fhir::json::writeString(ucum, out);
      appendKey(out, "code");
      fhir::json::writeString(*code, out);
    }
    out += '}';
    return true;
  }

  bool encode(const fhir::Element& quantity, Values values) const override {
    const std::string_view value = quantity.childText("value");
    const std::string_view comparator = quantity.childText("comparator");
    const std::string_view unit = quantity.childText("unit");
    const std::string_view code = quantity.childText("code");
    if (value.empty()) return false;
    if (!comparator.empty() || !isPlainDecimal(value)) {
      if (text_ == noColumn) return false;
      std::string words(comparator);
      words += value;
      join(words, unit.empty() ? code : unit);
      set(values, text_, words);
      return true;
    }
    set(values, value_, value);
    // A unit is never lost from the columns: a code of another system is still what people can read.
    const bool isUcum = quantity.childText("system") == ucum;
    if (!unit.empty() || !isUcum) {
      if (const std::string_view words = unit.empty() ? code : unit; !words.empty())
        set(values, unit_, words);
    }
    if (!code.empty() && isUcum) set(values, code_, code);
    return true;
  }

 private:
  Column value_, unit_, code_, text_;
};

}  // namespace

std::unique_ptr<const Converter> makeQuantity(const ConverterArguments& arguments) {
  return std::make_unique<const Quantity>(arguments);
}

}  // namespace store::mapping
