#include "src/store/mapping/converter.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "fhir/json/json.h"
#include "src/store/mapping/time_text.h"

namespace store::mapping {

namespace {

// White space or a control character.
bool isSpace(char c) noexcept {
  return static_cast<unsigned char>(c) <= ' ';
}
bool isControl(char c) noexcept {
  return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r';
}
bool isDigit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Converters of a primitive in one column.
class Single : public Converter {
 public:
  explicit Single(const ConverterArguments& arguments) : column_(arguments.columns.front()) {}

 protected:
  // Appends the cell as a JSON string of what `append` makes of it; nothing when it makes nothing.
  bool decodeQuoted(Row row, bool (*append)(std::string_view, std::string&), std::string& out) const {
    const auto text = cell(row, column_);
    if (!text) return false;
    const std::size_t start = out.size();
    out += '"';
    if (!append(*text, out)) {
      out.resize(start);
      return false;
    }
    out += '"';
    return true;
  }

  Column column_;
};

class Text final : public Single {
 public:
  explicit Text(const ConverterArguments& arguments) : Single(arguments), accepts_(rule(arguments.type)) {}

  bool decode(Row row, std::string& out) const override {
    const auto text = filledCell(row, column_);
    if (!text || !accepts_(*text)) return false;
    appendText(*text, out);
    return true;
  }
  bool encode(const fhir::Element& element, Values values) const override {
    if (!element.hasValue()) return false;
    set(values, column_, element.text);
    return true;
  }

 private:
  using Rule = bool (*)(std::string_view) noexcept;
  static Rule rule(const fhir::TypeDefinition* type) {
    if (type != nullptr && type->is("code")) return isCode;
    if (type != nullptr && type->is("uri")) return isUri;
    return [](std::string_view) noexcept { return true; };
  }
  Rule accepts_;
};

class Code final : public Single {
 public:
  explicit Code(const ConverterArguments& arguments) : Single(arguments), codes_(arguments.codes) {}

  bool decode(Row row, std::string& out) const override {
    const auto text = cell(row, column_);
    if (!text) return false;
    for (const auto& [code, value] : codes_) {
      if (value != *text) continue;
      fhir::json::writeString(code, out);
      return true;
    }
    return false;
  }
  bool encode(const fhir::Element& element, Values values) const override {
    if (!element.hasValue()) return false;
    for (const auto& [code, value] : codes_) {
      if (code != element.text) continue;
      set(values, column_, value);
      return true;
    }
    return false;
  }

 private:
  CodePairs codes_;  // the first of several codes with one value is the one that decode gives
};

class Date final : public Single {
 public:
  using Single::Single;
  bool decode(Row row, std::string& out) const override { return decodeQuoted(row, appendDate, out); }
  bool encode(const fhir::Element& element, Values values) const override {
    const auto date = toDate(element.text);
    if (date) set(values, column_, *date);
    return date.has_value();
  }
};

class DateTime final : public Single {
 public:
  using Single::Single;
  bool decode(Row row, std::string& out) const override { return decodeQuoted(row, appendInstant, out); }
  bool encode(const fhir::Element& element, Values values) const override {
    const auto timestamp = toTimestamp(element.text);
    if (timestamp) set(values, column_, *timestamp);
    return timestamp.has_value();
  }
};

class Boolean final : public Single {
 public:
  using Single::Single;
  bool decode(Row row, std::string& out) const override {
    const auto text = cell(row, column_);
    if (!text) return false;
    const bool isTrue = *text == "true" || *text == "t";
    if (!isTrue && *text != "false" && *text != "f") return false;
    out += isTrue ? "true" : "false";
    return true;
  }
  bool encode(const fhir::Element& element, Values values) const override {
    if (!element.hasValue()) return false;
    set(values, column_, element.text);
    return true;
  }
};

class Integer final : public Single {
 public:
  using Single::Single;
  bool decode(Row row, std::string& out) const override {
    const auto text = cell(row, column_);
    if (!text || !isInteger(*text)) return false;
    out += *text;
    return true;
  }
  bool encode(const fhir::Element& element, Values values) const override {
    if (!element.hasValue() || !isInteger(element.text)) return false;
    set(values, column_, element.text);
    return true;
  }

 private:
  static bool isInteger(std::string_view text) noexcept {
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && text != "-0";
  }
};

class Decimal final : public Single {
 public:
  using Single::Single;
  bool decode(Row row, std::string& out) const override {
    const auto text = cell(row, column_);
    if (!text || !isPlainDecimal(*text)) return false;
    out += *text;
    return true;
  }
  bool encode(const fhir::Element& element, Values values) const override {
    if (!element.hasValue() || !isPlainDecimal(element.text)) return false;
    set(values, column_, element.text);
    return true;
  }
};

// Reference.reference <-> a foreign key: "Patient/1" <-> "1". A version ("Patient/1/_history/2") is left out.
class Reference final : public Single {
 public:
  explicit Reference(const ConverterArguments& arguments)
      : Single(arguments), prefix_(arguments.target + "/") {}

  bool decode(Row row, std::string& out) const override {
    const auto id = filledCell(row, column_);
    if (!id) return false;
    out += '"';
    out += prefix_;
    out += *id;
    out += '"';
    return true;
  }
  bool encode(const fhir::Element& element, Values values) const override {
    std::string_view id = element.text;
    if (!id.starts_with(prefix_)) return false;
    id.remove_prefix(prefix_.size());
    id = id.substr(0, id.find("/_history/"));
    if (!isId(id)) return false;
    set(values, column_, id);
    return true;
  }

 private:
  static bool isId(std::string_view id) noexcept {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
      return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
    });
  }
  std::string prefix_;
};

template <class Kind>
std::unique_ptr<const Converter> make(const ConverterArguments& arguments) {
  return std::make_unique<const Kind>(arguments);
}

constexpr ColumnRole textRole[] = {{"column", "text", true}};
constexpr ColumnRole dateRole[] = {{"column", "date", true}};
constexpr ColumnRole timeRole[] = {{"column", "timestamptz", true}};
constexpr ColumnRole booleanRole[] = {{"column", "boolean", true}};
constexpr ColumnRole integerRole[] = {{"column", "integer", true}};
constexpr ColumnRole numericRole[] = {{"column", "numeric", true}};
constexpr ColumnRole uuidRole[] = {{"column", "uuid", true}};
constexpr ColumnRole jsonRole[] = {{"column", "json", true}};
constexpr ColumnRole quantityRoles[] = {
    {"value", "numeric", true}, {"unit", "text", false}, {"code", "text", false}, {"text", "text", false}};
constexpr ColumnRole dosageRoles[] = {
    {"dose", "text", true}, {"frequency", "text", true}, {"duration", "text", true}, {"notes", "text", true}};

constexpr std::string_view stringTypes[] = {"string", "code", "uri", "markdown", "id"};
constexpr std::string_view codeTypes[] = {"code", "string"};
constexpr std::string_view dateTypes[] = {"date"};
constexpr std::string_view timeTypes[] = {"dateTime", "instant"};
constexpr std::string_view booleanTypes[] = {"boolean"};
constexpr std::string_view integerTypes[] = {"integer"};
constexpr std::string_view decimalTypes[] = {"decimal"};
constexpr std::string_view referenceTypes[] = {"string"};
constexpr std::string_view nameTypes[] = {"HumanName"};
constexpr std::string_view addressTypes[] = {"Address"};
constexpr std::string_view conceptTypes[] = {"CodeableConcept"};
constexpr std::string_view quantityTypes[] = {"Quantity"};
constexpr std::string_view dosageTypes[] = {"Dosage"};
constexpr std::string_view hoursTypes[] = {"PractitionerRole.availableTime"};
constexpr std::string_view attachmentTypes[] = {"Attachment"};
constexpr std::string_view itemTypes[] = {"Element"};

constexpr auto kinds = std::to_array<ConverterKind>({
    {"string", textRole, stringTypes, false, "text as it is", make<Text>},
    {"code", textRole, codeTypes, false, "a code of its value set", make<Code>},
    {"date", dateRole, dateTypes, false, "a whole date; a partial one stays beside the column", make<Date>},
    {"dateTime", timeRole, timeTypes, false,
     "a time, read back in UTC; a partial one stays beside the column", make<DateTime>},
    {"boolean", booleanRole, booleanTypes, false, "true or false", make<Boolean>},
    {"integer", integerRole, integerTypes, false, "a whole number", make<Integer>},
    {"decimal", numericRole, decimalTypes, false, "a number that keeps its digits", make<Decimal>},
    {"reference", uuidRole, referenceTypes, false, "a foreign key", make<Reference>},
    {"humanName", textRole, nameTypes, false,
     "one line: the name's text, else prefix, given, family and suffix; read back as text", makeHumanName},
    {"address", textRole, addressTypes, false,
     "one line: the address's text, else its parts; read back as text", makeAddress},
    {"conceptText", textRole, conceptTypes, false,
     "what a person reads: the text, else a coding's display; read back as text", makeConceptText},
    {"quantity", quantityRoles, quantityTypes, false,
     "number, unit and UCUM code; one with a comparator stands in the text column", makeQuantity},
    {"dosage", dosageRoles, dosageTypes, true,
     "dose, frequency and duration in words and, where they can be read, as quantities", makeDosage},
    {"weeklyHours", jsonRole, hoursTypes, true, R"(JSON: {"mon": ["09:00-13:00"], ...})", makeWeeklyHours},
    {"textAttachment", textRole, attachmentTypes, false, "the text of a text/* attachment",
     makeTextAttachment},
    {"items", jsonRole, itemTypes, true, "a JSON array with one object for each item", nullptr},
});

}  // namespace

std::span<const ConverterKind> converterKinds() noexcept {
  return kinds;
}

const ConverterKind* findConverterKind(std::string_view name) noexcept {
  const auto* found =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : found;
}

bool isBlank(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), isSpace);
}

std::optional<std::string_view> filledCell(Row row, Column column) {
  const auto text = cell(row, column);
  return text && !isBlank(*text) ? text : std::nullopt;
}

void appendText(std::string_view text, std::string& out) {
  if (std::none_of(text.begin(), text.end(), isControl)) {
    fhir::json::writeString(text, out);
    return;
  }
  std::string clean(text);
  std::replace_if(clean.begin(), clean.end(), isControl, ' ');
  fhir::json::writeString(clean, out);
}

bool isCode(std::string_view text) noexcept {
  if (std::any_of(text.begin(), text.end(), isControl)) return false;
  if (text.empty() || isSpace(text.front()) || isSpace(text.back())) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (isSpace(text[i]) && isSpace(text[i - 1])) return false;
  }
  return true;
}

bool isUri(std::string_view text) noexcept {
  return !text.empty() && std::none_of(text.begin(), text.end(), isSpace);
}

bool isPlainDecimal(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view{};
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return false;
  if (point < text.size() && fraction.empty()) return false;
  if (!std::all_of(whole.begin(), whole.end(), isDigit)) return false;
  if (!std::all_of(fraction.begin(), fraction.end(), isDigit)) return false;
  if (whole.size() > 300 || fraction.size() > 1000) return false;  // a JSON reader's double ends at 1e308
  return !negative || text.find_first_not_of("0.") != std::string_view::npos;
}

void join(std::string& out, std::string_view text, std::string_view separator) {
  if (text.empty()) return;
  if (!out.empty()) out += separator;
  out += text;
}

void appendKey(std::string& out, std::string_view name) {
  if (!out.empty() && out.back() != '{' && out.back() != '[') out += ',';
  out += '"';
  out += name;
  out += "\":";
}

std::string joinedTexts(const fhir::Element& element, std::string_view name, std::string_view separator) {
  std::string out;
  for (const fhir::Element* item = element.child(name); item != nullptr; item = item->nextSame()) {
    join(out, item->text, separator);
  }
  return out;
}

std::string conceptText(const fhir::Element& codeableConcept) {
  if (const std::string_view text = codeableConcept.childText("text"); !text.empty())
    return std::string(text);
  for (const std::string_view part : {"display", "code"}) {
    for (const auto* coding = codeableConcept.child("coding"); coding != nullptr;
         coding = coding->nextSame()) {
      if (const std::string_view text = coding->childText(part); !text.empty()) return std::string(text);
    }
  }
  return {};
}

}  // namespace store::mapping
