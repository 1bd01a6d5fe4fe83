#include <array>

#include "src/rest/call.h"
#include "src/rest/operations/declared.h"

namespace rest {
namespace {

constexpr std::array<std::string_view, 3> kCapabilities{"mode", "_summary", "_elements"};
constexpr std::array<std::string_view, 2> kRead{"_summary", "_elements"};
constexpr std::array<std::string_view, 6> kHistory{"_since",  "_at",      "_count",
                                                   "_cursor", "_summary", "_elements"};
constexpr std::array<std::string_view, 2> kValidate{"mode", "profile"};

constexpr auto kExpand = operations::namesOf(operations::kExpand);
constexpr auto kValueSetValidateCode = operations::namesOf(operations::kValueSetValidateCode);
constexpr auto kLookup = operations::namesOf(operations::kLookup);
constexpr auto kCodeSystemValidateCode = operations::namesOf(operations::kCodeSystemValidateCode);
constexpr auto kSearchParameterStatus = operations::namesOf(operations::kSearchParameterStatus);
constexpr auto kSubsumes = operations::namesOf(operations::kSubsumes);
constexpr auto kEverything = operations::namesOf(operations::kEverything);
constexpr auto kMatch = operations::namesOf(operations::kMatch);
constexpr auto kBreakGlass = operations::namesOf(operations::kBreakGlass);
constexpr auto kMetaChange = operations::namesOf(operations::kMetaChange);

constexpr std::array kRegistered{
    Registered{Interaction::capabilities, Level::server, "", kCapabilities, capabilities},
    Registered{Interaction::read, Level::resource, "r", kRead, read},
    Registered{Interaction::vread, Level::resource, "r", kRead, vread},
    Registered{Interaction::create, Level::resource, "c", {}, create},
    Registered{Interaction::update, Level::resource, "u", {}, update},
    Registered{Interaction::patch, Level::resource, "ru", {}, patch},
    Registered{Interaction::remove, Level::resource, "d", {}, remove},
    Registered{Interaction::searchType, Level::resource, "s", {}, search},
    Registered{Interaction::searchSystem, Level::system, "s", {}, search},
    Registered{Interaction::historyInstance, Level::resource, "r", kHistory, history},
    Registered{Interaction::historyType, Level::resource, "rs", kHistory, history},
    Registered{Interaction::historySystem, Level::system, "rs", kHistory, history},
    Registered{Interaction::batch, Level::system, "", {}, bundle},
    Registered{Interaction::transaction, Level::system, "", {}, bundle},
    Registered{Interaction::validate, Level::operation, "", kValidate, validate},
    Registered{Interaction::expand, Level::operation, "r", kExpand, expand, "ValueSet"},
    Registered{Interaction::validateCodeInValueSet, Level::operation, "r", kValueSetValidateCode,
               validateCodeInValueSet, "ValueSet"},
    Registered{Interaction::lookup, Level::operation, "r", kLookup, lookup, "CodeSystem"},
    Registered{Interaction::validateCodeInCodeSystem, Level::operation, "r", kCodeSystemValidateCode,
               validateCodeInCodeSystem, "CodeSystem"},
    Registered{Interaction::subsumes, Level::operation, "r", kSubsumes, subsumes, "CodeSystem"},
    Registered{Interaction::searchParameterStatus, Level::operation, "s", kSearchParameterStatus,
               searchParameterStatus, "SearchParameter",
               "http://healthvillage.example/fhir/OperationDefinition/"},
    Registered{Interaction::meta, Level::systemOperation, "r", {}, meta},
    Registered{Interaction::metaAdd, Level::operation, "ru", kMetaChange, metaAdd},
    Registered{Interaction::metaDelete, Level::operation, "ru", kMetaChange, metaDelete},
    Registered{Interaction::lastn, Level::operation, "s", {}, lastn, "Observation"},
    Registered{Interaction::everything, Level::operation, "rs", kEverything, everything, "Patient"},
    Registered{Interaction::match, Level::operation, "s", kMatch, match, "Patient"},
    Registered{Interaction::breakGlass, Level::operation, "", kBreakGlass, breakGlass, "Patient",
               "http://healthvillage.example/fhir/OperationDefinition/"},
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
