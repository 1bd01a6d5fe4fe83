// The world of these tests: the demo's people and data, an app that is served here, and the portal.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const base = process.env.HV_BASE_URL;
export const origin = new URL(base).origin;
export const savitri = '00000003-0000-4000-8000-000000000001';
export const doctor = '00000001-0000-4000-8000-000000000001'; // users.id

const library = readFileSync(join(createRequire(import.meta.url).resolve('fhirclient/package.json'), '../build/fhir-client.js'));

// {email, password} of the demo's patient, doctor and admin.
export const logins = Object.fromEntries(readFileSync(join(process.env.HV_DEMO_FOLDER, 'logins'), 'utf8').trim().split('\n')
  .map((line) => line.split(' ')).map(([role, email, password]) => [role, { email, password }]));

export const token = (scope) => execFileSync(process.env.HV_TOKEN, scope ? [scope] : [], { encoding: 'utf8' }).trim();

// {id, secret} of a client that is registered now.
export function register(...options) {
  const said = execFileSync(process.env.HV_HVFHIR, ['client', 'register', ...options],
    { encoding: 'utf8', env: { ...process.env, HVFHIR_DATABASE_URL: process.env.HV_OWNER_URL } });
  return { id: /client_id: (\S+)/.exec(said)[1], secret: /client_secret: (\S+)/.exec(said)?.[1] };
}

export async function put(resource) {
  const response = await fetch(`${base}/${resource.resourceType}/${resource.id}`, { method: 'PUT', body: JSON.stringify(resource),
    headers: { Authorization: `Bearer ${token()}`, 'Content-Type': 'application/fhir+json' } });
  if (!response.ok) throw new Error(await response.text());
}

// What the portal is told when it has a person open the app.
export async function portalLaunch(clientId, context) {
  const response = await fetch(`${origin}/auth/launch`, { method: 'POST', body: JSON.stringify({ client_id: clientId, ...context }),
    headers: { Authorization: `Bearer ${token('portal/launch')}`, 'Content-Type': 'application/json' } });
  if (response.status !== 201) throw new Error(await response.text());
  return response.json();
}

const page = (script) => `<!doctype html><meta charset="utf-8"><title>app</title><script src="/fhir-client.js"></script><script>${script}</script>`;

// An app in the browser, as its maker writes it with fhirclient: /launch begins, / ends with window.result. /form sends the
// authorization by POST; /callback is the relying party's, where nothing happens.
export async function startApp() {
  const app = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const answer = (type, body) => response.writeHead(200, { 'Content-Type': type }).end(body);
    if (url.pathname === '/fhir-client.js') return answer('text/javascript', library);
    if (url.pathname === '/launch')
      return answer('text/html', page(`const asked = new URLSearchParams(location.search);
        FHIR.oauth2.authorize({ clientId: ${JSON.stringify(app.clientId)}, redirectUri: "/", scope: asked.get("scope") || ${JSON.stringify(app.scope)}, pkceMode: "required",
          ...(asked.get("launch") ? {} : { iss: ${JSON.stringify(base)} }) }).catch((error) => { window.result = { error: error.message }; });`));
    if (url.pathname === '/form')
      return answer('text/html', `<!doctype html><title>app</title><form method="post" action="${origin}/auth/authorize">${
        [...url.searchParams].map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`).join('')}<button>go</button></form>`);
    if (url.pathname === '/callback') return answer('text/html', '<!doctype html><title>app</title>');
    return answer('text/html', page(`FHIR.oauth2.ready().then(async (client) => {
        const status = async (path) => client.request(path).then(() => 200, (error) => error.status);
        window.result = { state: client.state.tokenResponse, patient: client.patient.id, encounter: client.encounter.id, user: client.user.fhirUser,
          observations: (await client.request("Observation?category=vital-signs&_sort=-date&_count=200&patient=" + client.patient.id, { flat: true })).length,
          conditions: await status("Condition?patient=" + client.patient.id), me: client.user.fhirUser ? await status(client.user.fhirUser) : 0 };
      }).catch((error) => { window.result = { error: error.message }; });`));
  });
  await new Promise((resolve) => app.listen(0, 'localhost', resolve));
  app.origin = `http://localhost:${app.address().port}`;
  return app;
}
