// backend.mjs BASE HVFHIR FOLDER: SMART Backend Services from outside (https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const [base, hvfhir, folder] = process.argv.slice(2);
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

const key = (alg) => ({ kid: randomUUID(), alg, ...(alg === "ES384" ? generateKeyPairSync("ec", { namedCurve: "P-384" })
  : generateKeyPairSync("rsa", { modulusLength: 2048 })) });

function assertion(key, client, audience, claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  const body = { iss: client, sub: client, aud: audience, exp: now + 240, iat: now, jti: randomUUID(), ...claims };
  const text = encoded({ alg: key.alg, kid: key.kid, typ: "JWT" }) + "." + encoded(body);
  const made = sign("sha384", Buffer.from(text), key.alg === "ES384" ? { key: key.privateKey, dsaEncoding: "ieee-p1363" } : key.privateKey);
  return text + "." + made.toString("base64url");
}

function register(name, scopes, ...keys) {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ keys: keys.map((each) => ({ ...each.publicKey.export({ format: "jwk" }), kid: each.kid, alg: each.alg, use: "sig" })) }));
  const said = execFileSync(hvfhir, ["client", "register", "--name", name, "--jwks", file, "--scopes", scopes], { encoding: "utf8" });
  return /^client_id: (\S+)$/m.exec(said)[1];
}

const discovery = await (await fetch(`${base}/.well-known/smart-configuration`)).json();
const tokenUrl = discovery.token_endpoint;
const ask = async (scope, signed, type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") => {
  const response = await fetch(tokenUrl, { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ grant_type: "client_credentials", scope, client_assertion_type: type, client_assertion: signed }) });
  return { status: response.status, headers: response.headers, body: await response.json() };
};
const fhir = (token, path, options = {}) => fetch(base + path, { ...options,
  headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(options.body ? { "Content-Type": "application/fhir+json" } : {}), ...options.headers } });
const put = async (token, resource) => {
  const response = await fhir(token, `/${resource.resourceType}/${resource.id}`, { method: "PUT", body: JSON.stringify(resource) });
  assert.equal(response.status, 201, await response.text());
};

// Discovery says what is there, and nothing else.
assert.ok(discovery.grant_types_supported.includes("client_credentials"));
assert.ok(discovery.capabilities.includes("client-confidential-asymmetric"));
assert.ok(discovery.capabilities.includes("permission-v2"));
assert.equal(discovery.authorization_endpoint, new URL("/auth/authorize", base).href);
const metadata = await fhir(null, "/metadata");
assert.equal(metadata.status, 200);
const security = (await metadata.json()).rest[0].security;
assert.equal(security.service[0].coding[0].code, "SMART-on-FHIR");
assert.equal(security.extension[0].extension.find((each) => each.url === "token").valueUri, tokenUrl);

// Without a token nothing, and the answer says what it takes.
const without = await fhir(null, "/Patient");
assert.equal(without.status, 401);
assert.match(without.headers.get("WWW-Authenticate"), /^Bearer/);
assert.equal((await without.json()).resourceType, "OperationOutcome");

// A hospital fills the record; its key is of the other kind.
const hospitalKey = key("RS384");
const hospital = register("hospital", "system/*.cruds", hospitalKey);
const filled = await ask("system/*.cruds", assertion(hospitalKey, hospital, tokenUrl));
assert.equal(filled.status, 200, JSON.stringify(filled.body));
const all = filled.body.access_token;
await put(all, { resourceType: "Patient", id: "p", name: [{ text: "Asha Rao" }] });
await put(all, { resourceType: "Practitioner", id: "d", name: [{ text: "Dr Das" }] });
await put(all, { resourceType: "MedicationRequest", id: "m", status: "active", intent: "order", medicationCodeableConcept: { text: "Metformin" },
  subject: { reference: "Patient/p" }, requester: { reference: "Practitioner/d" }, authoredOn: "2026-03-01T10:00:00Z" });
await put(all, { resourceType: "Condition", id: "c", subject: { reference: "Patient/p" } });

// The pharmacy has prescriptions, and who they are for.
const pharmacyKey = key("ES384");
const pharmacy = register("pharmacy", "system/MedicationRequest.rs system/Patient.r", pharmacyKey);
const granted = await ask("system/MedicationRequest.rs system/Patient.r", assertion(pharmacyKey, pharmacy, tokenUrl));
assert.equal(granted.status, 200, JSON.stringify(granted.body));
assert.equal(granted.body.token_type.toLowerCase(), "bearer");
assert.equal(typeof granted.body.expires_in, "number");
assert.ok(granted.body.expires_in <= 300);
assert.equal(granted.body.refresh_token, undefined);
assert.equal(granted.headers.get("Cache-Control"), "no-store");
const token = granted.body.access_token;
const pulled = await (await fhir(token, "/MedicationRequest?status=active&_include=MedicationRequest:patient&_include=MedicationRequest:requester")).json();
assert.deepEqual(pulled.entry.map((each) => each.resource.resourceType).sort(), ["MedicationRequest", "Patient"]);
for (const [path, status] of [["/MedicationRequest/m", 200], ["/Patient/p", 200], ["/Patient", 403], ["/Condition/c", 403],
  ["/Condition", 403], ["/Practitioner/d", 403], ["/MedicationRequest/m/_history", 200], ["/_history", 200], ["/$meta", 403],
  ["/Patient/p/$everything", 403], ["/MedicationRequest?subject:Patient.name=asha", 200]])
  assert.equal((await fhir(token, path)).status, status, path);
// A chain through a type that may not be searched finds nothing.
assert.equal((await (await fhir(token, "/MedicationRequest?subject:Patient.name=asha&_total=accurate")).json()).total, 0);
for (const [method, path] of [["DELETE", "/MedicationRequest/m"], ["POST", "/MedicationRequest"], ["PUT", "/Patient/p"]])
  assert.equal((await fhir(token, path, { method, ...(method === "DELETE" ? {} : { body: JSON.stringify({ resourceType: path.split("/")[1], id: "p" }) }) })).status, 403, method + path);
const history = await (await fhir(token, "/_history")).json();
assert.deepEqual([...new Set(history.entry.map((each) => each.resource.resourceType))].sort(), ["MedicationRequest", "Patient"]);

// What is not right is refused.
const strange = key("ES384");
const bad = {
  "another's key": assertion({ ...strange, kid: pharmacyKey.kid }, pharmacy, tokenUrl),
  "an unknown key": assertion(strange, pharmacy, tokenUrl),
  "another audience": assertion(pharmacyKey, pharmacy, base),
  "expired": assertion(pharmacyKey, pharmacy, tokenUrl, { exp: Math.floor(Date.now() / 1000) - 60 }),
  "too long": assertion(pharmacyKey, pharmacy, tokenUrl, { exp: Math.floor(Date.now() / 1000) + 3600 }),
  "another's name": assertion(pharmacyKey, pharmacy, tokenUrl, { sub: hospital }),
  "no algorithm": encoded({ alg: "none", kid: pharmacyKey.kid }) + "." + encoded({ iss: pharmacy, sub: pharmacy, aud: tokenUrl }) + ".",
};
for (const [why, signed] of Object.entries(bad)) {
  const refused = await ask("system/Patient.r", signed);
  assert.ok(refused.status === 400 || refused.status === 401, why);
  assert.equal(refused.body.error, "invalid_client", why);
}
const once = assertion(pharmacyKey, pharmacy, tokenUrl);
assert.equal((await ask("system/Patient.r", once)).status, 200);
assert.equal((await ask("system/Patient.r", once)).body.error, "invalid_client", "a repeated assertion");
assert.equal((await ask("system/Condition.rs", assertion(pharmacyKey, pharmacy, tokenUrl))).body.error, "invalid_scope");
assert.equal((await ask("system/Patient.sr", assertion(pharmacyKey, pharmacy, tokenUrl))).body.error, "invalid_scope");

// A client that is revoked is out within a second.
execFileSync(hvfhir, ["client", "revoke", pharmacy]);
await new Promise((done) => setTimeout(done, 1000));
assert.equal((await fhir(token, "/MedicationRequest/m")).status, 401);
assert.equal((await ask("system/Patient.r", assertion(pharmacyKey, pharmacy, tokenUrl))).body.error, "invalid_client");
assert.equal((await fhir(all, "/MedicationRequest/m")).status, 200);
console.log("a client system comes in by Backend Services, and goes no further than its scopes");
