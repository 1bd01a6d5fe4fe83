#include "tests/store/plans/data.h"

#include <fmt/format.h>

#include <algorithm>

#include "fhir/search/canonical_quantity.h"
#include "fhir/search/composite.h"
#include "fhir/search/words.h"

namespace plans {
namespace {

using fhir::SearchParameter;
using fhir::SearchParameterType;

bool isMapped(std::string_view type) {
  return std::find(mappedTypes.begin(), mappedTypes.end(), type) != mappedTypes.end();
}

// One row in 100 of a mapped type is wholly indexed; as many again as a tenth of them stand in the generic
// store.
constexpr std::string_view platformRows = R"(
SET session_replication_role = replica;
CREATE FUNCTION public.nth(type text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS 'SELECT md5(type || n)::uuid';
INSERT INTO doctor_profile (id, full_name, registration_number, fhir_indexed_whole)
  SELECT nth('Practitioner', n), 'Doctor Name' || n, 'R' || n, n % 100 = 0 FROM generate_series(1, {doctors}) n;
INSERT INTO doctor_roles (id, doctor_id, ordinal, location, fhir_indexed_whole)
  SELECT nth('PractitionerRole', n), nth('Practitioner', n), 1, 'Place ' || n, n % 100 = 0 FROM generate_series(1, {doctors}) n;
INSERT INTO patient_profile (id, full_name, dob, gender, contact_number, fhir_indexed_whole)
  SELECT nth('Patient', n), 'Given' || n % 300 || ' Name' || n % 2000, date '2024-12-31' - (n * 37 % 36500)::integer,
         (CASE WHEN n % 997 = 0 THEN 'unknown' WHEN n % 2 = 0 THEN 'male' ELSE 'female' END)::gender, '+1' || n, n % 100 = 0
    FROM generate_series(1, {patients}) n;
INSERT INTO appointments (id, patient_id, doctor_id, scheduled_start, scheduled_end, status, fhir_indexed_whole)
  SELECT nth('Appointment', n), nth('Patient', n % {patients} + 1), nth('Practitioner', n % {doctors} + 1), t, t + interval '1 hour',
         (CASE WHEN n % 997 = 0 THEN 'no_show' WHEN n % 3 = 0 THEN 'confirmed' ELSE 'completed' END)::appointment_status, n % 100 = 0
    FROM generate_series(1, {visits}) n, LATERAL (SELECT timestamptz '2015-01-01 00:00Z' + n * 37 % 3650 * interval '1 day' AS t) d;
INSERT INTO electronic_health_records (id, patient_id, author_id, record_type, content, created_at, fhir_indexed_whole)
  SELECT nth(r.name, n), nth('Patient', n % {patients} + 1), nth('Practitioner', n % {doctors} + 1), r.type::record_type, 'words',
         timestamptz '2015-01-01 00:00Z' + n * 37 % 3650 * interval '1 day', n % 100 = 0
    FROM (VALUES ('record', 'vital', {visits}), ('DocumentReference', 'note', {documents}), ('DiagnosticReport', 'imaging', {documents})) r (name, type, most),
         generate_series(1, r.most) n;
INSERT INTO ehr_observations (id, record_id, ordinal, patient_id, author_id, record_type, status, code_system, code, effective_at, value_number,
                              value_unit, value_unit_code, value_code_system, value_code, fhir_indexed_whole)
  SELECT nth('Observation', n), nth('record', n % {visits} + 1), n / {visits} + 1, nth('Patient', n % {patients} + 1),
         nth('Practitioner', n % {doctors} + 1), (CASE WHEN n % 3 = 0 THEN 'lab' ELSE 'vital' END)::record_type,
         CASE WHEN n % 997 = 0 THEN 'entered-in-error' ELSE 'final' END, 'http://acme.example/s', 'c' || n % 500,
         timestamptz '2015-01-01 00:00Z' + n * 37 % 3650 * interval '1 day', CASE WHEN n % 4 > 0 THEN n % 5000 / 10.0 END,
         CASE WHEN n % 4 > 0 THEN 'mg' END, CASE WHEN n % 4 > 0 THEN 'mg' END, CASE WHEN n % 4 = 0 THEN 'http://acme.example/s' END,
         CASE WHEN n % 4 = 0 THEN 'c' || n % 500 END, n % 100 = 0
    FROM generate_series(1, {observations}) n;
INSERT INTO prescriptions (id, patient_id, doctor_id, medications)
  SELECT nth('prescription', n), nth('Patient', n % {patients} + 1), nth('Practitioner', n % {doctors} + 1), '[{{}}]'
    FROM generate_series(1, {visits}) n;
INSERT INTO prescription_medications (id, prescription_id, ordinal, patient_id, doctor_id, issued_at, drug_name, drug_code_system, drug_code, status,
                                      intent, fhir_indexed_whole)
  SELECT nth('MedicationRequest', n), nth('prescription', n), 1, nth('Patient', n % {patients} + 1), nth('Practitioner', n % {doctors} + 1),
         timestamptz '2015-01-01 00:00Z' + n * 37 % 3650 * interval '1 day', 'Drug', 'http://acme.example/s', 'c' || n % 500,
         CASE WHEN n % 997 = 0 THEN 'stopped' ELSE 'active' END, CASE WHEN n % 997 = 0 THEN 'plan' ELSE 'order' END, n % 100 = 0
    FROM generate_series(1, {visits}) n;
)";

// The rows of the generic store; those of a mapped type are numbered after its table's.
std::string genericRows(std::string_view type, long from, long to) {
  return fmt::format(
      "INSERT INTO fhir.resource (resource_type, id, fhir_residual) SELECT '{0}', nth('{0}', n), "
      "'{{\"resourceType\": \"{0}\"}}' FROM generate_series({1}, {2}) n;",
      type, from, to);
}

std::string target(const SearchParameter& parameter) {
  const auto& targets = parameter.targets;
  if (targets.empty() || std::find(targets.begin(), targets.end(), "Patient") != targets.end())
    return "Patient";
  for (const std::string_view each : targets) {
    const bool known =
        isMapped(each) || std::find(genericTypes.begin(), genericTypes.end(), each) != genericTypes.end();
    if (known) return std::string(each);
  }
  return std::string(targets.front());
}

// The columns of the parameter's index table without parameter and key, and their values for the row n.
// `rare`: codes are a few, one of them rare; else many.
std::string valuesOf(const SearchParameter& parameter, bool fewCodes, long targets) {
  if (fhir::search::isFullText(parameter))
    return "fhir.idx_words (words, SELECT array_to_tsvector(ARRAY[p.id || '/word' || n % 2000, p.id || "
           "'/common']), ";
  switch (parameter.type) {
    case SearchParameterType::token:
      return std::string("fhir.idx_token (system, code, text_lower, type_system, type_code, type_value, ") +
             "SELECT 'http://acme.example/s', " +
             (fewCodes ? "CASE WHEN n % 997 = 0 THEN 'c7' ELSE 'm' || n % 3 END" : "'c' || n % 500") +
             ", 'word' || n % 500, NULL, NULL, NULL, ";
    case SearchParameterType::string:
      return "fhir.idx_string (value_norm, value, SELECT 'name' || n % 2000, 'Name' || n % 2000, ";
    case SearchParameterType::date:
      return "fhir.idx_date (low, high, SELECT d, d + interval '1 day', ";
    case SearchParameterType::reference:
      return fmt::format(
          "fhir.idx_reference (target_type, target_id, target_key, identifier_system, identifier_value, url, "
          "version, SELECT CASE WHEN n % 10 < 8 THEN '{0}' END, CASE WHEN n % 10 < 8 THEN nth('{0}', n % {1} "
          "+ 1)::text END, CASE WHEN n % 10 < 8 THEN nth('{0}', n % {1} + 1) END, CASE WHEN n % 10 = 8 THEN "
          "'http://acme.example/s' END, CASE WHEN n % 10 = 8 THEN 'c' || n % 500 END, CASE WHEN n % 10 = 9 "
          "THEN 'http://acme.example/u/' || n % 500 END, CASE WHEN n % 10 = 9 THEN '1' END, ",
          target(parameter), targets);
    case SearchParameterType::quantity: {
      const auto canonical =
          fhir::search::canonicalQuantity("http://unitsofmeasure.org", "mg", {"1", "0.5", "1.5"});
      return fmt::format(
          "fhir.idx_quantity (system, code, unit, value, low, high, canonical_unit, canonical_value, "
          "canonical_low, canonical_high, SELECT 'http://unitsofmeasure.org', 'mg', 'mg', v, v - 0.05, v + "
          "0.05, '{}', v * {}, v * {} - 0.00005, v * {} + 0.00005, ",
          canonical->unit, canonical->number.value, canonical->number.value, canonical->number.value);
    }
    case SearchParameterType::number:
      return "fhir.idx_number (value, low, high, SELECT v, v - 0.05, v + 0.05, ";
    case SearchParameterType::special:
      return "fhir.idx_position (latitude, longitude, SELECT n % 1700 / 10.0 - 85, n % 3500 / 10.0 - 175, ";
    default:
      return "fhir.idx_uri (value, SELECT 'http://acme.example/u/' || n % 500, ";
  }
}

std::string indexRows(std::string_view type, const std::string& code, const SearchParameter& parameter,
                      const std::string& numbers, bool isPart, long targets) {
  std::string values =
      valuesOf(parameter, code.size() % 2 == 0 && code.find("identifier") == std::string::npos, targets);
  const bool hasItem = isPart && parameter.type != SearchParameterType::uri;
  const std::size_t select = values.find("SELECT");
  const std::string columns = std::string(hasItem ? "item, " : "") + "parameter, key) ";
  return "INSERT INTO " + values.substr(0, select) + columns + values.substr(select) +
         (hasItem ? "1, " : "") +
         fmt::format(
             "p.id, nth('{0}', n) FROM fhir.parameter p, {2}, LATERAL (SELECT n % 5000 / 10.0 AS v, "
             "timestamptz '2015-01-01 00:00Z' + n * 37 % 3650 * interval '1 day' AS d) x "
             "WHERE p.resource_type = '{0}' AND p.code = '{1}';",
             type, code, numbers);
}

// Resources of the type within encounters, two in each, with the search values that the type's own rows of
// the generic store have.
std::string containedRows(std::string_view type, long from, long to, long encounters) {
  std::string sql = fmt::format(
      "INSERT INTO fhir.contained (resource_type, id, fhir_id, container_type, container_key) SELECT '{0}', "
      "nth('{0}', n), 'c' || n % 500, 'Encounter', nth('Encounter', n % {3} / 2 + 1) FROM "
      "generate_series({1}, {2}) n;",
      type, from, to, encounters);
  constexpr std::array<std::pair<const char*, const char*>, 8> tables{
      {{"token", "system, code, text_lower, type_system, type_code, type_value, item"},
       {"string", "value_norm, value, item"},
       {"date", "low, high, item"},
       {"reference",
        "target_type, target_id, target_key, identifier_system, identifier_value, url, version, item"},
       {"quantity",
        "system, code, unit, value, low, high, canonical_unit, canonical_value, canonical_low, "
        "canonical_high, item"},
       {"number", "value, low, high, item"},
       {"uri", "value"},
       {"position", "latitude, longitude"}}};
  for (const auto& [table, columns] : tables) {
    sql += fmt::format(
        "INSERT INTO fhir.idx_{0} (parameter, key, {1}) SELECT -i.parameter, i.key, {1} FROM fhir.idx_{0} i "
        "WHERE "
        "i.parameter IN (SELECT p.id FROM fhir.parameter p WHERE p.resource_type = '{2}') AND i.key IN "
        "(SELECT c.id "
        "FROM fhir.contained c WHERE c.resource_type = '{2}');",
        table, columns, type);
  }
  return sql;
}

}  // namespace

long numberOf(std::string_view type, long observations) {
  if (type == "Observation") return observations;
  if (type == "Appointment" || type == "MedicationRequest") return observations / 5;
  if (type == "Patient" || type == "DocumentReference" || type == "DiagnosticReport")
    return observations / 10;
  return observations / 20;
}

std::string keyOfNth(const support::TestDatabase& database, std::string_view type, long n) {
  return database.run(fmt::format("SELECT md5('{}{}')::uuid", type, n));
}

void fill(const support::TestDatabase& database, const store::Store& store, long observations) {
  database.run(fmt::format(fmt::runtime(platformRows), fmt::arg("observations", observations),
                           fmt::arg("patients", observations / 10), fmt::arg("doctors", observations / 20),
                           fmt::arg("visits", observations / 5), fmt::arg("documents", observations / 10)));
  // Built afterwards, an index costs a fraction.
  const std::string rebuild = database.run(
      "SELECT string_agg(indexdef, ';') FROM pg_indexes WHERE schemaname = 'fhir' AND tablename LIKE 'idx%'");
  std::string sql = "SET session_replication_role = replica;";
  sql += database.run(
             "SELECT string_agg('DROP INDEX fhir.' || indexname, ';') FROM pg_indexes WHERE schemaname = "
             "'fhir' AND tablename LIKE 'idx%'") +
         ";";
  const auto add = [&](std::string_view name) {
    const fhir::TypeDefinition& type = *fhir::findResourceType(name);
    const long number = numberOf(name, observations);
    const long from = isMapped(name) ? number + 1 : 1;
    const long to = isMapped(name) ? number + number / 10 : number;
    sql += genericRows(name, from, to);
    for (const store::DeclaredSearch& declared : store.searches(type)) {
      const SearchParameter& parameter = *declared.parameter;
      // Of a table's rows a fifth has a value that no column says; of those whose columns say it, only the
      // wholly indexed.
      std::string numbers = fmt::format("generate_series({}, {}, 2) n", from, to);
      if (isMapped(name)) {
        const long step = declared.column ? 100 : 5;
        numbers = fmt::format(
            "(SELECT generate_series({0}, {1}, {0}) UNION ALL SELECT generate_series({2}, {3})) g (n)", step,
            number, from, to);
      }
      if (parameter.type == SearchParameterType::composite) {
        const auto parts = fhir::search::componentsOf(type, parameter);
        for (std::size_t i = 0; i < parts.size(); ++i) {
          sql += indexRows(name, std::string(parameter.code) + "$" + std::to_string(i), *parts[i], numbers,
                           true, numberOf(target(*parts[i]), observations));
        }
        continue;
      }
      sql += indexRows(name, std::string(parameter.code), parameter, numbers, false,
                       numberOf(target(parameter), observations));
      if (parameter.code == "identifier") {
        sql += fmt::format(
            "INSERT INTO fhir.idx_token (parameter, type_system, type_code, type_value, key) SELECT p.id, "
            "'http://acme.example/t', 'MR', 'c' || n % 500, nth('{0}', n) FROM fhir.parameter p, {1} WHERE "
            "p.resource_type = '{0}' AND p.code = 'identifier';",
            name, numbers);
      }
    }
  };
  for (const std::string_view name : mappedTypes) add(name);
  for (const std::string_view name : genericTypes) add(name);
  const long conditions = numberOf("Condition", observations);
  const long observed = numberOf("Observation", observations);
  const long encounters = numberOf("Encounter", observations);
  sql += containedRows("Condition", 1, conditions, encounters) +
         containedRows("Observation", observed + 1, observed + observed / 10, encounters);
  sql +=
      "UPDATE fhir.resource r SET fhir_residual = (SELECT json_build_object('contained', "
      "json_agg(json_build_object("
      "'resourceType', c.resource_type, 'id', c.fhir_id))) FROM fhir.contained c WHERE c.container_key = "
      "r.id) WHERE "
      "r.resource_type = 'Encounter' AND EXISTS (SELECT FROM fhir.contained c WHERE c.container_key = r.id);";
  database.run(sql + rebuild + ";");
}

}  // namespace plans
