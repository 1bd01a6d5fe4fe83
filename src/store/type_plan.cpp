#include "src/store/type_plan.h"

#include <charconv>

#include "src/store/key.h"
#include "src/store/sealing.h"

namespace store {
namespace {

constexpr std::string_view kEnvelope = "r.id::text, r.fhir_id, r.version_id, r.updated_at, r.is_deleted";

// A foreign key is selected as the id its target has in FHIR.
std::string selected(const MappedColumn& column) {
  if (column.targetTable.empty()) return "r." + column.name + "::text";
  return "coalesce((SELECT t.fhir_id FROM fhir.ids_of_" + column.targetTable + " t WHERE t.id = r." +
         column.name + "), r." + column.name + "::text)";
}

StoredResource unreadable(StoredResource resource, const fhir::Outcome& why) {
  resource.unreadable = std::make_shared<const fhir::Outcome>(why);
  return resource;
}

}  // namespace

std::string quoteLiteral(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

TypePlan::TypePlan(const fhir::TypeDefinition& type, const Mapping* mapping, keys::Keyring& keyring)
    : type_(&type), mapping_(mapping), keyring_(&keyring) {
  genericColumns_ =
      std::string("SELECT ") + std::string(kEnvelope) + ", true, r.fhir_residual::text, r.patient_keys::text";
  const std::string typed = " WHERE r.resource_type = " + quoteLiteral(type.name);
  fromGeneric_ = " FROM fhir.resource r" + typed;
  fromGenericHistory_ = " FROM history.resource r" + typed;
  const std::string byKey = " AND r.id = ?::uuid";
  const std::string typedPlace = " n WHERE n.resource_type = " + quoteLiteral(type.name);
  if (mapping == nullptr) {
    readFirst_ = genericColumns_ + fromGeneric_ + byKey;
    places_ = {" FROM fhir.resource" + typedPlace, " FROM history.resource" + typedPlace};
    return;
  }

  table_ = "public." + std::string(mapping->table());
  mappedColumns_ = std::string("SELECT ") + std::string(kEnvelope) + ", false, r.fhir_residual::text";
  const std::string& patient = mapping->persons().patient;
  mappedColumns_ += patient.empty() ? ", NULL::text" : ", r." + patient + "::text";
  for (const MappedColumn& column : mapping->columns()) {
    mappedColumns_ += ", " + selected(column);
    genericColumns_ += ", NULL::text";
  }
  std::string constants = " WHERE true";
  std::string placeConstants = " n WHERE true";
  std::string ofOtherTypes;
  for (const auto& [column, value] : mapping->constants()) {
    const std::string equals = column + " = " + quoteLiteral(value);
    constants += " AND r." + equals;
    placeConstants += " AND n." + equals;
    ofOtherTypes += (ofOtherTypes.empty() ? "n." : " OR n.") + column + " <> " + quoteLiteral(value);
  }
  fromMapped_ = " FROM " + table_ + " r" + constants;
  fromMappedHistory_ = " FROM history." + std::string(mapping->table()) + " r" + constants;
  places_ = {" FROM " + table_ + placeConstants,
             " FROM history." + std::string(mapping->table()) + placeConstants,
             " FROM fhir.resource" + typedPlace, " FROM history.resource" + typedPlace};
  if (!ofOtherTypes.empty()) otherTypes_ = " FROM " + table_ + " n WHERE (" + ofOtherTypes + ")";
  readFirst_ = mappedColumns_ + fromMapped_ + byKey;
  readBoth_ = readFirst_ + " UNION ALL " + genericColumns_ + fromGeneric_ + byKey;
}

StoredResource TypePlan::decode(const Rows& rows, std::size_t row, std::size_t offset) const {
  StoredResource out;
  out.type = type_;
  const std::string_view fhirId = rows.text(row, offset + Column::fhirId);
  out.id = fhirId.empty() ? rows.text(row, offset + Column::id) : fhirId;
  out.versionId = static_cast<VersionId>(rows.number(row, offset + Column::versionId));
  out.lastUpdated = instantFromSql(rows.text(row, offset + Column::updatedAt));
  out.deleted = rows.flag(row, offset + Column::isDeleted);
  out.patients = rows.text(row, offset + Column::patients);
  if (out.deleted) return out;

  const Envelope envelope{out.id, rows.text(row, offset + Column::versionId), out.lastUpdated};
  const std::string_view key = rows.text(row, offset + Column::id);
  std::string_view residual = rows.text(row, offset + Column::residual);
  Opening opening(*keyring_);
  out.json.reserve(residual.size() + 512);
  if (mapping_ == nullptr || rows.flag(row, offset + Column::isGeneric)) {
    residual = opening.whole(*type_, key, residual);
    if (opening.failure()) return unreadable(std::move(out), *opening.failure());
    decodeWhole(*type_, residual, envelope, out.json);
    return out;
  }
  residual = residual.empty() ? "{}" : opening.residual(*mapping_, key, residual);
  const auto columns = mapping_->columns();
  std::vector<std::optional<std::string_view>> values(columns.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = rows.value(row, offset + Column::firstMapped + i);
    if (columns[i].encrypted && values[i]) values[i] = opening.column(*mapping_, columns[i], key, *values[i]);
  }
  if (opening.failure()) return unreadable(std::move(out), *opening.failure());
  mapping_->decode(values, residual, envelope, out.json);
  return out;
}

}  // namespace store
