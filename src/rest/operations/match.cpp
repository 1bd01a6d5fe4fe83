// Patient/$match: https://hl7.org/fhir/R4/patient-operation-match.html. Candidates are found by a few
// searches, each by its own index, then compared (matching.h); docs/matching.md says how.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <optional>
#include <set>
#include <utility>

#include "fhir/search/closed_codes.h"
#include "fhir/search/escape.h"
#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/operations/inputs.h"
#include "src/rest/operations/matching.h"
#include "src/rest/search_query.h"
#include "src/rest/searchset.h"

namespace rest {
namespace {

using fhir::Element;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Result;
using operations::Grade;
using operations::Inputs;
using operations::Likeness;
using operations::Person;

constexpr std::uint32_t kMostOfASearch = 200;
constexpr std::size_t kMostNames = 4;  // of the Patient that is sent; others are compared, not searched for

// The first letters of a word, whole ones.
std::string firstLetters(std::string_view word, std::size_t letters) {
  std::size_t at = 0;
  while (at < word.size()) {
    const bool begins = (static_cast<unsigned char>(word[at]) & 0xC0U) != 0x80U;
    if (begins && letters-- == 0) break;
    ++at;
  }
  return std::string(word.substr(0, at));
}

// The searches that find candidates. None has a single criterion that many share, such as a gender.
class Searches {
 public:
  Searches(const Element& patient, const Person& person) : person_(person) {
    identifiers(patient);
    contacts(patient);
    birthDates();
    const std::size_t names = std::min(person.names.size(), kMostNames);
    for (std::size_t i = 0; i < names; ++i) byName(person.names[i]);
  }

  const std::vector<NamedValues>& all() const noexcept { return all_; }

 private:
  void add(NamedValues search) {
    if (std::find(all_.begin(), all_.end(), search) == all_.end()) all_.push_back(std::move(search));
  }

  void identifiers(const Element& patient) {
    for (const Element* each = patient.child("identifier"); each != nullptr; each = each->nextSame()) {
      const std::string value(each->childText("value"));
      const std::string system(each->childText("system"));
      if (value.empty()) continue;
      add({{"identifier", system.empty()
                              ? fhir::search::escape(value)
                              : fhir::search::escape(system) + "|" + fhir::search::escape(value)}});
    }
  }

  // As it was sent, and as its digits alone: a code is found only as it is stored.
  void contacts(const Element& patient) {
    for (const Element* each = patient.child("telecom"); each != nullptr; each = each->nextSame()) {
      const std::string value(each->childText("value"));
      if (value.empty()) continue;
      if (value.find('@') != std::string::npos) {
        add({{"email", fhir::search::escape(value)}});
        continue;
      }
      std::string digits;
      for (const char c : value) {
        if (c >= '0' && c <= '9') digits += c;
      }
      if (digits.size() < 5) continue;
      std::string asked = fhir::search::escape(value);
      asked.append(",").append(digits).append(",+").append(digits);
      add({{"phone", std::move(asked)}});
    }
  }

  void birthDates() {
    const std::string& date = person_.birthDate;
    if (date.size() < 10) return;
    std::string dates = date;
    const std::string exchanged = date.substr(0, 4) + "-" + date.substr(8, 2) + "-" + date.substr(5, 2);
    if (date.substr(8, 2) <= "12" && exchanged != date) dates += "," + exchanged;
    add({{"birthdate", dates}});
  }

  // Family and given name in both orders, one of them in its first letters; one of them with the year of
  // birth.
  void byName(const Person::Name& name) {
    if (!name.family.empty() && !name.given.empty()) {
      const std::string& given = name.given.front();
      add({{"family", fhir::search::escape(name.family)},
           {"given", fhir::search::escape(firstLetters(given, 1))}});
      add({{"family", fhir::search::escape(firstLetters(name.family, 2))},
           {"given", fhir::search::escape(given)}});
      add({{"family", fhir::search::escape(given)},
           {"given", fhir::search::escape(firstLetters(name.family, 2))}});
    }
    const std::string year = person_.birthDate.substr(0, 4);
    if (year.empty()) return;
    if (!name.family.empty()) add({{"name", fhir::search::escape(name.family)}, {"birthdate", year}});
    if (!name.given.empty()) add({{"name", fhir::search::escape(name.given.front())}, {"birthdate", year}});
  }

  const Person& person_;
  std::vector<NamedValues> all_;
};

struct Candidate {
  store::StoredResource resource;
  Likeness likeness;
};

struct Candidates {
  std::vector<Candidate> alike;  // the likeliest first
  std::size_t passedOver = 0;    // found, but hardly alike
  bool incomplete = false;       // a search had more than were looked at
};

Result<Candidates> findCandidates(Call& call, const Searches& searches, const Person& asked) {
  Candidates out;
  std::set<std::string> seen;
  for (const NamedValues& parameters : searches.all()) {
    auto query = readQuery(call, {call.target.type, std::nullopt}, parameters, false);
    if (!query) return std::move(query).outcome();
    query->count = kMostOfASearch;
    auto page = call.session.search(*query);
    if (!page) return std::move(page).outcome();
    out.incomplete = out.incomplete || !page->next.empty();
    for (auto& match : page->matches) {
      if (!seen.insert(match.id).second) continue;
      const auto resource = parseStored(match.json);
      if (!resource) return resource.outcome();
      const Likeness likeness = compare(asked, operations::personOf(resource->root()));
      if (likeness.grade == Grade::certainlyNot) {
        ++out.passedOver;
      } else {
        out.alike.push_back({std::move(match), likeness});
      }
    }
  }
  std::sort(out.alike.begin(), out.alike.end(), [](const Candidate& one, const Candidate& other) {
    if (one.likeness.score != other.likeness.score) return one.likeness.score > other.likeness.score;
    return one.resource.id < other.resource.id;
  });
  return out;
}

// With onlyCertainMatches: the one that is certain; none when there are several.
void keepCertain(std::vector<Candidate>& alike) {
  const auto isCertain = [](const Candidate& each) { return each.likeness.grade == Grade::certain; };
  if (std::count_if(alike.begin(), alike.end(), isCertain) != 1) return alike.clear();
  alike.resize(1);
}

std::string scoreText(double score) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%.4f", score);
  return text.data();
}

void writeAdvice(BundleWriter& bundle, const Candidates& found, bool severalCertain) {
  Outcome advice;
  using fhir::Severity;
  if (found.incomplete)
    advice.add(
        Severity::warning, IssueType::incomplete,
        "More patients were found than were compared. Send more of the patient: an identifier, the whole "
        "birth date, family and given name, a phone number.");
  if (severalCertain)
    advice.add(Severity::information, IssueType::multipleMatches,
               "Several patients match with certainty, so none is given with onlyCertainMatches.");
  if (found.passedOver > 0)
    advice.add(Severity::information, IssueType::informational,
               std::to_string(found.passedOver) + " more were compared and are certainly not the patient.");
  if (advice.empty()) return;
  const auto json = advice.toJson();
  BundleEntry entry;
  entry.resource = json;
  entry.searchMode = "outcome";
  bundle.entry(entry);
}

Answer answerMatches(const Call& call, const Candidates& found, bool severalCertain) {
  BundleWriter bundle("searchset", found.alike.size());
  bundle.link("self", std::string(call.baseUrl) + "/Patient/$match");
  for (const auto& each : found.alike) {
    BundleEntry entry;
    entry.fullUrl = resourceUrl(call.baseUrl, each.resource);
    entry.resource = each.resource.json;
    entry.searchMode = "match";
    entry.searchScore = scoreText(each.likeness.score);
    entry.matchGrade = operations::code(each.likeness.grade);
    bundle.entry(entry);
  }
  writeAdvice(bundle, found, severalCertain);
  return answerBody(200, std::move(bundle).finish(), call.presentation);
}

// A gender that there is none of would tell every patient apart.
std::optional<Outcome> checkGender(const Element& patient) {
  const auto& type = *fhir::findResourceType("Patient");
  fhir::search::Value gender;
  gender.code = patient.childText("gender");
  const auto fault = fhir::search::closedCodeFault(type, *fhir::findSearchParameter(type, "gender"), gender);
  if (!fault) return std::nullopt;
  return Outcome(Failure::badRequest, IssueType::codeInvalid, "The gender " + *fault,
                 patient.path() + ".gender");
}

}  // namespace

Answer match(Call& call) {
  const auto inputs = Inputs::read(call, operations::kMatch);
  if (!inputs) return inputs.outcome();
  const Element* patient = inputs->element("resource");
  if (patient == nullptr)
    return Outcome(Failure::badRequest, IssueType::required,
                   "Send the Patient to match, as the parameter 'resource' of Parameters or as the body.",
                   "resource");
  if (auto refused = checkGender(*patient)) return *std::move(refused);
  const Person asked = operations::personOf(*patient);
  const Searches searches(*patient, asked);
  if (searches.all().empty())
    return Outcome(
        Failure::badRequest, IssueType::required,
        "There is too little to match by: send an identifier, a phone number or mail address, the whole "
        "birth date, a family with a given name, or a name with the year of birth.",
        patient->path());
  auto found = findCandidates(call, searches, asked);
  if (!found) return std::move(found).outcome();
  bool severalCertain = false;
  if (inputs->flag("onlyCertainMatches")) {
    severalCertain = found->alike.size() > 1 && found->alike[1].likeness.grade == Grade::certain;
    keepCertain(found->alike);
  }
  const std::size_t most = std::min<std::size_t>(
      inputs->number("count").value_or(call.store.options().defaultCount), call.store.options().maxCount);
  if (found->alike.size() > most) found->alike.resize(most);
  return answerMatches(call, *found, severalCertain);
}

}  // namespace rest
