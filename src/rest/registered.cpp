#include <array>

#include "src/rest/call.h"

namespace rest {
namespace {

constexpr std::array<std::string_view, 3> kCapabilities{"mode", "_summary", "_elements"};
constexpr std::array<std::string_view, 2> kRead{"_summary", "_elements"};
constexpr std::array<std::string_view, 6> kHistory{"_since",  "_at",      "_count",
                                                   "_cursor", "_summary", "_elements"};
constexpr std::array<std::string_view, 2> kValidate{"mode", "profile"};

constexpr std::array kRegistered{
    Registered{Interaction::capabilities, Level::server, kCapabilities, capabilities},
    Registered{Interaction::read, Level::resource, kRead, read},
    Registered{Interaction::vread, Level::resource, kRead, vread},
    Registered{Interaction::create, Level::resource, {}, create},
    Registered{Interaction::update, Level::resource, {}, update},
    Registered{Interaction::patch, Level::resource, {}, patch},
    Registered{Interaction::remove, Level::resource, {}, remove},
    Registered{Interaction::searchType, Level::resource, {}, searchType},
    Registered{Interaction::historyInstance, Level::resource, kHistory, history},
    Registered{Interaction::historyType, Level::resource, kHistory, history},
    Registered{Interaction::historySystem, Level::system, kHistory, history},
    Registered{Interaction::validate, Level::operation, kValidate, validate},
};

constexpr bool isInOrder() {
  for (std::size_t i = 0; i < kRegistered.size(); ++i) {
    if (static_cast<std::size_t>(kRegistered[i].interaction) != i) return false;
  }
  return true;
}
static_assert(isInOrder());

}  // namespace

std::span<const Registered> registered() noexcept {
  return kRegistered;
}

}  // namespace rest
