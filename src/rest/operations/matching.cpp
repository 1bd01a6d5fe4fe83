#include "src/rest/operations/matching.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "fhir/search/index.h"

namespace rest::operations {
namespace {

using fhir::Element;

// What an agreement counts.
constexpr double kIdentifier = 10;
constexpr double kValueAlone = 5;  // of an identifier: whose number it is, its system would say
constexpr double kFamily = 3;
constexpr double kGiven = 2;
constexpr double kBirthDate = 4;
constexpr double kContact = 3;
constexpr double kGender = 1;
// A contradiction counts in full, but for these: people have several numbers, and move.
constexpr double kOtherIdentifier = 5;
constexpr double kOtherContact = 1;
// Agreements worth this are needed for the full score.
constexpr double kEnough = 10;
constexpr double kExchanged = 0.9;  // family and given name in each other's place

constexpr double kCertain = 0.95;
constexpr double kProbable = 0.7;
constexpr double kPossible = 0.45;

std::vector<std::string> wordsOf(std::string_view text) {
  const std::string folded = fhir::search::fold(text);
  std::vector<std::string> words;
  std::string word;
  for (const char c : folded + " ") {
    if (c != ' ' && c != '-' && c != '.' && c != ',' && c != '\'') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

Person::Name nameOf(const Element& name) {
  Person::Name out{joined(wordsOf(name.childText("family"))), {}};
  for (const Element* given = name.child("given"); given != nullptr; given = given->nextSame()) {
    for (auto& word : wordsOf(given->text)) out.given.push_back(std::move(word));
  }
  if (!out.family.empty() || !out.given.empty()) return out;
  // A name in one text: its last word is taken as the family's.
  auto words = wordsOf(name.childText("text"));
  if (words.empty()) return out;
  out.family = std::move(words.back());
  words.pop_back();
  out.given = std::move(words);
  return out;
}

std::string contactOf(const Element& telecom) {
  const std::string_view value = telecom.childText("value");
  std::string out;
  if (value.find('@') != std::string_view::npos) {
    for (const char c : value) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
  }
  for (const char c : value) {
    if (c >= '0' && c <= '9') out += c;
  }
  return out.size() < 5 ? std::string() : out;
}

// Letters that have to be changed, added, left out or exchanged with the next one; over code points.
std::size_t distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + other});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

// The code points of text that fold() has made, at most 64.
std::u32string letters(std::string_view text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size() && out.size() < 64; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) == 0x80U) {
      if (!out.empty()) out.back() = (out.back() << 6U) | (byte & 0x3FU);
    } else {
      out += static_cast<char32_t>(byte);
    }
  }
  return out;
}

double givenLikeness(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  std::vector<double> best;
  for (const std::string& word : one) {
    double most = 0;
    for (const std::string& each : other) {
      double like = wordLikeness(word, each);
      const std::string_view shorter = word.size() < each.size() ? word : each;
      const std::string_view longer = word.size() < each.size() ? each : word;
      if (longer.starts_with(shorter)) like = std::max(like, letters(shorter).size() > 2 ? 0.8 : 0.6);
      most = std::max(most, like);
    }
    best.push_back(most);
  }
  std::sort(best.rbegin(), best.rend());
  best.resize(std::min(best.size(), other.size()));
  double sum = 0;
  for (const double each : best) sum += each;
  return best.empty() ? 0 : sum / static_cast<double>(best.size());
}

double familyLikeness(const std::string& one, const std::string& other) {
  double best = wordLikeness(one, other);
  for (const std::string& a : wordsOf(one)) {
    for (const std::string& b : wordsOf(other)) best = std::max(best, 0.8 * wordLikeness(a, b));
  }
  return best;
}

// What was earned of what could be.
struct Sum {
  double earned = 0, possible = 0;
  void add(double weight, double likeness) {
    earned += weight * likeness;
    possible += weight;
  }
  double ratio() const noexcept { return possible > 0 ? earned / possible : 0; }
};

Sum compareNames(const Person::Name& asked, const Person::Name& other) {
  Sum straight;
  if (!asked.family.empty() && !other.family.empty())
    straight.add(kFamily, familyLikeness(asked.family, other.family));
  if (!asked.given.empty() && !other.given.empty())
    straight.add(kGiven, givenLikeness(asked.given, other.given));
  if (asked.family.empty() || asked.given.empty() || other.family.empty() || other.given.empty())
    return straight;
  Sum exchanged;
  exchanged.add(kFamily, kExchanged * givenLikeness(wordsOf(asked.family), other.given));
  exchanged.add(kGiven, kExchanged * givenLikeness(asked.given, wordsOf(other.family)));
  return exchanged.earned > straight.earned ? exchanged : straight;
}

Sum bestName(const Person& asked, const Person& other) {
  Sum best;
  bool first = true;
  for (const auto& a : asked.names) {
    for (const auto& b : other.names) {
      const Sum each = compareNames(a, b);
      if (first || each.earned > best.earned) best = each;
      first = false;
    }
  }
  return best;
}

void compareIdentifiers(const Person& asked, const Person& other, Sum& sum) {
  bool sameSystem = false, sameValue = false;
  for (const auto& [system, value] : asked.identifiers) {
    for (const auto& [otherSystem, otherValue] : other.identifiers) {
      const bool same = !system.empty() && system == otherSystem;
      if (value == otherValue && same) return sum.add(kIdentifier, 1);
      sameValue = sameValue || (value == otherValue && (system.empty() || otherSystem.empty()));
      sameSystem = sameSystem || same;
    }
  }
  if (sameSystem) return sum.add(kOtherIdentifier, 0);
  if (sameValue) sum.add(kValueAlone, 1);
}

void compareBirthDates(std::string_view one, std::string_view other, Sum& sum) {
  if (one.empty() || other.empty()) return;
  const std::size_t known = std::min(one.size(), other.size());
  const double weight = known >= 10 ? kBirthDate : known >= 7 ? kBirthDate * 0.75 : kBirthDate * 0.5;
  if (one.substr(0, known) == other.substr(0, known)) return sum.add(weight, 1);
  if (known < 10) return sum.add(weight, 0);
  const bool exchanged = one.substr(0, 4) == other.substr(0, 4) && one.substr(5, 2) == other.substr(8, 2) &&
                         one.substr(8, 2) == other.substr(5, 2);
  std::size_t different = 0;
  for (std::size_t i = 0; i < 10; ++i) different += one[i] != other[i] ? 1 : 0;
  sum.add(weight, exchanged ? 0.7 : different == 1 ? 0.6 : 0);
}

}  // namespace

std::string_view code(Grade grade) noexcept {
  static constexpr std::array<std::string_view, 4> codes{"certain", "probable", "possible", "certainly-not"};
  return codes[static_cast<std::size_t>(grade)];
}

double wordLikeness(std::string_view one, std::string_view other) {
  if (one.empty() || other.empty()) return 0;
  if (one == other) return 1;
  const auto a = letters(one);
  const auto b = letters(other);
  const std::size_t shorter = std::min(a.size(), b.size());
  const std::size_t apart = distance(a, b);
  if (apart <= 1 && shorter >= 4) return 0.85;
  if (apart <= 2 && shorter >= 7) return 0.7;
  return 0;
}

Person personOf(const Element& patient) {
  Person out;
  for (const Element* each = patient.child("identifier"); each != nullptr; each = each->nextSame()) {
    const std::string_view value = each->childText("value");
    if (!value.empty()) out.identifiers.emplace_back(each->childText("system"), value);
  }
  for (const Element* each = patient.child("name"); each != nullptr; each = each->nextSame()) {
    auto name = nameOf(*each);
    if (!name.family.empty() || !name.given.empty()) out.names.push_back(std::move(name));
  }
  for (const Element* each = patient.child("telecom"); each != nullptr; each = each->nextSame()) {
    auto contact = contactOf(*each);
    if (!contact.empty()) out.contacts.push_back(std::move(contact));
  }
  out.birthDate = patient.childText("birthDate");
  out.gender = patient.childText("gender");
  if (out.gender == "unknown") out.gender.clear();
  return out;
}

Likeness compare(const Person& asked, const Person& other) {
  Sum sum;
  compareIdentifiers(asked, other, sum);
  const Sum name = bestName(asked, other);
  sum.earned += name.earned;
  sum.possible += name.possible;
  compareBirthDates(asked.birthDate, other.birthDate, sum);
  if (!asked.gender.empty() && !other.gender.empty()) sum.add(kGender, asked.gender == other.gender ? 1 : 0);
  if (!asked.contacts.empty() && !other.contacts.empty()) {
    const bool same = std::find_first_of(asked.contacts.begin(), asked.contacts.end(), other.contacts.begin(),
                                         other.contacts.end()) != asked.contacts.end();
    sum.add(same ? kContact : kOtherContact, same ? 1 : 0);
  }
  Likeness out;
  out.score = sum.ratio() * std::min(1.0, sum.earned / kEnough);
  out.grade = out.score >= kCertain    ? Grade::certain
              : out.score >= kProbable ? Grade::probable
              : out.score >= kPossible ? Grade::possible
                                       : Grade::certainlyNot;
  return out;
}

}  // namespace rest::operations
