#include "src/store/mapping/group.h"

#include <algorithm>

#include "fhir/json/json.h"

namespace store::mapping {

namespace {

void appendSource(const SourceValue& value, std::string& out) {
  switch (value.kind) {
    case SourceValue::Kind::null:
      out += "null";
      break;
    case SourceValue::Kind::boolean:
    case SourceValue::Kind::number:
      out += value.text;
      break;
    case SourceValue::Kind::string:
      fhir::json::writeString(value.text, out);
      break;
    case SourceValue::Kind::array:
      out += '[';
      for (const SourceValue& item : value.items) {
        if (out.back() != '[') out += ',';
        appendSource(item, out);
      }
      out += ']';
      break;
    case SourceValue::Kind::object:
      out += '{';
      for (const auto& [name, member] : value.members) {
        appendKey(out, name);
        appendSource(member, out);
      }
      out += '}';
      break;
  }
}

// `"code":{...}` or `"_start":{...}`, checked by the JSON codec inside a resource or an extension of its own;
// empty after a complaint.
std::string memberText(const fhir::Property& property, std::string_view name, const SourceValue& value,
                       const fhir::TypeDefinition& type, Complaints& complaints) {
  std::string member;
  appendKey(member, name);
  appendSource(value, member);
  if (!type.isResource()) return member;
  const auto resource =
      fhir::json::parse(R"({"resourceType":")" + std::string(type.name) + "\"," + member + '}');
  if (!resource) {
    for (const fhir::Issue& issue : resource.outcome().issues()) {
      complaints.add(value.line, issue.expression + ": " + issue.diagnostics);
    }
    return {};
  }
  member.clear();
  fhir::json::writeMember(resource->root(), property.name, member);
  return member;
}

}  // namespace

Given decodeGroup(const Program& program, const Group& group, Row row, std::string& out) {
  if (group.hasNodes() && program.decodeMembers(group.from, group.to, row, out)) return Given::columns;
  if (group.whenEmpty.empty()) return Given::nothing;
  if (!out.empty() && out.back() != '{') out += ',';
  out += group.whenEmpty;
  return Given::constant;
}

std::vector<Group> makeGroups(const Program& program, const SourceValue* whenEmpty,
                              const fhir::TypeDefinition& type, Complaints& complaints) {
  std::vector<Group> groups;
  if (whenEmpty != nullptr) {
    for (const auto& [name, value] : whenEmpty->members) {
      // "_start" are the extensions of a primitive without a value.
      const fhir::Property* property = type.find(name.starts_with('_') ? name.substr(1) : name);
      if (property == nullptr) {
        std::vector<std::string_view> names;
        for (const fhir::Property& known : type.properties) names.push_back(known.name);
        complaints.add(value.line,
                       std::string(type.name) + " has no element '" + name + "'" + suggestion(name, names));
        continue;
      }
      groups.push_back({.element = property->element,
                        .whenEmpty = memberText(*property, name, value, type, complaints),
                        .name = std::string(property->name)});
    }
  }
  const auto nodes = program.nodes();
  for (std::size_t i = 0; i < nodes.size(); i = nodes[i].end) {
    const fhir::ElementDefinition* element = nodes[i].property->element;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& known) { return known.element == element; });
    if (group == groups.end()) {
      group = groups.insert(
          groups.end(), {.element = element, .whenEmpty = {}, .name = std::string(nodes[i].property->name)});
    }
    if (!group->hasNodes()) group->from = i;
    group->to = nodes[i].end;
  }
  std::sort(groups.begin(), groups.end(),
            [](const Group& a, const Group& b) { return a.element->order < b.element->order; });
  return groups;
}

}  // namespace store::mapping
