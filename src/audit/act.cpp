#include "src/audit/act.h"

#include <algorithm>
#include <array>

#include "src/platform/uuid.h"
#include "src/store/mapping/json_slice.h"

namespace audit {
namespace {

struct Member {
  std::string_view name;
  std::string_view Act::*place;
};
constexpr std::array kMembers{
    Member{"person", &Act::person},   Member{"personType", &Act::personType},
    Member{"client", &Act::client},   Member{"address", &Act::address},
    Member{"type", &Act::type},       Member{"interaction", &Act::interaction},
    Member{"outcome", &Act::outcome}, Member{"purpose", &Act::purpose},
};

// None of these is ever written with an escape.
std::string_view contentOf(std::string_view json) noexcept {
  return json.size() < 2 || json.front() != '"' ? std::string_view() : json.substr(1, json.size() - 2);
}

// Whoever may add to the trail may write there what he likes.
std::string_view keyOrNone(std::string_view text) {
  return platform::Uuid::parse(text) ? text : std::string_view();
}

void addKey(std::string_view text, std::vector<std::string_view>& out) {
  if (const std::string_view key = keyOrNone(text); !key.empty()) out.push_back(key);
}

}  // namespace

Act actOf(std::string_view line) {
  Act out;
  for (store::mapping::JsonWalk walk(line); walk.isObject() && walk.next();) {
    const auto* const member = std::find_if(kMembers.begin(), kMembers.end(),
                                            [&](const Member& each) { return each.name == walk.rawKey(); });
    if (member != kMembers.end()) {
      out.*member->place = contentOf(walk.value());
    } else if (walk.rawKey() == "patients") {
      for (store::mapping::JsonWalk items(walk.value()); items.isArray() && items.next();)
        addKey(contentOf(items.value()), out.patients);
    }
  }
  out.person = keyOrNone(out.person);
  return out;
}

std::vector<std::string_view> keysIn(std::string_view array) {
  std::vector<std::string_view> out;
  if (array.size() < 2) return out;
  array = array.substr(1, array.size() - 2);
  while (!array.empty()) {
    const auto end = std::min(array.find(','), array.size());
    addKey(array.substr(0, end), out);
    array.remove_prefix(std::min(end + 1, array.size()));
  }
  return out;
}

}  // namespace audit
