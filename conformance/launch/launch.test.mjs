import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Issuer, custom, generators } from 'openid-client';

import { findings, openPage, screenshot, startBrowser } from './pages.mjs';
import { base, doctor, logins, origin, portalLaunch, put, register, savitri, startApp } from './world.mjs';

const scopes = 'launch/patient launch/encounter openid fhirUser offline_access patient/Observation.rs patient/Condition.rs user/Practitioner.r';
let app;
let browser;
let party; // the relying party's registration

before(async () => {
  for (const [id, start] of [['visit-one', '2026-01-02T09:00:00Z'], ['visit-two', '2026-03-04T09:00:00Z']])
    await put({ resourceType: 'Encounter', id, status: 'finished', class: { code: 'AMB' }, type: [{ text: `Review ${id}` }], subject: { reference: `Patient/${savitri}` },
      period: { start } });
  app = await startApp();
  app.scope = scopes;
  app.clientId = register('--name', 'Growth chart', '--redirect-uri', `${app.origin}/`, '--launch-uri', `${app.origin}/launch`, '--scopes', `launch ${scopes}`).id;
  party = register('--name', 'Portal of the village', '--secret', '--redirect-uri', `${app.origin}/callback`, '--scopes', 'openid fhirUser profile offline_access user/*.rs');
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  app?.closeAllConnections();
  await new Promise((resolve) => app?.close(resolve));
});

// Each page that is shown is judged.
async function judged(page, name) {
  await screenshot(page, name);
  assert.deepEqual(await findings(page), []);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 320, `${name} is ${width} pixels wide`);
}

// By the path alone: where to go on stands in the query of the page before.
const at = (path) => (url) => url.pathname === path;

async function signIn(page, role) {
  await page.waitForURL(at('/auth/sign-in'));
  await judged(page, 'sign-in');
  await page.fill('#email', logins[role].email);
  await page.fill('#password', logins[role].password);
  await page.click('main button[type=submit]');
}

async function resultOf(page) {
  await page.waitForURL((url) => url.origin === app.origin && url.pathname === '/');
  await page.waitForFunction(() => globalThis.result);
  return page.evaluate(() => globalThis.result);
}

const answered = (page) => page.waitForResponse((response) => response.request().method() === 'POST' && response.url() === `${origin}/auth/consent`);

test('a doctor starts an app: the patient and the visit are chosen, one scope unticked, and the app reads what was granted', async () => {
  const page = await openPage(browser);
  await page.goto(`${app.origin}/launch`);
  await signIn(page, 'doctor');
  await page.waitForURL(at('/auth/authorize'));
  await page.fill('#search', 'savitri');
  await page.press('#search', 'Enter');
  await page.waitForURL(at('/auth/consent'));
  await page.check(`input[value="${savitri}"]`);
  await page.uncheck('input[value="patient/Condition.rs"]');
  await judged(page, 'consent-patient');
  const answer = answered(page);
  const loaded = page.waitForEvent('load');
  await page.click('button[value=allow]');
  assert.equal((await answer).status(), 422); // the visit comes after the patient
  await loaded;
  await page.check('input[value="visit-two"]');
  await judged(page, 'consent-visit');
  await page.click('button[value=allow]');
  const result = await resultOf(page);
  assert.equal(result.error, undefined);
  assert.equal(result.patient, savitri);
  assert.equal(result.encounter, 'visit-two');
  assert.ok(result.observations > 0);
  assert.equal(result.user, 'Practitioner/00000002-0000-4000-8000-000000000001');
  assert.equal(result.me, 200);
  assert.deepEqual(result.state.scope.split(' ').sort(), scopes.split(' ').filter((each) => each !== 'patient/Condition.rs').sort());
  assert.equal(result.conditions, 403);
  assert.equal(result.state.need_patient_banner, true);
  assert.ok(result.state.refresh_token);
  assert.deepEqual(page.complaints, []);

  // She sees it among her apps, and ends it; the token ends with it.
  const read = () => fetch(`${base}/Patient/${savitri}`, { headers: { Authorization: `Bearer ${result.state.access_token}` } });
  assert.equal((await read()).status, 403); // no scope for it, but a token
  await page.goto(`${origin}/auth`);
  await judged(page, 'home');
  await page.goto(`${origin}/auth/apps`);
  await judged(page, 'apps');
  await page.click('button.danger');
  await page.waitForURL(/done=disconnected/);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal((await read()).status, 401);
});

test('the portal launches the app for a patient and a visit, once', async () => {
  const launch = await portalLaunch(app.clientId, { user: doctor, patient: savitri, encounter: 'visit-one', need_patient_banner: false, intent: 'review',
    fhirContext: [{ reference: 'DiagnosticReport/any' }] });
  const page = await openPage(browser);
  await page.goto(`${launch.launch_url}&scope=${encodeURIComponent(`launch ${scopes}`)}`);
  await signIn(page, 'doctor');
  await page.waitForURL(at('/auth/authorize'));
  assert.equal(await page.locator('input[name=patient], input[name=encounter]').count(), 0);
  await judged(page, 'consent-launched');
  await page.click('button[value=allow]');
  const result = await resultOf(page);
  assert.equal(result.error, undefined);
  assert.equal(result.patient, savitri);
  assert.equal(result.encounter, 'visit-one');
  assert.ok(result.observations > 0);
  assert.equal(result.conditions, 200);
  assert.equal(result.state.need_patient_banner, false);
  assert.equal(result.state.intent, 'review');
  assert.deepEqual(result.state.fhirContext, [{ reference: 'DiagnosticReport/any' }]);
  await page.goto(`${launch.launch_url}&scope=${encodeURIComponent(`launch ${scopes}`)}`);
  assert.match((await resultOf(page)).error, /launch/);
});

test('what the portal suggests and the person may not see ends with access_denied', async () => {
  const launch = await portalLaunch(app.clientId, { user: doctor, patient: '00000003-0000-4000-8000-000000000003' });
  const page = await openPage(browser);
  await page.goto(`${launch.launch_url}&scope=launch%20patient/Observation.rs`);
  await signIn(page, 'doctor');
  assert.match((await resultOf(page)).error, /not allowed/i);
});

test('a patient reads her own, and nobody else; the keyboard alone is enough', async () => {
  const page = await openPage(browser, { locale: 'hi' });
  await page.goto(`${app.origin}/launch?scope=launch/patient%20patient/Observation.rs`);
  await page.waitForURL(at('/auth/sign-in'));
  await page.focus('#email');
  await page.keyboard.type(logins.patient.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(logins.patient.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(at('/auth/authorize'));
  await judged(page, 'consent-hindi');
  for (let i = 0; i < 30 && (await page.evaluate(() => document.activeElement.value)) !== 'allow'; ++i) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const result = await resultOf(page);
  assert.equal(result.error, undefined);
  assert.equal(result.patient, savitri);
  assert.ok(result.observations > 0);
  const others = await fetch(`${base}/Observation?patient=00000003-0000-4000-8000-000000000002`, { headers: { Authorization: `Bearer ${result.state.access_token}` } });
  assert.equal((await others.json()).entry, undefined);

  // What the app has read for her is among what she sees of her record's readers.
  await page.goto(`${origin}/auth/record`);
  await judged(page, 'record');
  assert.ok(await page.getByText('Growth chart').count());
});

test('who says no is told to the app, and a request by POST is the same', async () => {
  const page = await openPage(browser);
  const asked = { response_type: 'code', client_id: app.clientId, redirect_uri: `${app.origin}/`, scope: 'patient/Observation.rs', state: 'a&b=c', aud: base,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
  await page.goto(`${app.origin}/form?${new URLSearchParams({ ...asked, state: 'xyz' })}`);
  await page.click('button');
  await signIn(page, 'patient');
  await page.waitForURL(at('/auth/authorize'));
  const left = page.waitForRequest((request) => request.url().startsWith(`${app.origin}/?`));
  await page.click('button[value=deny]');
  const told = new URL((await left).url()).searchParams;
  assert.equal(told.get('error'), 'access_denied');
  assert.equal(told.get('state'), 'xyz');
  assert.equal(told.get('code'), null);
});

test("an administrator's pages, and those for nobody", async () => {
  const page = await openPage(browser);
  await page.goto(`${origin}/auth/clients`);
  await signIn(page, 'admin');
  await page.waitForURL(at('/auth/clients'));
  await judged(page, 'clients');
  assert.ok(await page.getByText('Demo app').count());
  for (const [path, name] of [['clients/new', 'client'], ['password', 'password'], ['nowhere', 'not-found'], ['authorize?client_id=nobody', 'unknown-app']]) {
    await page.goto(`${origin}/auth/${path}`);
    await judged(page, name);
  }
});

test('a relying party: id_token by RS256, userinfo, rotation of refresh tokens, and silence with consent alone', async () => {
  const issuer = await Issuer.discover(`${origin}/auth`);
  const redirect = `${app.origin}/callback`;
  const client = new issuer.Client({ client_id: party.id, client_secret: party.secret, redirect_uris: [redirect], response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: 'RS256' });
  client[custom.clock_tolerance] = 5;
  const page = await openPage(browser);
  // What the app is told after this authorization; `person` does what it takes on the pages.
  const authorize = async (more, person) => {
    const check = { state: generators.state(), nonce: generators.nonce(), code_verifier: generators.codeVerifier(), response_type: 'code' };
    const left = page.waitForRequest((request) => request.url().startsWith(`${redirect}?`));
    await page.goto(client.authorizationUrl({ scope: 'openid fhirUser profile offline_access user/Observation.rs', aud: base, state: check.state, nonce: check.nonce,
      code_challenge: generators.codeChallenge(check.code_verifier), code_challenge_method: 'S256', ...more }));
    await person?.();
    return client.callback(redirect, client.callbackParams((await left).url()), check);
  };
  await assert.rejects(authorize({ prompt: 'none' }), { error: 'login_required' });
  const first = await authorize({}, async () => {
    await signIn(page, 'doctor');
    await page.waitForURL(at('/auth/authorize'));
    await page.click('button[value=allow]');
  });
  assert.equal(JSON.parse(Buffer.from(first.id_token.split('.')[0], 'base64url')).alg, 'RS256');
  assert.equal(first.claims().sub, doctor);
  assert.equal(first.claims().fhirUser, `${base}/Practitioner/00000002-0000-4000-8000-000000000001`);
  const about = await client.userinfo(first); // compares sub
  assert.equal(about.name, 'Dr. Asha Namuna');
  assert.equal((await client.introspect(first.access_token)).active, true);

  // Allowed before: no page. More than that: it has to be asked.
  const silent = await authorize({ prompt: 'none' });
  assert.ok(silent.access_token);
  await assert.rejects(authorize({ prompt: 'none', scope: 'openid user/Observation.rs user/Condition.rs' }), { error: 'consent_required' });

  const second = await client.refresh(first);
  assert.ok(second.refresh_token && second.refresh_token !== first.refresh_token);
  const search = () => fetch(`${base}/Observation?_count=1`, { headers: { Authorization: `Bearer ${second.access_token}` } });
  assert.equal((await search()).status, 200);
  await assert.rejects(client.refresh(first), { error: 'invalid_grant' });
  await assert.rejects(client.refresh(second), { error: 'invalid_grant' });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.equal((await search()).status, 401);
  assert.equal((await client.introspect(second.access_token)).active, false);
});
