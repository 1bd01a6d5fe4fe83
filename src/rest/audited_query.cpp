#include "src/rest/audited_query.h"

#include <algorithm>
#include <array>

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

// By the parameter that is compared in the end: of subject:Patient.phone it is phone. A parameter of a site's
// own is asked of all types.
bool isEncrypted(const store::Store& store, const Target& target, std::string_view name) {
  const auto last = name.find_last_of(".:");
  if (last != std::string_view::npos && name[last] == ':' && name.find('.', last) == std::string_view::npos) {
    const std::string_view before = name.substr(0, last);
    if (!before.starts_with("_has")) name = before;
  }
  name = name.substr(std::min(name.find_last_of(".:") + 1, name.size()));
  static constexpr std::array<std::string_view, 6> always{"phone",    "email", "telecom",
                                                          "_content", "_text", "_filter"};
  if (std::find(always.begin(), always.end(), name) != always.end()) return true;
  if (target.type == nullptr) return false;
  const fhir::SearchParameter* parameter = store.catalog().find(*target.type, name);
  return parameter != nullptr && store::isBlind(*parameter);
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
    if (isEncrypted(store, target, name)) {
      out.append(one.substr(0, one.find('='))).append("=").append(hashed(store, value));
    } else {
      out += one;
    }
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
