// Slicing: what tells the slices of an element apart. https://hl7.org/fhir/R4/profiling.html#slicing
#include <algorithm>
#include <utility>

#include "fhir/profiles/compile.h"
#include "fhir/profiles/value_sets.h"

namespace fhir::profiles {
namespace {

using Kind = Discriminator::Kind;

// The argument of "extension('url')" or "ofType(Quantity)", without quotes.
std::string_view argumentOf(std::string_view step) noexcept {
  const std::size_t open = step.find('(');
  std::string_view text = step.substr(open + 1, step.size() - open - 2);
  if (text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front())
    text = text.substr(1, text.size() - 2);
  return text;
}

// One step, by its text; nullopt when it is none of the simple subset.
std::optional<Step> stepOf(std::string_view text) {
  if (text == "resolve()") return Step{Step::Kind::resolve, {}};
  if (text.ends_with(')')) {
    const std::string_view name = text.substr(0, text.find('('));
    const std::string argument(argumentOf(text));
    if (argument.empty()) return std::nullopt;
    if (name == "extension") return Step{Step::Kind::extension, argument};
    if (name == "ofType" || name == "as") return Step{Step::Kind::ofType, argument};
    return std::nullopt;
  }
  if (text.ends_with("[x]")) text.remove_suffix(3);
  const bool isName = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  if (!isName) return std::nullopt;
  return Step{Step::Kind::member, std::string(text)};
}

// The end of the step at the front: a dot outside quotes and parentheses.
std::size_t endOfStep(std::string_view path) noexcept {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (c == '.' && depth == 0) {
      return i;
    }
  }
  return path.size();
}

std::optional<std::vector<Step>> stepsOf(std::string_view path) {
  std::vector<Step> steps;
  for (bool first = true; !path.empty(); first = false) {
    const std::size_t end = endOfStep(path);
    const std::string_view text = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (first && text == "$this") continue;
    auto step = stepOf(text);
    if (!step) return std::nullopt;
    steps.push_back(*std::move(step));
  }
  return steps;
}

// The types that a step can lead to; empty `types` stands for anything (a resource that is referred to).
bool follow(const Step& step, std::vector<const TypeDefinition*>& types, bool& anything) {
  std::vector<const TypeDefinition*> next;
  switch (step.kind) {
    case Step::Kind::resolve:
      anything = true;
      types.clear();
      return true;
    case Step::Kind::extension:
      types = {findType("Extension")};
      anything = false;
      return true;
    case Step::Kind::ofType:
      types = {findType(step.name)};
      anything = false;
      return types[0] != nullptr;
    case Step::Kind::member:
      if (anything) return true;
      for (const TypeDefinition* type : types) {
        if (type->isAbstract && type->isResource()) anything = true;
        if (const ElementDefinition* element = type->findElement(step.name))
          for (const ElementType& each : element->types) next.push_back(each.type);
      }
      types = std::move(next);
      return anything || !types.empty();
  }
  return false;
}

std::optional<Discriminator> discriminatorOf(const Element& discriminator, const Node& node,
                                             LoadFaults& faults) {
  const std::string_view kind = discriminator.childText("type");
  Discriminator made;
  made.kind = kind == "exists"    ? Kind::exists
              : kind == "type"    ? Kind::type
              : kind == "profile" ? Kind::profile
                                  : Kind::value;
  const Element* path = discriminator.child("path");
  auto steps = stepsOf(path ? path->text : std::string_view{});
  if (!path || !steps) {
    faults.error(IssueType::invalid, path ? *path : discriminator,
                 "A discriminator's path is $this, or names of elements, extension(url), resolve() and "
                 "ofType(type) with dots between them.");
    return std::nullopt;
  }
  std::vector<const TypeDefinition*> types = typesOf(node);
  bool anything = types.empty();
  for (const Step& step : *steps) {
    if (follow(step, types, anything)) continue;
    faults.error(IssueType::notFound, *path,
                 "The path leads nowhere: the element has no '" + step.name + "' of that kind by R4.");
    return std::nullopt;
  }
  made.path = *std::move(steps);
  return made;
}

class Criteria {
 public:
  Criteria(const std::vector<const Element*>& definitions, LoadFaults& faults)
      : definitions_(definitions), faults_(faults) {}

  void read(Node& node) {
    for (const auto& child : node.children) read(*child);
    if (!node.slicing) return;
    for (const auto& slice : node.slicing->slices) {
      bool any = false;
      for (const Discriminator& each : node.slicing->discriminators) {
        slice->criteria.push_back(criterion(*slice, each));
        const Criterion& made = slice->criteria.back();
        any = any || !made.destinations.empty() || !made.extensionUrl.empty();
      }
      if (!any && !node.slicing->discriminators.empty() && slice->sliceName != "@default")
        faults_.error(
            IssueType::incomplete, *definitions_[slice->position],
            "Nothing says what is in this slice: it has no fixed value, pattern, required binding, type "
            "or profile where the discriminators point to. Add one.");
      read(*slice);
    }
  }

 private:
  static Criterion criterion(const Node& slice, const Discriminator& discriminator) {
    Criterion made;
    const bool isUrl = discriminator.path.size() == 1 && discriminator.path[0].name == "url";
    if (isUrl && slice.types.size() == 1 && slice.types[0].profiles.size() == 1 && slice.types[0].type &&
        slice.types[0].type->name == "Extension") {
      const Canonical canonical = canonicalOf(slice.types[0].profiles[0]);
      if (canonical.fragment.empty()) {
        made.extensionUrl = canonical.url;
        return made;
      }
    }
    locate(slice, discriminator, 0, made.destinations);
    std::erase_if(made.destinations, [&](const Destination& each) {
      return each.node && !says(*each.node, discriminator.kind);
    });
    return made;
  }

  static void locate(const Node& from, const Discriminator& discriminator, std::size_t at,
                     std::vector<Destination>& found) {
    if (at == discriminator.path.size()) {
      found.push_back({&from, {}, {}});
      return;
    }
    const Step& step = discriminator.path[at];
    const std::vector<Step> rest(discriminator.path.begin() + static_cast<std::ptrdiff_t>(at),
                                 discriminator.path.end());
    switch (step.kind) {
      case Step::Kind::member:
        if (const Node* child = from.child(step.name)) {
          locateBoth(*child, discriminator, at + 1, found);
        } else {
          for (const TypeRule& rule : from.types)
            for (const std::string& profile : rule.profiles) found.push_back({nullptr, profile, rest});
        }
        break;
      case Step::Kind::ofType:
        locateBoth(from, discriminator, at + 1, found);
        break;
      case Step::Kind::extension:
        locateExtension(from, discriminator, at, found);
        break;
      case Step::Kind::resolve:
        for (const TypeRule& rule : from.types)
          for (const std::string& target : rule.targets)
            found.push_back({nullptr, target, {rest.begin() + 1, rest.end()}});
        break;
    }
  }

  // Of an element that is sliced, its slices too.
  static void locateBoth(const Node& node, const Discriminator& discriminator, std::size_t at,
                         std::vector<Destination>& found) {
    locate(node, discriminator, at, found);
    if (!node.slicing || at == discriminator.path.size()) return;
    for (const auto& slice : node.slicing->slices) locate(*slice, discriminator, at, found);
  }

  static void locateExtension(const Node& from, const Discriminator& discriminator, std::size_t at,
                              std::vector<Destination>& found) {
    const Node* extensions = from.child("extension");
    if (!extensions || !extensions->slicing) return;
    for (const auto& slice : extensions->slicing->slices) {
      const Node* url = slice->child("url");
      const bool isFixed = url && url->fixed && url->fixed->text == discriminator.path[at].name;
      const bool isOfProfile =
          std::any_of(slice->types.begin(), slice->types.end(), [&](const TypeRule& rule) {
            return std::any_of(rule.profiles.begin(), rule.profiles.end(), [&](const std::string& profile) {
              return canonicalOf(profile).url == discriminator.path[at].name;
            });
          });
      if (isFixed || isOfProfile) locate(*slice, discriminator, at + 1, found);
    }
  }

  static bool says(const Node& node, Kind kind) {
    switch (kind) {
      case Kind::exists:
        return node.min > 0 || node.max == 0;
      case Kind::value:
        return node.max == 0 || saysValue(node);
      case Kind::type:
        return !node.types.empty();
      case Kind::profile:
        return std::any_of(node.types.begin(), node.types.end(),
                           [](const TypeRule& rule) { return !rule.profiles.empty() || rule.type; });
    }
    return false;
  }

  const std::vector<const Element*>& definitions_;
  LoadFaults& faults_;
};

}  // namespace

bool saysValue(const Node& node) {
  if (node.fixed || node.pattern || node.binding.strength == BindingStrength::required) return true;
  if (std::any_of(node.types.begin(), node.types.end(),
                  [](const TypeRule& rule) { return !rule.profiles.empty(); }))
    return true;
  if (std::any_of(node.children.begin(), node.children.end(),
                  [](const auto& each) { return saysValue(*each); }))
    return true;
  return node.slicing && std::any_of(node.slicing->slices.begin(), node.slicing->slices.end(),
                                     [](const auto& each) { return each->min > 0 && saysValue(*each); });
}

std::unique_ptr<Slicing> readSlicing(const Element& slicing, const Node& node, LoadFaults& faults) {
  auto made = std::make_unique<Slicing>();
  const std::string_view rules = slicing.childText("rules");
  made->rules = rules == "closed"      ? Slicing::Rules::closed
                : rules == "openAtEnd" ? Slicing::Rules::openAtEnd
                                       : Slicing::Rules::open;
  made->ordered = slicing.childText("ordered") == "true";
  for (const Element* each = slicing.child("discriminator"); each; each = each->nextSame())
    if (auto discriminator = discriminatorOf(*each, node, faults))
      made->discriminators.push_back(*std::move(discriminator));
  return made;
}

std::unique_ptr<Slicing> impliedSlicing(Discriminator::Kind kind, std::string_view member) {
  auto made = std::make_unique<Slicing>();
  Discriminator& discriminator = made->discriminators.emplace_back();
  discriminator.kind = kind;
  if (!member.empty()) discriminator.path.push_back({Step::Kind::member, std::string(member)});
  return made;
}

void readCriteria(Node& root, const std::vector<const Element*>& definitions, LoadFaults& faults) {
  Criteria(definitions, faults).read(root);
}

}  // namespace fhir::profiles
