#include "src/rest/operations/care_dates.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace rest::operations {
namespace {

struct Entry {
  std::string_view type, begin, end;
};

// Sorted by type. What is not here (Patient, Coverage, Group ...) is of no date of care.
constexpr std::array kDates{
    Entry{"Account", "period", "period"},
    Entry{"AdverseEvent", "date", "date"},
    Entry{"AllergyIntolerance", "onset", ""},
    Entry{"Appointment", "date", "date"},
    Entry{"CarePlan", "date", "date"},
    Entry{"CareTeam", "date", "date"},
    Entry{"ChargeItem", "occurrence", "occurrence"},
    Entry{"Claim", "created", "created"},
    Entry{"ClaimResponse", "created", "created"},
    Entry{"ClinicalImpression", "date", "date"},
    Entry{"Communication", "sent", "sent"},
    Entry{"CommunicationRequest", "occurrence", "occurrence"},
    Entry{"Composition", "date", "date"},
    Entry{"Condition", "onset-date", "abatement-date"},
    Entry{"DetectedIssue", "identified", "identified"},
    Entry{"DeviceRequest", "event-date", "event-date"},
    Entry{"DiagnosticReport", "date", "date"},
    Entry{"DocumentReference", "date", "date"},
    Entry{"Encounter", "date", "date"},
    Entry{"EpisodeOfCare", "date", "date"},
    Entry{"ExplanationOfBenefit", "created", "created"},
    Entry{"Flag", "date", "date"},
    Entry{"Goal", "start-date", ""},
    Entry{"ImagingStudy", "started", "started"},
    Entry{"Immunization", "date", "date"},
    Entry{"Invoice", "date", "date"},
    Entry{"Media", "created", "created"},
    Entry{"MedicationAdministration", "effective-time", "effective-time"},
    Entry{"MedicationDispense", "whenhandedover", "whenhandedover"},
    Entry{"MedicationRequest", "authoredon", "authoredon"},
    Entry{"MedicationStatement", "effective", "effective"},
    Entry{"NutritionOrder", "datetime", "datetime"},
    Entry{"Observation", "date", "date"},
    Entry{"Procedure", "date", "date"},
    Entry{"QuestionnaireResponse", "authored", "authored"},
    Entry{"RequestGroup", "authored", "authored"},
    Entry{"RiskAssessment", "date", "date"},
    Entry{"ServiceRequest", "occurrence", "occurrence"},
    Entry{"Specimen", "collected", "collected"},
    Entry{"VisionPrescription", "datewritten", "datewritten"},
};

const fhir::SearchParameter* dateOf(const fhir::TypeDefinition& type, std::string_view code,
                                    const fhir::search::Catalog& catalog) {
  const auto* found = code.empty() ? nullptr : fhir::findSearchParameter(type, code);
  return found != nullptr && catalog.supports(type, *found) ? found : nullptr;
}

}  // namespace

CareDates careDates(const fhir::TypeDefinition& type, const fhir::search::Catalog& catalog) {
  const auto found =
      std::find_if(kDates.begin(), kDates.end(), [&](const Entry& each) { return each.type == type.name; });
  if (found == kDates.end()) return {};
  return {dateOf(type, found->begin, catalog), dateOf(type, found->end, catalog)};
}

}  // namespace rest::operations
