#include "src/audit/lines.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "src/audit/access.h"

namespace audit {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void say(std::string_view what, const std::vector<std::string_view>& ids, std::string& out) {
  constexpr std::size_t kMostNamed = 20;
  if (ids.empty()) return;
  out.append(out.empty() ? " (accesses " : "; ").append(what).append(":");
  for (std::size_t i = 0; i < std::min(ids.size(), kMostNamed); ++i)
    out.append(i == 0 ? " " : ", ").append(ids[i]);
  if (ids.size() > kMostNamed) out += ", and " + std::to_string(ids.size() - kMostNamed) + " more";
}

}  // namespace

std::string differences(const Record& record) {
  std::string_view listed = record.targets();
  if (listed.starts_with('{')) listed = listed.substr(1, listed.size() - 2);
  const auto wanted = split(listed, ',');
  std::multiset<std::string_view> missing(wanted.begin(), wanted.end());
  std::vector<std::string_view> changed, added;
  for (const std::string_view line : split(record.entries(), '\n')) {
    const std::string_view id = idIn(line);
    const auto known = missing.find(id);
    if (known == missing.end()) {
      added.push_back(id.empty() ? "no line" : id);
      continue;
    }
    missing.erase(known);
    if (idOf(line) != id) changed.push_back(id);
  }
  std::string out;
  if (!record.values[kEntries]) return out;
  say("changed", changed, out);
  say("removed", {missing.begin(), missing.end()}, out);
  say("added", added, out);
  return out.empty() ? out : out + ")";
}

bool hasPersonsOfLines(const Record& record) {
  if (!record.persons()) return true;
  std::set<std::string_view> persons;
  for (const std::string_view line : split(record.entries(), '\n')) {
    if (const std::string_view person = personIn(line); !person.empty()) persons.insert(person);
  }
  std::string listed;
  for (const std::string_view person : persons) (listed += listed.empty() ? '{' : ',') += person;
  return *record.persons() == (listed.empty() ? "{}" : listed + '}');
}

}  // namespace audit
