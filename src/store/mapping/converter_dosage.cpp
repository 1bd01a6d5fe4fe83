// Dosage <-> the words of a prescription: dose, frequency, duration, notes.
//
// For the platform's people the words must never say less than the FHIR dosage: what the four columns cannot
// say apart (several dosage instructions, tapering) stands in `frequency` as one text.
#include <algorithm>
#include <array>

#include "fhir/json/json.h"
#include "src/store/mapping/converter.h"

namespace store::mapping {

namespace {

struct Amount {
  std::string_view value;
  std::string_view unit;
};

// "500 mg", "2.5mL", "10 days"; nullopt for what is not one plain number and a unit ("1/2 tablet", "1-2
// tablets").
std::optional<Amount> readAmount(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view value = text.substr(0, digits);
  if (!isPlainDecimal(value)) return std::nullopt;
  const std::size_t start = text.find_first_not_of(' ', digits);
  if (start == std::string_view::npos) return std::nullopt;
  const std::string_view unit = text.substr(start);
  const bool plain = std::all_of(unit.begin(), unit.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
  if (!plain || unit.back() == ' ') return std::nullopt;
  return Amount{value, unit};
}

using UnitCodes = std::span<const std::pair<std::string_view, std::string_view>>;

constexpr std::pair<std::string_view, std::string_view> doseUnits[] = {
    {"mg", "mg"}, {"g", "g"},   {"mcg", "ug"}, {"ug", "ug"},
    {"µg", "ug"}, {"ml", "mL"}, {"mL", "mL"},  {"IU", "[iU]"}};
constexpr std::pair<std::string_view, std::string_view> timeUnits[] = {
    {"day", "d"},  {"days", "d"},  {"week", "wk"}, {"weeks", "wk"}, {"month", "mo"},   {"months", "mo"},
    {"year", "a"}, {"years", "a"}, {"hour", "h"},  {"hours", "h"},  {"minute", "min"}, {"minutes", "min"},
    {"d", "d"},    {"wk", "wk"},   {"mo", "mo"},   {"h", "h"}};

std::string_view codeOf(std::string_view unit, UnitCodes units) {
  for (const auto& [name, code] : units) {
    if (name == unit) return code;
  }
  return {};
}

void appendAmount(const Amount& amount, std::string_view code, std::string& out) {
  out += R"({"value":)";
  out += amount.value;
  out += R"(,"unit":)";
  appendText(amount.unit, out);
  if (!code.empty()) {
    out += R"(,"system":"http://unitsofmeasure.org","code":)";
    fhir::json::writeString(code, out);
  }
  out += '}';
}

std::string amountInWords(const fhir::Element& quantity) {
  std::string words(quantity.childText("comparator"));
  words += quantity.childText("value");
  const std::string_view unit = quantity.childText("unit");
  join(words, unit.empty() ? quantity.childText("code") : unit);
  return words;
}

std::string rangeInWords(const fhir::Element& range) {
  const auto* low = range.child("low");
  const auto* high = range.child("high");
  if (low == nullptr || high == nullptr) {
    return low != nullptr    ? "at least " + amountInWords(*low)
           : high != nullptr ? "up to " + amountInWords(*high)
                             : "";
  }
  return std::string(low->childText("value")) + '-' + amountInWords(*high);
}

std::string ratioInWords(const fhir::Element& ratio) {
  std::string words;
  if (const auto* numerator = ratio.child("numerator")) words = amountInWords(*numerator);
  if (const auto* denominator = ratio.child("denominator")) join(words, amountInWords(*denominator), " per ");
  return words;
}

// The words of a repeating "doseAndRate".
std::string doseInWords(const fhir::Element& dosage) {
  std::string words;
  for (const auto* item = dosage.child("doseAndRate"); item != nullptr; item = item->nextSame()) {
    std::string one;
    if (const auto* dose = item->child("doseQuantity")) one = amountInWords(*dose);
    if (const auto* dose = item->child("doseRange")) one = rangeInWords(*dose);
    if (const auto* rate = item->child("rateQuantity")) join(one, amountInWords(*rate), " at ");
    if (const auto* rate = item->child("rateRange")) join(one, rangeInWords(*rate), " at ");
    if (const auto* rate = item->child("rateRatio")) join(one, ratioInWords(*rate), " at ");
    join(words, one, " or ");
  }
  return words;
}

std::string repeatInWords(const fhir::Element& repeat) {
  std::string words;
  if (const std::string_view count = repeat.childText("frequency"); !count.empty()) {
    words = count;
    if (const std::string_view most = repeat.childText("frequencyMax"); !most.empty()) join(words, most, "-");
    words += words == "1" ? " time" : " times";
  }
  if (const std::string_view period = repeat.childText("period"); !period.empty()) {
    std::string every(period);
    if (const std::string_view most = repeat.childText("periodMax"); !most.empty()) join(every, most, "-");
    join(every, repeat.childText("periodUnit"));
    join(words, every, words.empty() ? "" : " every ");
    if (words == every) words.insert(0, "every ");
  }
  join(words, joinedTexts(repeat, "dayOfWeek", ", "), " on ");
  join(words, joinedTexts(repeat, "timeOfDay", ", "), " at ");
  join(words, joinedTexts(repeat, "when", ", "));
  if (const std::string_view count = repeat.childText("count"); !count.empty()) {
    join(words, std::string(count) + " in all", ", ");
  }
  return words;
}

std::string frequencyInWords(const fhir::Element& dosage) {
  std::string words;
  if (const auto* timing = dosage.child("timing")) {
    if (const auto* code = timing->child("code")) words = conceptText(*code);
    if (const auto* repeat = timing->child("repeat"); repeat != nullptr && words.empty())
      words = repeatInWords(*repeat);
    join(words, joinedTexts(*timing, "event", ", "));
  }
  if (const auto* reason = dosage.child("asNeededCodeableConcept")) {
    join(words, "as needed for " + conceptText(*reason), ", ");
  } else if (dosage.childText("asNeededBoolean") == "true") {
    join(words, "as needed", ", ");
  }
  return words;
}

std::string durationInWords(const fhir::Element& dosage) {
  const auto* timing = dosage.child("timing");
  const auto* repeat = timing == nullptr ? nullptr : timing->child("repeat");
  if (repeat == nullptr) return {};
  if (const auto* bounds = repeat->child("boundsDuration")) return amountInWords(*bounds);
  if (const auto* bounds = repeat->child("boundsRange")) return rangeInWords(*bounds);
  std::string words;
  if (const auto* bounds = repeat->child("boundsPeriod")) {
    words = bounds->childText("start");
    if (const std::string_view end = bounds->childText("end"); !end.empty())
      join(words, "until " + std::string(end));
  }
  return words;
}

std::string notesInWords(const fhir::Element& dosage) {
  std::string words(dosage.childText("patientInstruction"));
  for (const std::string_view part : {"additionalInstruction", "site", "route", "method"}) {
    for (const auto* item = dosage.child(part); item != nullptr; item = item->nextSame()) {
      join(words, conceptText(*item), "; ");
    }
  }
  if (const auto* most = dosage.child("maxDosePerPeriod"))
    join(words, "at most " + ratioInWords(*most), "; ");
  for (const std::string_view part : {"maxDosePerAdministration", "maxDosePerLifetime"}) {
    if (const auto* most = dosage.child(part)) join(words, "at most " + amountInWords(*most), "; ");
  }
  return words;
}

struct Parts {
  std::string dose, frequency, duration, notes;
};

std::string sentence(std::string_view dose, std::string_view frequency, std::string_view duration) {
  std::string words(dose);
  join(words, frequency);
  const auto amount = readAmount(duration);
  join(words, duration, amount && !codeOf(amount->unit, timeUnits).empty() ? " for " : ", ");
  return words;
}

Parts partsOf(const fhir::Element& dosage) {
  Parts parts{doseInWords(dosage), frequencyInWords(dosage), durationInWords(dosage), notesInWords(dosage)};
  const std::string_view text = dosage.childText("text");
  if (!text.empty() && parts.frequency.empty() && text != sentence(parts.dose, {}, parts.duration))
    parts.frequency = text;
  return parts;
}

class Dosage final : public Converter {
 public:
  explicit Dosage(const ConverterArguments& arguments)
      : dose_(arguments.columns[0]),
        frequency_(arguments.columns[1]),
        duration_(arguments.columns[2]),
        notes_(arguments.columns[3]) {}

  bool decode(Row row, std::string& out) const override {
    const auto dose = filledCell(row, dose_), frequency = filledCell(row, frequency_);
    const auto duration = filledCell(row, duration_), notes = filledCell(row, notes_);
    if (!dose && !frequency && !duration && !notes) return false;
    out += "[{";
    if (const std::string text = sentence(dose.value_or(""), frequency.value_or(""), duration.value_or(""));
        !text.empty()) {
      appendKey(out, "text");
      appendText(text, out);
    }
    if (notes) {
      appendKey(out, "patientInstruction");
      appendText(*notes, out);
    }
    appendTiming(frequency, duration, out);
    if (const auto amount = readAmount(dose.value_or(""))) {
      appendKey(out, "doseAndRate");
      out += R"([{"doseQuantity":)";
      appendAmount(*amount, codeOf(amount->unit, doseUnits), out);
      out += "}]";
    }
    out += "}]";
    return true;
  }

  bool encode(const fhir::Element& first, Values values) const override {
    Parts parts = partsOf(first);
    if (first.nextSame() != nullptr) parts = together(first);
    const std::array<std::pair<Column, std::string*>, 4> cells = {{{dose_, &parts.dose},
                                                                   {frequency_, &parts.frequency},
                                                                   {duration_, &parts.duration},
                                                                   {notes_, &parts.notes}}};
    bool any = false;
    for (const auto& [column, text] : cells) {
      if (text->empty()) continue;
      set(values, column, *text);
      any = true;
    }
    return any;
  }

 private:
  static void appendTiming(std::optional<std::string_view> frequency,
                           std::optional<std::string_view> duration, std::string& out) {
    const auto amount = readAmount(duration.value_or(""));
    const std::string_view unit = amount ? codeOf(amount->unit, timeUnits) : std::string_view{};
    if (!frequency && unit.empty()) return;
    appendKey(out, "timing");
    out += '{';
    if (!unit.empty()) {
      appendKey(out, "repeat");
      out += R"({"boundsDuration":)";
      appendAmount(*amount, unit, out);
      out += '}';
    }
    if (frequency) {
      appendKey(out, "code");
      out += R"({"text":)";
      appendText(*frequency, out);
      out += '}';
    }
    out += '}';
  }

  // Several instructions as one text, each in full.
  static Parts together(const fhir::Element& first) {
    Parts all;
    for (const auto* dosage = &first; dosage != nullptr; dosage = dosage->nextSame()) {
      const Parts parts = partsOf(*dosage);
      std::string words(dosage->childText("text"));
      if (words.empty()) words = sentence(parts.dose, parts.frequency, parts.duration);
      join(all.frequency, words, "; then ");
      join(all.notes, parts.notes, "; then ");
    }
    return all;
  }

  Column dose_, frequency_, duration_, notes_;
};

}  // namespace

std::unique_ptr<const Converter> makeDosage(const ConverterArguments& arguments) {
  return std::make_unique<const Dosage>(arguments);
}

}  // namespace store::mapping
