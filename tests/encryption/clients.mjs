// clients.mjs BASE FOLDER COMMAND ...: the clients of `planted`. FOLDER keeps, from one command to the next, what was written
// (state-*.json) and the secrets in it (secrets-*.tsv: the secret, its kind, and fhir or sql, by which way it came).
//
//   plant PATIENTS         writes secrets over FHIR, in all ways there are
//   sql PATIENTS           prints plain SQL that writes secrets as the platform does
//   check                  reads every resource and version, and searches: all is as it was written
//   load NAME FILE [down]  creates, reads, searches until FILE is gone; `down`: the server may be away for a while
//   away PATH              the key is away: what is encrypted is 503, and no answer says PATH; the rest is answered
//   back                   waits until the key counts again
//   patterns WAY           prints the forms of the secrets of a way (or `all`), one a line: PATTERN TAB KIND
//
// The last line of the output says how many of what. Exit codes: 0 as it must be, 1 not (at most 20 lines say what).
import { randomInt } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";

const [base, folder, command, ...rest] = process.argv.slice(2);
const parallel = 6;

// --- secrets ---

const taken = new Set();
const planted = [];
const pick = (from) => from[randomInt(from.length)];
const digits = (count) => Array.from({ length: count }, () => randomInt(10)).join("");

function unique(kind, way, make) {
  for (;;) {
    const text = make();
    if (taken.has(text)) continue;
    taken.add(text);
    planted.push({ text, kind, way });
    return text;
  }
}
// What is secret of a phone are its last twelve digits, of an address what stands before the @: so they are found however the rest is written.
const disease = (kind, way = "fhir") => unique(kind, way, () => {
  const word = Array.from({ length: 5 }, () => pick("bdfgklmnprstvz") + pick("aeiou")).join("") + pick(["itis", "osis", "oma", "emia", "pathy"]);
  return word[0].toUpperCase() + word.slice(1);
});
const phone = (kind, way = "fhir") => "+91 98-" + unique(kind, way, () => digits(12));
const email = (kind, way = "fhir") => unique(kind, way, () => Array.from({ length: 6 }, () => pick("bdfgklmnprstvz") + pick("aeiou")).join("") + digits(2)) + "@mail.example";

function keepSecrets(name) {
  writeFileSync(join(folder, `secrets-${name}.tsv`), planted.map((each) => `${each.text}\t${each.kind}\t${each.way}\n`).join(""));
}
const secrets = () => readdirSync(folder).filter((name) => /^secrets-.*\.tsv$/.test(name))
  .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").filter(Boolean)).map((line) => line.split("\t"));

// As written, lower and upper case, percent-encoded to the last letter, in hexadecimal, and what is certain of its base64 wherever in a text it begins.
function formsOf(text) {
  const out = new Set();
  for (const each of [text, text.toLowerCase(), text.toUpperCase()]) {
    out.add(each);
    const hex = Buffer.from(each).toString("hex");
    out.add(hex);
    for (const one of [hex, hex.toUpperCase()]) out.add(one.replace(/../g, "%$&"));
    for (let before = 0; before < 3; ++before) {
      const encoded = Buffer.from("\0".repeat(before) + each).toString("base64");
      // The first characters depend on what stands before, the last one on what follows.
      const whole = Math.floor(((before + each.length) * 8) / 6);
      const certain = encoded.slice([0, 2, 3][before], whole);
      out.add(certain);
      out.add(certain.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  return out;
}

// --- what was written ---

// resources: "Type/id" -> { versions: [JSON or null for a deletion], has: [texts that it must have] }; searches: { path, form, expect: ids }.
const resources = {};
const searches = [];

function keepState(name) {
  writeFileSync(join(folder, `state-${name}.json`), JSON.stringify({ resources, searches }));
  keepSecrets(name);
}
function readState() {
  for (const name of readdirSync(folder).filter((each) => /^state-.*\.json$/.test(each))) {
    const state = JSON.parse(readFileSync(join(folder, name), "utf8"));
    Object.assign(resources, state.resources);
    searches.push(...state.searches);
  }
}
const remember = (resource) => (resources[`${resource.resourceType}/${resource.id}`] ??= { versions: [] }).versions.push(resource);

// --- HTTP ---

const counts = {};
const count = (what) => { counts[what] = (counts[what] ?? 0) + 1; };
const complaints = [];
function complain(text) {
  if (complaints.push(text) <= 20) console.log(text.slice(0, 600));
}
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 * parallel });
let isDownAllowed = false;

function once(method, url, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent, headers, timeout: 60_000 }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString("utf8") }));
    });
    request.on("timeout", () => request.destroy(new Error("no answer within a minute")));
    request.on("error", (error) => {
      error.again = request.reusedSocket && error.code === "ECONNRESET" && method === "GET";
      reject(error);
    });
    request.end(body);
  });
}

async function ask(method, path, { body, type = "application/fhir+json", headers = {} } = {}) {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const all = { Accept: "application/fhir+json", ...(text === undefined ? {} : { "Content-Type": type, "Content-Length": Buffer.byteLength(text) }), ...headers };
  for (let tries = 0; ; ++tries) {
    try {
      const answer = await once(method, base + path, all, text);
      // A server that has just begun says so.
      if (answer.status !== 503 || !isDownAllowed || tries > 600) {
        answer.json = answer.text === "" ? undefined : JSON.parse(answer.text);
        answer.tries = tries;
        return answer;
      }
    } catch (error) {
      if (!(error.again && tries === 0) && (!isDownAllowed || tries > 600)) throw new Error(`${method} ${path}: ${error.message}`);
    }
    count("asked again while the server was away");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function inParallel(list, work) {
  const left = list[Symbol.iterator]();
  await Promise.all(Array.from({ length: parallel }, async () => {
    for (const each of left) {
      try {
        await work(each);
      } catch (error) {
        complain(`${error.message}`);
      }
    }
  }));
}

function expectStatus(answer, wanted, what) {
  if ([wanted].flat().includes(answer.status)) return true;
  complain(`${what}: ${answer.status} instead of ${[wanted].flat().join(" or ")}: ${answer.text.slice(0, 300)}`);
  return false;
}

const sorted = (value) => Array.isArray(value) ? value.map(sorted)
  : value && typeof value === "object" ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])])) : value;
const content = (resource) => JSON.stringify(sorted({ ...resource, meta: undefined }));

// --- writing ---

const put = async (resource) => {
  const answer = await ask("PUT", `/${resource.resourceType}/${resource.id}`, { body: resource });
  // Of one that was asked again the first may have been done.
  if (expectStatus(answer, [200, 201], `PUT ${resource.resourceType}/${resource.id}`)) remember(resource);
  count(answer.status === 201 ? "created" : "updated");
};
const post = async (resource, headers = {}) => {
  const answer = await ask("POST", `/${resource.resourceType}`, { body: resource, headers });
  if (!expectStatus(answer, 201, `POST ${resource.resourceType}`)) return undefined;
  count("created");
  const made = { ...resource, id: answer.json.id };
  remember(made);
  return made;
};
const patch = async (resource, operations, changed) => {
  const answer = await ask("PATCH", `/${resource.resourceType}/${resource.id}`, { body: operations, type: Array.isArray(operations) ? "application/json-patch+json" : "application/fhir+json" });
  if (expectStatus(answer, 200, `PATCH ${resource.resourceType}/${resource.id}`)) remember(changed);
  count("patched");
};
const remove = async (resource) => {
  const answer = await ask("DELETE", `/${resource.resourceType}/${resource.id}`);
  if (expectStatus(answer, [200, 204], `DELETE ${resource.resourceType}/${resource.id}`)) resources[`${resource.resourceType}/${resource.id}`].versions.push(null);
  count("deleted");
};
const find = (path, expect, form) => searches.push({ path, expect, form });

const loinc = (code, display) => ({ coding: [{ system: "http://loinc.org", code, display }] });
const subjectOf = (patient) => ({ reference: `Patient/${patient}` });
const base64 = (text) => Buffer.from(text).toString("base64");
const asQuery = encodeURIComponent;

const patientOf = (id, phones, emails, summary, contact) => ({
  resourceType: "Patient", id, name: [{ family: "Canaryfamily", given: [id.replaceAll(/[^a-z]/g, "x")] }], gender: "female", birthDate: "1970-02-03",
  extension: [{ url: "http://healthvillage.example/fhir/StructureDefinition/medical-summary", valueString: `Lives with ${summary} since 2011` }],
  telecom: [...phones.map((value, at) => ({ system: "phone", value, use: at === 0 ? "mobile" : "work" })), ...emails.map((value) => ({ system: "email", value }))],
  contact: [{ name: { family: "Relative" }, telecom: [{ system: "phone", value: contact }] }] });
const observationOf = (id, patient, category, code, notes, component) => ({
  resourceType: "Observation", id, status: "final", category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: category }] }],
  code: loinc(code, "Measured"), subject: subjectOf(patient), effectiveDateTime: "2026-03-01T10:00:00Z", note: notes.map((word) => ({ text: `Rather ${word}, not sure` })),
  component: [{ code: loinc("8480-6", "Part"), valueString: `it was ${component}` }] });
const conditionOf = (id, patient, note, shown) => ({
  resourceType: "Condition", id, subject: subjectOf(patient), code: { coding: [{ system: "http://snomed.info/sct", code: "404684003", display: "Finding" }] },
  note: [{ text: `Suspected ${note}.` }], text: { status: "generated", div: `<div xmlns="http://www.w3.org/1999/xhtml">Seen: <b>${shown}</b></div>` } });
const documentOf = (id, patient, word) => ({
  resourceType: "DocumentReference", id, status: "current", subject: subjectOf(patient), content: [{ attachment: { contentType: "text/plain", data: base64(`Letter about ${word} and more`) } }] });
const appointmentOf = (id, patient, doctor, at, comment, hint) => ({
  resourceType: "Appointment", id, status: "booked", start: new Date(Date.UTC(2126, 0, 1) + at * 3_600_000).toISOString().replace(".000", ""),
  end: new Date(Date.UTC(2126, 0, 1) + at * 3_600_000 + 1_200_000).toISOString().replace(".000", ""), comment: `Comes with ${comment}`, patientInstruction: `Because of ${hint} nothing to eat`,
  participant: [{ actor: subjectOf(patient), status: "accepted" }, { actor: { reference: `Practitioner/${doctor}` }, status: "accepted" }] });
const medicationOf = (id, patient, doctor, instruction, note) => ({
  resourceType: "MedicationRequest", id, status: "active", intent: "order", medicationCodeableConcept: { text: "Aspirin" }, subject: subjectOf(patient),
  requester: { reference: `Practitioner/${doctor}` }, authoredOn: "2026-03-01T10:00:00Z", dosageInstruction: [{ patientInstruction: `Against ${instruction}` }], note: [{ text: `Given for ${note}` }] });
const relatedOf = (id, patient, number, mail) => ({
  resourceType: "RelatedPerson", id, patient: subjectOf(patient), name: [{ family: "Relative" }], telecom: [{ system: "phone", value: number }, { system: "email", value: mail }] });

// Everything of one patient.
async function plantPatient(i) {
  const id = `p${i}`;
  const doctor = `dr${i % 3}`;
  const former = phone("phone of a former version");
  const number = phone("Patient.telecom, phone");
  const work = phone("Patient.telecom, second phone");
  const first = email("e-mail that was patched away");
  const mail = email("Patient.telecom, e-mail");
  const contact = phone("Patient.contact.telecom");
  await put(patientOf(id, [former, work], [first], disease("medical summary of a former version"), phone("contact of a former version")));
  const second = patientOf(id, [number, work], [first], disease("medical summary"), contact);
  await put(second);
  const third = structuredClone(second);
  third.telecom[2].value = mail;
  await patch(second, [{ op: "replace", path: "/telecom/2/value", value: mail }], third);
  find(`/Patient?phone=${asQuery(number)}`, [id]);
  find(`/Patient?phone=${asQuery(work)}`, [id]);
  find(`/Patient?telecom=${asQuery(number)}`, [id]);
  find(`/Patient?email=${asQuery(mail)}`, [id]);
  find(`/Patient?phone=${asQuery(former)}`, []);
  find(`/Patient?email=${asQuery(first)}`, []);
  find("/Patient/_search", [id], `phone=${asQuery(number)}&email=${asQuery(mail)}`);

  const shown = disease("Condition.text");
  const noted = disease("Condition.note");
  await put(conditionOf(`c${i}`, id, disease("Condition.note of a former version"), shown));
  await put(conditionOf(`c${i}`, id, noted, shown));
  find(`/Condition?_content=${noted}`, [`c${i}`]);
  find(`/Condition?_text=${shown.toLowerCase()}`, [`c${i}`]);
  find(`/Condition?subject:Patient.phone=${asQuery(number)}`, [`c${i}`]);
  find("/Condition/_search", [`c${i}`], `_content=${noted}&patient.email=${asQuery(mail)}`);

  const inNote = disease("Observation.note");
  await put(observationOf(`v${i}`, id, "vital-signs", "85354-9", [disease("Observation.note of a former version")], disease("component of a former version")));
  await put(observationOf(`v${i}`, id, "vital-signs", "85354-9", [inNote, disease("second Observation.note")], disease("Observation.component.valueString, vital signs")));
  find(`/Observation?_content=${inNote}`, [`v${i}`]);
  await post(observationOf(undefined, id, "laboratory", "718-7", [disease("Observation.note, laboratory")], disease("Observation.component.valueString, laboratory")));
  await put(observationOf(`x${i}`, id, "social-history", "72166-2", [disease("Observation.note, generic")], disease("component, generic")));

  await put(documentOf(`d${i}`, id, disease("text of a former document")));
  await put(documentOf(`d${i}`, id, disease("text of a document")));
  const report = { resourceType: "DiagnosticReport", id: `i${i}`, status: "final", category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0074", code: "RAD" }] }],
    code: loinc("18748-4", "Imaging"), subject: subjectOf(id), conclusion: `Shows ${disease("DiagnosticReport.conclusion")}` };
  await put(report);
  await put({ ...report, conclusion: `Shows ${disease("DiagnosticReport.conclusion, changed")} now` });
  await put(appointmentOf(`a${i}`, id, doctor, i, disease("Appointment.comment of a former version"), disease("Appointment.patientInstruction")));
  await put(appointmentOf(`a${i}`, id, doctor, i, disease("Appointment.comment"), disease("Appointment.patientInstruction, changed")));
  await put(medicationOf(`m${i}`, id, doctor, disease("patientInstruction of a former version"), disease("MedicationRequest.note of a former version")));
  await put(medicationOf(`m${i}`, id, doctor, disease("dosageInstruction.patientInstruction"), disease("MedicationRequest.note")));

  const relative = phone("RelatedPerson.telecom, phone");
  const relatives = email("RelatedPerson.telecom, e-mail");
  await put(relatedOf(`r${i}`, id, relative, relatives));
  find(`/RelatedPerson?phone=${asQuery(relative)}`, [`r${i}`]);
  find(`/RelatedPerson?email=${asQuery(relatives)}`, [`r${i}`]);
  find(`/Patient?_has:RelatedPerson:patient:phone=${asQuery(relative)}`, [id]);
  await post({ resourceType: "AllergyIntolerance", clinicalStatus: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", code: "active" }] }, patient: subjectOf(id), note: [{ text: `After ${disease("AllergyIntolerance.note")}` }] });
  await post({ resourceType: "Communication", status: "completed", subject: subjectOf(id), payload: [{ contentString: `I have ${disease("Communication.payload")}` }] });
  await post({ resourceType: "QuestionnaireResponse", status: "completed", subject: subjectOf(id), item: [{ linkId: "1", answer: [{ valueString: `Yes, ${disease("QuestionnaireResponse answer")}` }] }] });
  await post({ resourceType: "Binary", contentType: "text/plain", data: base64(`${disease("Binary.data")} in a file`) });
  const within = phone("telecom of a contained resource");
  await put({ resourceType: "Procedure", id: `o${i}`, status: "completed", subject: subjectOf(id), note: [{ text: disease("Procedure.note") }], performer: [{ actor: { reference: "#in" } }],
    contained: [{ resourceType: "RelatedPerson", id: "in", patient: subjectOf(id), telecom: [{ system: "phone", value: within }] }] });
  find(`/RelatedPerson?_contained=true&_containedType=container&phone=${asQuery(within)}`, [`o${i}`]);

  // What is deleted is in the history.
  for (const each of [conditionOf(`gc${i}`, id, disease("note of a deleted Condition"), disease("text of a deleted Condition")), documentOf(`gd${i}`, id, disease("text of a deleted document")),
    observationOf(`gv${i}`, id, "vital-signs", "8867-4", [disease("note of a deleted Observation")], disease("component of a deleted Observation")),
    medicationOf(`gm${i}`, id, doctor, disease("patientInstruction of a deleted MedicationRequest"), disease("note of a deleted MedicationRequest")),
    patientOf(`gp${i}`, [phone("phone of a deleted Patient")], [email("e-mail of a deleted Patient")], disease("summary of a deleted Patient"), phone("contact of a deleted Patient"))]) {
    await put(each);
    await remove(each);
  }

  // FHIRPath Patch, a transaction, a conditional create, XML.
  const patched = disease("note that FHIRPath Patch brought");
  const before = conditionOf(`f${i}`, "shared", disease("note that FHIRPath Patch took away"), disease("Condition.text"));
  const after = structuredClone(before);
  after.note[0].text = patched;
  await put(before);
  await patch(before, { resourceType: "Parameters", parameter: [{ name: "operation", part: [{ name: "type", valueCode: "replace" }, { name: "path", valueString: "Condition.note[0].text" }, { name: "value", valueString: patched }] }] }, after);
  await plantTransaction(i);
  const free = phone("If-None-Exist");
  const once = { ...patientOf("once", [free], [email("e-mail of a conditional create")], disease("summary of a conditional create"), phone("contact of a conditional create")), id: undefined };
  const made = await post(once, { "If-None-Exist": `phone=${asQuery(free)}` });
  if (made) find(`/Patient?phone=${asQuery(free)}`, [made.id]);
  const again = await ask("POST", "/Patient", { body: once, headers: { "If-None-Exist": `telecom=${asQuery(free)}` } });
  expectStatus(again, 200, "POST Patient with If-None-Exist, the second time");
  count("written conditionally");
  const xml = { resourceType: "Communication", id: `xml${i}`, status: "completed", payload: [{ contentString: disease("Communication in XML") }] };
  const answer = await ask("PUT", `/Communication/xml${i}`, { type: "application/fhir+xml",
    body: `<Communication xmlns="http://hl7.org/fhir"><id value="xml${i}"/><status value="completed"/><payload><contentString value="${xml.payload[0].contentString}"/></payload></Communication>` });
  if (expectStatus(answer, 201, "PUT of XML")) remember(xml);
  count("created");
}

async function plantTransaction(i) {
  const full = "urn:uuid:00000000-0000-4000-8000-" + String(i).padStart(12, "0");
  const number = phone("Patient.telecom in a transaction");
  const made = [{ ...patientOf("together", [number], [email("e-mail in a transaction")], disease("summary in a transaction"), phone("contact in a transaction")), id: undefined },
    { ...conditionOf(undefined, "x", disease("Condition.note in a transaction"), disease("Condition.text in a transaction")), subject: { reference: full } },
    { ...observationOf(undefined, "x", "vital-signs", "8867-4", [disease("Observation.note in a transaction")], disease("component in a transaction")), subject: { reference: full } },
    { ...documentOf(undefined, "x", disease("document in a transaction")), subject: { reference: full } }];
  const answer = await ask("POST", "", { body: { resourceType: "Bundle", type: "transaction", entry: [
    ...made.map((resource, at) => ({ ...(at === 0 ? { fullUrl: full } : {}), resource, request: { method: "POST", url: resource.resourceType,
      ...(at === 0 ? { ifNoneExist: `email=${asQuery(email("ifNoneExist in a transaction"))}` } : {}) } })),
    { request: { method: "GET", url: `Patient?phone=${asQuery(phone("searched in a transaction"))}` } }] } });
  if (!expectStatus(answer, 200, "transaction")) return;
  count("transactions");
  const ids = answer.json.entry.map((entry) => /([^/]+)\/_history/.exec(entry.response.location ?? "")?.[1]);
  for (const [at, resource] of made.entries()) remember({ ...resource, id: ids[at], ...(resource.subject ? { subject: subjectOf(ids[0]) } : {}) });
  find(`/Patient?phone=${asQuery(number)}`, [ids[0]]);
}

// What is asked for and not stored, and what is refused, is a secret as well.
const hidden = (text) => [...Buffer.from(text)].map((byte) => "%" + byte.toString(16).padStart(2, "0")).join("");
async function plantQuestions(i) {
  const questions = [
    ["GET", `/Patient?phone=${asQuery(phone("searched: phone"))}`, 200],
    ["GET", `/Patient?email=${asQuery(email("searched: email"))}`, 200],
    ["GET", `/Patient?telecom=${asQuery("phone|" + phone("searched: telecom with a system"))}`, [200, 400]],
    ["GET", `/Patient?phone:not=${asQuery(phone("searched: phone:not"))}&_id=nobody`, 200],
    ["GET", `/Patient?name=x&phone=${asQuery(phone("searched: phone, one of two"))},${asQuery(phone("searched: phone, the other of two"))}`, 200],
    ["GET", `/Patient?%70hon%65=${hidden(phone("searched: phone, all percent-encoded"))}`, 200],
    ["GET", `/Condition?_content=${disease("searched: _content")}`, 200],
    ["GET", `/Condition?_text=${disease("searched: _text")}%20or%20${disease("searched: _text, the second word")}`, 200],
    ["GET", `/Condition?subject:Patient.phone=${asQuery(phone("searched: chained"))}`, 200],
    ["GET", `/Patient?_has:RelatedPerson:patient:email=${asQuery(email("searched: _has"))}`, 200],
    ["GET", `/Practitioner?phone=${asQuery(phone("searched: Practitioner"))}`, 200],
    ["GET", `/Patient/p${i}/Condition?_content=${disease("searched: compartment")}`, 200],
    ["GET", `?_type=Patient,Condition&_content=${disease("searched: all types")}`, 200],
    ["POST", "/Patient/_search", 200, `phone=${asQuery(phone("searched: POST"))}&email=${asQuery(email("searched: POST, email"))}`],
    ["POST", `/Patient/_search?phone=${asQuery(phone("searched: POST, query"))}`, 200, "name=x"],
    // Refused.
    ["GET", `/Patient?phone:text=${asQuery(phone("refused: phone:text"))}`, 400],
    ["GET", `/Patient?email:nonsense=${asQuery(email("refused: unknown modifier"))}`, 400],
    ["GET", `/Condition?_content=${disease("refused: _content with *")}*`, 400],
    ["GET", `/Patient?phone=${asQuery(phone("refused: beside a wrong parameter"))}&_count=many`, 400],
    ["GET", `/Patient?phon=${asQuery(phone("refused: misspelt parameter"))}`, 400],
    ["GET", `/Patient?Phone=${asQuery(phone("refused: parameter in capitals"))}`, 400],
    ["GET", `/Patient?phone%20=${asQuery(phone("refused: parameter with a space"))}`, 400],
    ["GET", `/Condition?subject:Patient.fone=${asQuery(phone("refused: misspelt in a chain"))}`, 400],
    ["GET", `/Patient?${asQuery(phone("refused: no parameter at all"))}`, 400],
    ["GET", `/Patient?_filter=${asQuery(`phone eq "${phone("refused: _filter")}"`)}`, [200, 400]],
    ["POST", "/Patient/_search", 400, `phone:text=${asQuery(phone("refused: POST"))}`],
    ["GET", `/Nonsense?phone=${asQuery(phone("refused: unknown type"))}`, 404],
    ["GET", `/Patient/nobody?phone=${asQuery(phone("not found: read with a query"))}`, [404, 400]],
    ["PUT", `/Patient?phone=${asQuery(phone("conditional update that is refused"))}`, [400, 422], { resourceType: "Patient", id: "x y", telecom: [{ system: "phone", value: phone("refused body: Patient.telecom") }] }],
    ["DELETE", `/Patient?email=${asQuery(email("conditional delete"))}`, [200, 204, 404]],
    ["PATCH", `/Patient?email=${asQuery(email("conditional patch"))}`, 404, [{ op: "replace", path: "/gender", value: "male" }]],
    ["POST", "/Patient", [400, 422], { resourceType: "Patient", telecom: [{ system: "phone", value: phone("refused body: unknown member") }], nonsense: disease("refused body: value of an unknown member") }],
    ["POST", "/Patient", 400, `{"resourceType":"Patient","telecom":[{"value":"${phone("refused body: broken JSON")}"`],
    ["POST", "/Patient/$validate", 200, { resourceType: "Parameters", parameter: [{ name: "resource", resource: { resourceType: "Condition", note: [{ text: disease("validated") }] } }] }],
    ["POST", "/Patient/$match", 200, { resourceType: "Parameters", parameter: [{ name: "resource", resource: { resourceType: "Patient", name: [{ family: "Nobody" }], telecom: [{ system: "phone", value: phone("matched") }] } }] }],
    ["POST", "", 200, { resourceType: "Bundle", type: "batch", entry: [{ request: { method: "GET", url: `Patient?phone=${asQuery(phone("searched in a batch"))}` } },
      { request: { method: "GET", url: `Patient?phone:text=${asQuery(phone("refused in a batch"))}` } },
      { resource: { resourceType: "Patient" }, request: { method: "POST", url: "Patient", ifNoneExist: `phone:text=${asQuery(phone("ifNoneExist that is refused"))}` } }] }],
    ["POST", "", [400, 404, 409, 412, 422], { resourceType: "Bundle", type: "transaction", entry: [{ request: { method: "PATCH", url: `Patient?phone=${asQuery(phone("refused in a transaction"))}` },
      resource: { resourceType: "Binary", contentType: "application/json-patch+json", data: base64("[]") } }] }],
  ];
  for (const [method, path, status, body] of questions) {
    const answer = await ask(method, path, { body, type: path.includes("/_search") ? "application/x-www-form-urlencoded" : method === "PATCH" ? "application/json-patch+json" : "application/fhir+json" });
    expectStatus(answer, status, `${method} ${path}`);
    count(answer.status < 400 ? "other questions" : "refused");
  }
  // One that finds something, changed by what is in its URL.
  const number = phone("conditional update");
  const conditional = { ...patientOf(`u${i}`, [number], [email("e-mail of a conditional update")], disease("summary of a conditional update"), phone("contact of a conditional update")) };
  if (expectStatus(await ask("PUT", `/Patient?phone=${asQuery(number)}`, { body: conditional }), 201, "conditional update")) remember(conditional);
  const changed = { ...conditional, gender: "male" };
  if (expectStatus(await ask("PUT", `/Patient?phone=${asQuery(number)}`, { body: changed }), 200, "conditional update, the second")) remember(changed);
  find(`/Patient?phone=${asQuery(number)}`, [`u${i}`]);
  count("written conditionally");
}

async function plant(patients) {
  for (let i = 0; i < 3; ++i) {
    const mail = email("Practitioner.telecom");
    await put({ resourceType: "Practitioner", id: `dr${i}`, name: [{ family: "Doctor" }], telecom: [{ system: "email", value: mail }, { system: "phone", value: phone("Practitioner.telecom") }] });
    find(`/Practitioner?email=${asQuery(mail)}`, [`dr${i}`]);
  }
  await put(patientOf("shared", [phone("Patient.telecom, phone")], [], disease("medical summary"), phone("Patient.contact.telecom")));
  await put({ resourceType: "ValueSet", id: "vs", url: "http://example.org/vs", status: "active", name: "Some" });
  const all = Array.from({ length: patients }, (_, i) => i);
  await inParallel(all, plantPatient);
  await inParallel(all.slice(0, Math.ceil(patients / 2)), plantQuestions);
  // What plain SQL changes afterwards.
  await inParallel(all.slice(0, Math.ceil(patients / 4)), (i) => put(patientOf(`s${i}`, [phone("phone that SQL takes away")], [email("Patient.telecom beside SQL")], disease("medical summary that SQL takes away"), phone("Patient.contact.telecom"))));
  const request = await ask("GET", "/Patient/shared", { headers: { "X-Request-Id": "canary-of-the-log" } });
  expectStatus(request, 200, "GET Patient/shared");
  keepState("fhir");
}

// --- plain SQL ---

function sql(patients) {
  const out = ["BEGIN;"];
  const word = (kind) => disease("plain SQL: " + kind, "sql");
  const literal = (value) => `'${(typeof value === "string" ? value : JSON.stringify(value)).replaceAll("'", "''")}'`;
  const uuid = () => "5ec2e700-0000-4000-8000-" + Array.from({ length: 12 }, () => pick("0123456789abcdef")).join("");
  const has = (path, ...texts) => { resources[path] = { has: texts }; };
  const doctor = "(SELECT id FROM doctor_profile WHERE fhir_id = 'dr0')";
  out.push(`INSERT INTO users (email, password_hash, role) VALUES ('somebody@example.org', 'x', 'patient');`);
  for (let i = 0; i < Math.ceil(patients / 4); ++i) {
    const former = word("medical_summary of a former version");
    const summary = word("patient_profile.medical_summary");
    const number = phone("plain SQL: patient_profile.contact_number", "sql");
    const change = (said, value) => out.push(`UPDATE patient_profile SET contact_number = ${literal(value)}, medical_summary = ${literal(said)} WHERE fhir_id = 's${i}';`);
    change(former, phone("plain SQL: contact_number of a former version", "sql"));
    change(`It is ${summary}`, number);
    has(`Patient/s${i}`, summary, number);
    find(`/Patient?phone=${asQuery(number)}`, [`s${i}`]);

    const patient = uuid();
    const second = phone("plain SQL: contact_number of a new row", "sql");
    const also = word("medical_summary of a new row");
    out.push(`INSERT INTO patient_profile (id, full_name, contact_number, medical_summary) VALUES ('${patient}', 'Canaryfamily', ${literal(second)}, ${literal(also)});`);
    has(`Patient/${patient}`, also, second);
    find(`/Patient?phone=${asQuery(second)}`, [patient]);

    const insert = (type, body) => {
      const id = uuid();
      out.push(`INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES ('${id}', '${patient}', '${type}', ${literal(body)});`);
      return id;
    };
    const note = insert("note", `First ${word("former note")}`);
    const text = `Letter: ${word("note")}.`;
    out.push(`UPDATE electronic_health_records SET content = ${literal(text)} WHERE id = '${note}';`);
    has(`DocumentReference/${note}`, base64(text));
    const image = word("imaging report");
    has(`DiagnosticReport/${insert("imaging", `Shows ${image}`)}`, image);
    out.push(`UPDATE electronic_health_records SET is_deleted = true WHERE id = '${insert("note", word("deleted note"))}';`);

    const [item, later] = [uuid(), uuid()];
    const [measured, other] = [word("note of a vital sign"), word("note of a second vital sign")];
    const record = insert("vital", { observations: [{ id: item, system: "http://loinc.org", code: "8867-4", value: 72, note: measured, unheard: word("unknown member of an item"), components: [{ code: "x", value: word("component of an item") }] }],
      remark: word("unknown member of a record") });
    out.push(`UPDATE electronic_health_records SET content = ${literal({ observations: [{ id: item, system: "http://loinc.org", code: "8867-4", value: 73, note: measured, unheard: word("unknown member, changed") },
      { id: later, system: "http://loinc.org", code: "8310-5", value: 37, note: other }], remark: word("unknown member of a record, changed") })} WHERE id = '${record}';`);
    has(`Observation/${item}`, measured);
    has(`Observation/${later}`, other);
    const lab = uuid();
    const commented = word("note of a laboratory result");
    insert("lab", [{ id: lab, system: "http://loinc.org", code: "718-7", value: 13, note: commented }]);
    has(`Observation/${lab}`, commented);

    const [drug, prescription] = [uuid(), uuid()];
    const instruction = word("notes of a medication");
    out.push(`INSERT INTO prescriptions (id, patient_id, doctor_id, medications) VALUES ('${prescription}', '${patient}', ${doctor}, ${literal([{ id: drug, drug_name: "Aspirin", notes: word("former notes of a medication") }])});`);
    out.push(`UPDATE prescriptions SET medications = ${literal([{ id: drug, drug_name: "Aspirin", notes: instruction, hint: word("unknown member of a medication") }])} WHERE id = '${prescription}';`);
    has(`MedicationRequest/${drug}`, instruction);
    out.push(`INSERT INTO notifications (user_id, kind, body) SELECT id, 'reminder', ${literal(`Your ${word("notifications.body")}`)} FROM users WHERE email = 'somebody@example.org';`);
  }
  out.push("COMMIT;");
  process.stdout.write(out.join("\n") + "\n");
  keepState("sql");
}

// --- reading ---

async function readOne([path, { versions = [], has }]) {
  const answer = await ask("GET", `/${path}`);
  count("reads");
  if (has !== undefined) {
    if (!expectStatus(answer, 200, `GET ${path}`)) return;
    for (const text of has) if (!answer.text.includes(text)) complain(`GET ${path}: ${text} is not in it: ${answer.text.slice(0, 400)}`);
    return;
  }
  const last = versions.at(-1);
  if (expectStatus(answer, last === null ? 410 : 200, `GET ${path}`) && last !== null && content(answer.json) !== content(last)) {
    complain(`GET ${path} is not what was written:\n  ${content(answer.json)}\n  ${content(last)}`);
  }
}
async function readFormer([path, { versions = [] }]) {
  for (const [at, version] of versions.entries()) {
    if (version === null || at === versions.length - 1) continue;
    const former = await ask("GET", `/${path}/_history/${at + 1}`);
    count("reads of former versions");
    if (expectStatus(former, 200, `GET ${path}/_history/${at + 1}`) && content(former.json) !== content(version)) {
      complain(`GET ${path}/_history/${at + 1} is not what was written:\n  ${content(former.json)}\n  ${content(version)}`);
    }
  }
}
async function searchOne({ path, form, expect }) {
  const answer = form === undefined ? await ask("GET", path) : await ask("POST", path, { body: form, type: "application/x-www-form-urlencoded" });
  count("searches");
  const what = form === undefined ? `GET ${path}` : `POST ${path} ${form}`;
  if (!expectStatus(answer, 200, what)) return;
  const found = (answer.json.entry ?? []).filter((entry) => entry.search?.mode === "match").map((entry) => entry.resource.id).sort();
  if (found.join() !== [...expect].sort().join()) complain(`${what} found [${found}] instead of [${expect}]`);
}

async function check() {
  readState();
  await inParallel(Object.entries(resources), readOne);
  await inParallel(Object.entries(resources), readFormer);
  await inParallel(searches, searchOne);
}

// Reads and searches what was there before, and writes more; what a client has been told it wrote is there at once.
async function load(name, file, down) {
  isDownAllowed = down === "down";
  readState();
  const [before, asked] = [Object.entries(resources), [...searches]];
  for (const key of Object.keys(resources)) delete resources[key];
  searches.length = 0;
  let next = 0;
  await Promise.all(Array.from({ length: 4 }, async (_, client) => {
    for (let n = 0; existsSync(file); ++n) {
      try {
        const id = `${name}-${client}-${n}`;
        const number = phone("phone under load");
        const mail = email("e-mail under load");
        const patient = patientOf(id, [number], [mail], disease("summary under load"), phone("contact under load"));
        await put(patient);
        if (n % 2 === 0) await put({ ...patient, gender: "male", telecom: [...patient.telecom, { system: "phone", value: phone("added under load") }] });
        const word = disease("note under load");
        await put(conditionOf(id, id, word, disease("text under load")));
        await put(observationOf(id, id, "vital-signs", "8867-4", [disease("Observation.note under load")], disease("component under load")));
        const own = [{ path: `/Patient?phone=${asQuery(number)}`, expect: [id] }, { path: `/Patient?email=${asQuery(mail)}`, expect: [id] }, { path: `/Condition?_content=${word}`, expect: [id] }];
        searches.push(...own);
        for (const each of own) await searchOne(each);
        for (const type of ["Patient", "Condition", "Observation"]) await readOne([`${type}/${id}`, resources[`${type}/${id}`] ?? { versions: [] }]);
        for (let k = 0; k < 6; ++k) {
          await readOne(before[next++ % before.length]);
          await readFormer(pick(before));
          await searchOne(pick(asked));
        }
      } catch (error) {
        complain(error.message);
      }
    }
  }));
  keepState(name);
}

// --- without the key ---

async function away(path) {
  readState();
  const asked = [["GET", "/Patient/shared"], ["GET", "/Patient/shared/_history/1"], ["GET", "/Patient/shared/_history"], ["GET", "/Practitioner/dr0"],
    ...["c0", "f0"].map((id) => ["GET", `/Condition/${id}`]), ["GET", "/Observation/v0"], ["GET", "/Observation/x0"], ["GET", "/DocumentReference/d0"], ["GET", "/DiagnosticReport/i0"],
    ["GET", "/Appointment/a0"], ["GET", "/MedicationRequest/m0"], ["GET", "/RelatedPerson/r0"], ["GET", "/Patient?family=canaryfamily"], ["GET", "/Condition?code=404684003"],
    ["GET", searches.find((each) => each.path.startsWith("/Patient?phone=") && each.expect.length === 1).path], ["GET", "/Condition?_content=anything"],
    ["PUT", "/Patient/shared", patientOf("shared", ["1"], [], "x", "2")], ["POST", "/Condition", { ...conditionOf(undefined, "shared", "x", "y"), id: undefined }],
    ["PATCH", "/Patient/shared", [{ op: "replace", path: "/gender", value: "male" }]]];
  for (const [method, url, body] of asked) {
    const answer = await ask(method, url, { body, type: method === "PATCH" ? "application/json-patch+json" : "application/fhir+json" });
    count("asked without the key");
    if (!expectStatus(answer, 503, `without the key: ${method} ${url}`)) continue;
    if (answer.json?.resourceType !== "OperationOutcome") complain(`without the key: ${method} ${url} is no OperationOutcome: ${answer.text.slice(0, 300)}`);
    if (answer.text.includes(path)) complain(`without the key: ${method} ${url} names its place: ${answer.text.slice(0, 300)}`);
  }
  for (const [url, status] of [["/metadata", 200], ["/ValueSet/vs", 200], ["/ValueSet?url=http://example.org/vs", 200], ["/Patient/nobody", 404]]) {
    expectStatus(await ask("GET", url), status, `without the key: GET ${url}`);
    count("answered without the key");
  }
}

async function back() {
  const until = Date.now() + 15_000;
  while ((await ask("GET", "/Patient/shared")).status !== 200) {
    if (Date.now() > until) return complain("the key is back, and after fifteen seconds Patient/shared is not");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function patterns(way) {
  for (const [text, kind, of] of secrets()) {
    if (way !== "all" && of !== way) continue;
    for (const form of formsOf(text)) console.log(`${form}\t${kind}`);
  }
}

switch (command) {
  case "plant": await plant(Number(rest[0])); break;
  case "sql": sql(Number(rest[0])); break;
  case "check": await check(); break;
  case "load": await load(...rest); break;
  case "away": await away(rest[0]); break;
  case "back": await back(); break;
  case "patterns": patterns(rest[0]); break;
  default: throw new Error(`no such command: ${command}`);
}
agent.destroy();
if (complaints.length > 20) console.log(`... and ${complaints.length - 20} more`);
if (command !== "sql" && command !== "patterns") console.log(Object.entries(counts).map(([what, number]) => `${number} ${what}`).join(", "));
process.exitCode = complaints.length === 0 ? 0 : 1;
