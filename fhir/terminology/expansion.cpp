#include "fhir/terminology/expansion.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "fhir/model/primitive.h"
#include "fhir/search/index.h"
#include "fhir/terminology/canonical.h"
#include "fhir/terminology/concept.h"

namespace fhir::terminology {
namespace {

// The words of a text as search folds them.
std::vector<std::string> wordsOf(std::string_view text) {
  const std::string folded = search::fold(text);
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < folded.size()) {
    const std::size_t end = std::min(folded.find_first_of(" -_/(),.;:'\"", at), folded.size());
    if (end > at) words.push_back(folded.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

bool isFound(const Member& member, const std::vector<std::string>& wanted) {
  std::vector<std::string> words = wordsOf(member.code);
  words.push_back(search::fold(member.code));
  for (const std::string_view name : displaysOf(member)) {
    auto more = wordsOf(name);
    words.insert(words.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& each) { return each.starts_with(word); });
  });
}

bool isExcluded(const Member& member, const std::vector<std::string>& systems) {
  return std::any_of(systems.begin(), systems.end(), [&](const std::string& each) {
    const Canonical named = canonicalOf(each);
    return named.url == member.system && (named.version.empty() || named.version == member.version);
  });
}

void narrow(std::vector<Member>& members, const ExpansionRequest& request) {
  const auto wanted = wordsOf(request.filter);
  std::erase_if(members, [&](const Member& each) {
    return (request.activeOnly && each.isInactive) || (request.excludeNotForUI && each.isAbstract) ||
           isExcluded(each, request.excludedSystems) || (!wanted.empty() && !isFound(each, wanted));
  });
}

class Writer {
 public:
  Writer(const ValueSet& valueSet, const ExpansionRequest& request)
      : valueSet_(valueSet), request_(request), resource_(*valueSet.root().type) {}

  Resource write(const std::vector<Member>& members, std::size_t total) {
    copyIdentity();
    Element& expansion = resource_.require(resource_.root(), "expansion");
    if (!request_.identifier.empty()) resource_.appendText(expansion, "identifier", request_.identifier);
    resource_.appendText(expansion, "timestamp", request_.timestamp);
    resource_.appendText(expansion, "total", std::to_string(total));
    if (request_.offset) resource_.appendText(expansion, "offset", std::to_string(*request_.offset));
    writeParameters(expansion, members);
    if (request_.isNested) {
      writeNested(expansion, members);
    } else {
      for (const Member& each : members) writeMember(expansion, each);
    }
    return std::move(resource_);
  }

 private:
  void copyIdentity() {
    for (const Element* each = valueSet_.root().firstChild; each; each = each->next) {
      const std::string_view name = each->name();
      const bool isOfDefinition = name == "compose";
      if (name == "expansion" || name == "text" || (isOfDefinition && !request_.includeDefinition)) continue;
      resource_.appendCopy(resource_.root(), *each->property, *each);
    }
  }

  void parameter(Element& expansion, std::string_view name, const char* type, std::string_view value) {
    Element& made = resource_.append(expansion, *expansion.type->find("parameter"));
    resource_.appendText(made, "name", name);
    resource_.appendText(made, type, value);
  }

  // What was asked for and did count, and the versions of the code systems that were used.
  void writeParameters(Element& expansion, const std::vector<Member>& members) {
    const auto flag = [&](std::string_view name, bool isSet) {
      if (isSet) parameter(expansion, name, "valueBoolean", "true");
    };
    const auto text = [&](std::string_view name, const char* type, std::string_view value) {
      if (!value.empty()) parameter(expansion, name, type, value);
    };
    text("filter", "valueString", request_.filter);
    if (request_.offset) parameter(expansion, "offset", "valueInteger", std::to_string(*request_.offset));
    if (request_.count) parameter(expansion, "count", "valueInteger", std::to_string(*request_.count));
    flag("includeDesignations", request_.includeDesignations);
    for (const auto& each : request_.designations) text("designation", "valueString", each);
    flag("includeDefinition", request_.includeDefinition);
    flag("activeOnly", request_.activeOnly);
    if (request_.isNested) parameter(expansion, "excludeNested", "valueBoolean", "false");
    flag("excludeNotForUI", request_.excludeNotForUI);
    text("displayLanguage", "valueCode", request_.displayLanguage);
    for (const auto& each : request_.excludedSystems) text("exclude-system", "valueUri", each);
    for (const auto& each : request_.versions.defaults) text("system-version", "valueUri", each);
    for (const auto& each : request_.versions.checks) text("check-system-version", "valueUri", each);
    for (const auto& each : request_.versions.forced) text("force-system-version", "valueUri", each);
    std::set<std::string> versions;
    for (const Member& each : members)
      if (!each.version.empty()) versions.insert(std::string(each.system) + "|" + std::string(each.version));
    for (const auto& each : versions)
      text("version", isValid(Primitive::uri, each) ? "valueUri" : "valueString", each);
  }

  Element& writeMember(Element& parent, const Member& member) {
    Element& made = resource_.append(parent, *parent.type->find("contains"));
    if (!member.system.empty()) resource_.appendText(made, "system", member.system);
    if (member.isAbstract) resource_.appendText(made, "abstract", "true");
    if (member.isInactive) resource_.appendText(made, "inactive", "true");
    resource_.appendText(made, "code", member.code);
    const std::string_view display = displayOf(member, request_.displayLanguage);
    if (!display.empty()) resource_.appendText(made, "display", display);
    if (request_.includeDesignations) {
      writeDesignations(made, member.listed);
      if (member.concept_) writeDesignations(made, member.concept_->element);
    }
    return made;
  }

  bool isWanted(const Element& designation) const {
    if (request_.designations.empty()) return true;
    const Element* use = designation.child("use");
    const std::string token =
        use ? std::string(use->childText("system")) + "|" + std::string(use->childText("code"))
            : std::string();
    return std::any_of(request_.designations.begin(), request_.designations.end(),
                       [&](const std::string& each) {
                         return each == designation.childText("language") || each == token ||
                                each == "urn:ietf:bcp:47|" + std::string(designation.childText("language"));
                       });
  }

  void writeDesignations(Element& contains, const Element* from) {
    if (!from) return;
    for (const Element* each = from->child("designation"); each; each = each->nextSame())
      if (isWanted(*each)) resource_.appendCopy(contains, *contains.type->find("designation"), *each);
  }

  using Positions = std::unordered_map<const Concept*, std::size_t>;
  using Levels =
      std::vector<std::vector<std::size_t>>;  // of each code those below it; of all the top, at the end

  // Each code below the nearest of its ancestors that is in the expansion too.
  void writeNested(Element& expansion, const std::vector<Member>& members) {
    Positions positions;
    for (std::size_t i = 0; i < members.size(); ++i)
      if (members[i].concept_) positions.emplace(members[i].concept_, i);
    Levels below(members.size() + 1);
    for (std::size_t i = 0; i < members.size(); ++i)
      below[parentOf(members[i], members.size(), positions)].push_back(i);
    writeLevel(expansion, members, below, members.size(), 0);
  }

  // Along first parents that stand before their children, so that nothing goes in a circle and gets lost.
  // What is found counts for all on the way there.
  static std::size_t parentOf(const Member& member, std::size_t none, Positions& nearest) {
    std::vector<const Concept*> passed;
    std::size_t found = none;
    for (const Concept* at = member.concept_; at && !at->parents.empty() && at->parents.front() < at;) {
      at = at->parents.front();
      if (const auto known = nearest.find(at); known != nearest.end()) {
        found = known->second;
        break;
      }
      passed.push_back(at);
    }
    for (const Concept* each : passed) nearest.emplace(each, found);
    return found;
  }

  void writeLevel(Element& parent, const std::vector<Member>& members, const Levels& below, std::size_t of,
                  unsigned level) {
    constexpr unsigned lastLevel = 20;
    for (const std::size_t each : below[of]) {
      Element& made = writeMember(parent, members[each]);
      if (level < lastLevel) {
        writeLevel(made, members, below, each, level + 1);
      } else {
        writeBeside(parent, members, below, each);
      }
    }
  }

  // What lies deeper than the last level, all of it side by side.
  void writeBeside(Element& parent, const std::vector<Member>& members, const Levels& below, std::size_t of) {
    std::vector<std::size_t> open(below[of].rbegin(), below[of].rend());
    while (!open.empty()) {
      const std::size_t each = open.back();
      open.pop_back();
      writeMember(parent, members[each]);
      open.insert(open.end(), below[each].rbegin(), below[each].rend());
    }
  }

  const ValueSet& valueSet_;
  const ExpansionRequest& request_;
  Resource resource_;
};

}  // namespace

Result<Resource> expand(const Source& source, const ValueSet& valueSet, const ExpansionRequest& request) {
  Composition composition(source, &request.versions);
  std::vector<Member> members;
  if (!composition.list(valueSet, members)) return composition.why();
  narrow(members, request);
  const std::size_t total = members.size();
  const std::size_t first = std::min(request.offset.value_or(0), total);
  const std::size_t count = std::min(request.count.value_or(total), total - first);
  if (count > maxExpansion)
    return Outcome(
        Failure::unprocessable, IssueType::tooCostly,
        "The expansion has " + std::to_string(total) + " codes, more than the " +
            std::to_string(maxExpansion) +
            " of one answer. Ask for pages of it with count and offset, or narrow it with filter.");
  const auto begin = members.begin() + static_cast<std::ptrdiff_t>(first);
  const std::vector<Member> page(begin, begin + static_cast<std::ptrdiff_t>(count));
  return Writer(valueSet, request).write(page, total);
}

}  // namespace fhir::terminology
