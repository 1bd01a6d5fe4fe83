#include "src/rest/audited_query.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "src/http/target.h"
#include "src/keys/keyring.h"
#include "src/rest/format.h"
#include "src/store/sealing.h"

namespace rest {
namespace {

constexpr std::size_t kLongestQuery = 4000;  // bytes

bool isSearch(const Target& target) noexcept {
  return target.interaction == Interaction::searchType || target.interaction == Interaction::searchSystem;
}

std::string queryOf(const http::Request& request, const Target& target) {
  const auto mark = std::min(request.target.find('?'), request.target.size());
  std::string query = request.target.substr(std::min(mark + 1, request.target.size()));
  const auto add = [&](std::string_view more) {
    if (!query.empty() && !more.empty()) query += '&';
    query += more.substr(0, kLongestQuery);
  };
  if (isSearch(target) && request.method == "POST" && checkFormType(request)) add(request.body);
  if (target.interaction == Interaction::create) {
    if (const std::string* condition = request.header("If-None-Exist")) add(*condition);
  }
  return query;
}

// What asks nothing about what a resource says.
constexpr std::array<std::string_view, 22> kControls{
    "_count",      "_sort",        "_total",  "_summary", "_elements",  "_include",
    "_revinclude", "_format",      "_pretty", "_cursor",  "_contained", "_containedType",
    "_since",      "_lastUpdated", "_id",     "_type",    "_list",      "_tag",
    "_profile",    "_security",    "_at",     "_source"};

bool isOneOf(std::string_view name, const auto& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

enum class Kind : std::uint8_t { clear, hashed, unknown };

// How the database has what a search parameter of the name is compared with, in the type or in any.
Kind kindOf(const store::Store& store, const fhir::TypeDefinition* type, std::string_view name) {
  const fhir::TypeDefinition* const one[] = {type};
  Kind out = Kind::unknown;
  for (const fhir::TypeDefinition* each : type != nullptr ? std::span(one) : fhir::resourceTypes()) {
    const fhir::SearchParameter* parameter = store.catalog().find(*each, name);
    if (parameter == nullptr) continue;
    if (store::isHashed(*parameter)) return Kind::hashed;
    out = Kind::clear;
  }
  return out;
}

// What is compared in the end counts: of subject:Patient.phone and _has:Observation:patient:code it is the
// last part. Of a name that is no parameter's, misspelt perhaps, nobody knows what its value is.
Kind kindOf(const store::Store& store, const Target& target, std::string_view name) {
  const std::string_view plain = name.substr(0, name.find(':'));
  if (isOneOf(plain, kControls)) return Kind::clear;
  if (plain == "_filter") return Kind::hashed;
  const bool isChain = name.find('.') != std::string_view::npos || plain == "_has";
  if (!isChain) return kindOf(store, target.type, plain);
  std::string_view asked = name.substr(name.find_last_of(plain == "_has" ? ".:" : ".") + 1);
  asked = asked.substr(0, asked.find(':'));
  const auto isOfName = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == ':' || c == '-' || c == '_';
  };
  if (!std::all_of(name.begin(), name.end(), isOfName)) return Kind::unknown;
  return kindOf(store, nullptr, asked);
}

std::string hashed(const store::Store& store, std::string_view value) {
  const auto blinds = store.keyring().blinds();
  return blinds && !(*blinds)->empty() ? store::hashedValue(*(*blinds)->front(), value) : "~";
}

std::string hidden(const store::Store& store, const Target& target, std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(one.size() + 1, query.size()));
    if (!out.empty()) out += '&';
    const auto parsed = http::parseParameters(one);
    // What is no parameter may be anything.
    if (!parsed || parsed->size() != 1) {
      out += one.empty() ? std::string() : "~";
      continue;
    }
    const auto& [name, value] = parsed->front();
    const Kind kind = kindOf(store, target, name);
    if (kind == Kind::clear) {
      out += one;
      continue;
    }
    // A name that is none may be anything, too.
    out.append(kind == Kind::hashed ? one.substr(0, one.find('=')) : std::string_view("~"))
        .append("=")
        .append(hashed(store, value));
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  const auto isPlain = [](char c) { return c > ' ' && c <= '~'; };
  if (std::all_of(text.begin(), text.end(), isPlain)) return std::string(text);
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (isPlain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append(1, '%').append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
  }
  return out;
}

std::string auditedQuery(const store::Store& store, const http::Request& request, const Target& target) {
  std::string query = queryOf(request, target);
  if (!query.empty() && store.keyring().isOn()) query = hidden(store, target, query);
  query = printable(std::string_view(query).substr(0, kLongestQuery));
  if (query.size() > kLongestQuery) query.resize(kLongestQuery);
  return query;
}

}  // namespace rest
