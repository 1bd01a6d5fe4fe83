// select.mjs FROM TO: of a bulk export of Synthea, the types that the demo shows, as one NDJSON file in which what is
// referred to comes first. Organizations and practitioners that nobody refers to are left out.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const shown = ["Organization", "Practitioner", "Patient", "Encounter", "Condition", "AllergyIntolerance", "Observation",
  "DiagnosticReport", "MedicationRequest", "Procedure", "Immunization", "CareTeam", "CarePlan"];
const onlyIfReferred = new Set(["Organization", "Practitioner"]);

const [from, to] = process.argv.slice(2);
const byType = new Map(shown.map((type) => [type, new Map()]));
for (const file of readdirSync(from).filter((name) => name.endsWith(".ndjson")).sort()) {
  for (const line of readFileSync(join(from, file), "utf8").split("\n").filter(Boolean)) {
    const { resourceType, id } = JSON.parse(line);
    byType.get(resourceType)?.set(id, line);
  }
}

const referred = new Set();
for (const [type, lines] of byType) {
  if (onlyIfReferred.has(type)) continue;
  for (const line of lines.values()) {
    for (const [, target] of line.matchAll(/"reference":"([A-Za-z]+\/[^"]+)"/g)) referred.add(target);
  }
}

const missing = [...referred].filter((target) => !byType.get(target.split("/")[0])?.has(target.split("/")[1]));
if (missing.length > 0) throw new Error(`not exported: ${missing.join(", ")}`);

const kept = shown.flatMap((type) =>
  [...byType.get(type)].filter(([id]) => !onlyIfReferred.has(type) || referred.has(`${type}/${id}`)).map(([, line]) => line));
writeFileSync(to, kept.map((line) => line + "\n").join(""));
