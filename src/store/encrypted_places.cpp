#include "src/store/encrypted_places.h"

#include "src/store/sealing.h"

namespace store {
namespace {

using Form = EncryptedColumn::Form;

void addBoth(std::vector<EncryptedPlace>& out, EncryptedPlace current, const std::string& history) {
  EncryptedPlace former = current;
  former.table = "history." + former.bound;
  if (former.bound == kGenericTable) former.table = "history.resource";
  former.name += " (history)";
  former.where = history;
  former.isHistory = true;
  out.push_back(std::move(current));
  out.push_back(std::move(former));
}

void addMapped(std::vector<EncryptedPlace>& out, const TypePlan& plan) {
  EncryptedPlace place;
  place.name = plan.name();
  place.bound = plan.mapping()->table();
  place.table = plan.table();
  place.where = plan.fromMapped();
  place.of = plan.name();
  place.plan = &plan;
  place.columns.push_back({"fhir_residual", Form::object, nullptr});
  for (const MappedColumn& column : plan.mapping()->columns()) {
    if (column.encrypted)
      place.columns.push_back({column.name, column.sqlType == "json" ? Form::list : Form::text, &column});
  }
  if (place.bound == "ehr_observations" || place.bound == "prescription_medications")
    place.columns.push_back({"item_residual", Form::item, nullptr});
  addBoth(out, std::move(place), plan.fromMappedHistory());
}

// The JSON that says what items say, and what has no resource.
void addPlatforms(std::vector<EncryptedPlace>& out) {
  EncryptedPlace records;
  records.name = records.bound = records.of = "electronic_health_records";
  records.table = "public.electronic_health_records";
  records.parent = EncryptedPlace::Parent::record;
  records.columns.push_back({"content", Form::text, nullptr});
  const std::string kinds = " r WHERE r.record_type IN ('vital', 'lab')";
  records.where = " FROM public.electronic_health_records" + kinds;
  addBoth(out, std::move(records), " FROM history.electronic_health_records" + kinds);

  EncryptedPlace prescriptions;
  prescriptions.name = prescriptions.bound = prescriptions.of = "prescriptions";
  prescriptions.table = "public.prescriptions";
  prescriptions.parent = EncryptedPlace::Parent::prescription;
  prescriptions.columns.push_back({"medications", Form::list, nullptr});
  prescriptions.where = " FROM public.prescriptions r WHERE true";
  addBoth(out, std::move(prescriptions), " FROM history.prescriptions r WHERE true");

  EncryptedPlace notifications;
  notifications.name = notifications.bound = notifications.of = "notifications";
  notifications.table = "public.notifications";
  notifications.where = " FROM public.notifications r WHERE true";
  notifications.hasVersions = false;
  notifications.columns.push_back({"body", Form::text, nullptr});
  out.push_back(std::move(notifications));
}

}  // namespace

std::vector<EncryptedPlace> encryptedPlaces(const Registry& registry) {
  std::vector<EncryptedPlace> out;
  for (const TypePlan* plan : registry.plans()) {
    if (plan->mapping() != nullptr) addMapped(out, *plan);
  }
  EncryptedPlace generic;
  generic.name = generic.bound = generic.table = kGenericTable;
  generic.where = " FROM fhir.resource r WHERE true";
  generic.columns.push_back({"fhir_residual", Form::document, nullptr});
  addBoth(out, std::move(generic), " FROM history.resource r WHERE true");
  addPlatforms(out);
  return out;
}

}  // namespace store
