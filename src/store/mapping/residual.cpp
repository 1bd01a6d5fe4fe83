#include "src/store/mapping/residual.h"

#include <algorithm>

#include "fhir/json/json.h"
#include "src/store/mapping/converter.h"
#include "src/store/mapping/json_slice.h"

namespace store::mapping {

namespace {

constexpr std::uint16_t lastOrder = 0xFFFF;

// The members of an object's text, without its braces.
std::string_view inner(std::string_view object) noexcept {
  const std::size_t open = object.find('{');
  const std::size_t close = object.rfind('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  object = object.substr(open + 1, close - open - 1);
  const std::size_t first = object.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return object.substr(first, object.find_last_not_of(" \t\r\n") + 1 - first);
}

}  // namespace

std::string fingerprint(std::string_view text) {
  if (text.empty()) return {};
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, 64 bits
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  static constexpr char digits[] = "0123456789abcdefghijklmnopqrstuv";
  std::string out(13, '0');
  for (char& digit : out) {
    digit = digits[hash & 31];
    hash >>= 5;
  }
  return out;
}

ResidualView::ResidualView(std::string_view json, const fhir::TypeDefinition& type) {
  members_.reserve(24);
  bool sorted = true;
  for (JsonWalk walk(json); walk.isObject() && walk.next();) {
    const std::string_view name = walk.rawKey();
    if (name == basisName) {
      for (JsonWalk each(walk.value()); each.isObject() && each.next();) {
        if (each.value().size() < 2) continue;
        basis_.push_back({each.rawKey(), each.value().substr(1, each.value().size() - 2)});
      }
    } else if (name == "meta") {
      meta_ = walk.value();
    } else {
      const fhir::Property* property = type.find(name.starts_with('_') ? name.substr(1) : name);
      const std::uint16_t order = property == nullptr ? lastOrder : property->element->order;
      if (!members_.empty() && members_.back().order > order) sorted = false;
      members_.push_back({order, property == nullptr ? nullptr : property->element, name, walk.value()});
    }
  }
  if (!sorted) {
    std::stable_sort(members_.begin(), members_.end(),
                     [](const auto& a, const auto& b) { return a.order < b.order; });
  }
}

std::string_view ResidualView::basis(std::string_view elementName) const noexcept {
  const auto found = std::find_if(basis_.begin(), basis_.end(),
                                  [&](const Basis& basis) { return basis.name == elementName; });
  return found == basis_.end() ? std::string_view{} : found->fingerprint;
}

void appendEnvelope(const fhir::TypeDefinition& type, const Envelope& envelope, std::string_view meta,
                    std::string& out) {
  out += R"({"resourceType":")";
  out += type.name;
  out += R"(","id":")";
  out += envelope.id;
  out += R"(","meta":{"versionId":")";
  out += envelope.versionId;
  out += R"(","lastUpdated":")";
  out += envelope.lastUpdated;
  out += '"';
  if (const std::string_view rest = inner(meta); !rest.empty()) {
    out += ',';
    out += rest;
  }
  out += '}';
}

void appendMember(const ResidualMember& member, std::string& out) {
  if (member.value == "null") return;
  appendKey(out, member.name);
  out += member.value;
}

void appendIdExtensions(const fhir::Element& id, std::string& out) {
  if (id.firstChild == nullptr) return;
  constexpr std::string_view name = "\"_id\":";
  std::string both;  // "id":"a","_id":{...}
  fhir::json::writeMember(*id.parent, id.name(), both);
  appendKey(out, "_id");
  out.append(both, both.find(name) + name.size());
}

void appendMeta(const fhir::Element& meta, std::string& out) {
  const std::size_t start = out.size();
  appendKey(out, "meta");
  out += '{';
  bool any = false;
  for (const fhir::Element* child = meta.firstChild; child != nullptr; child = child->next) {
    const std::string_view name = child->name();
    if (name == "versionId" || name == "lastUpdated") continue;
    if (meta.child(name) != child) continue;  // a later item: written with the first
    if (any) out += ',';
    any |= fhir::json::writeMember(meta, name, out);
  }
  out += '}';
  if (!any) out.resize(start);
}

}  // namespace store::mapping
