// Who signs in at a certified OpenID provider is at this server whom the platform knows by his e-mail.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';

const base = process.env.HV_BASE_URL;
const issuer = process.env.HV_ISSUER;
const [pia, otto] = [1, 2].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
const audience = 'https://fhir.example.org/fhir';
const sql = (text) => execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', process.env.HV_OWNER_URL], { input: text, encoding: 'utf8' }).trim();

// A browser that keeps cookies and follows the provider's own pages.
class Browser {
  cookies = new Map();
  async go(url, form) {
    for (let i = 0; i < 20; ++i) {
      const response = await fetch(url, {
        method: form ? 'POST' : 'GET',
        redirect: 'manual',
        headers: { Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '), ...(form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}) },
        body: form && new URLSearchParams(form),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
        if (value === '') this.cookies.delete(name);
        else this.cookies.set(name, value);
      }
      const next = response.headers.get('Location');
      if (!next) return { url, text: await response.text(), status: response.status };
      url = new URL(next, url).href;
      form = undefined;
      if (url.startsWith('http://localhost/callback')) return { url };
    }
    throw new Error('too many redirects');
  }
}

// The code flow with PKCE, through the pages for sign-in and consent. Returns the token endpoint's answer.
async function signIn(login, { alg = 'RS256', scope = 'openid email user/*.rs patient/*.rs', resource = audience } = {}) {
  const discovery = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const verifier = randomBytes(32).toString('base64url');
  const client = `portal-${alg}`;
  const asked = { client_id: client, response_type: 'code', redirect_uri: 'http://localhost/callback', scope, resource, state: 's', nonce: 'n', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' };
  const browser = new Browser();
  let page = await browser.go(`${discovery.authorization_endpoint}?${new URLSearchParams(asked)}`);
  for (let i = 0; i < 3 && page.text; ++i) {
    const action = /action="([^"]+)"/.exec(page.text)?.[1];
    assert.ok(action, `${page.status} ${page.text}`);
    const form = page.text.includes('name="login"') ? { prompt: 'login', login, password: 'any' } : { prompt: 'consent' };
    page = await browser.go(new URL(action, page.url).href, form);
  }
  const code = new URL(page.url).searchParams.get('code');
  assert.ok(code, page.url);
  const answer = await fetch(discovery.token_endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: client, code, redirect_uri: 'http://localhost/callback', code_verifier: verifier, resource }),
  });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  return body;
}
const get = (token, path) => fetch(base + path, { headers: { Authorization: `Bearer ${token}` } });
const status = async (token, path) => (await get(token, path)).status;
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

for (const alg of ['RS256', 'ES256'])
  test(`a patient who signed in there sees the own record here, by ${alg}`, async () => {
    const { access_token: token } = await signIn('patient@example.org', { alg });
    assert.equal(claimsOf(token).iss, issuer);
    const own = await get(token, `/Patient/${pia}`);
    assert.equal(own.status, 200, await own.clone().text());
    assert.equal((await own.json()).id, pia);
    assert.equal(await status(token, `/Patient/${otto}`), 404);
    const all = await (await get(token, '/Observation?_total=accurate')).json();
    assert.deepEqual(all.entry.map(({ resource }) => resource.subject.reference), [`Patient/${pia}`]);
  });

test('a doctor has the role that he has here, whatever the token says of roles', async () => {
  const { access_token: token } = await signIn('doctor@example.org');
  assert.equal(claimsOf(token).role, 'admin');
  assert.equal(await status(token, `/Patient/${otto}`), 200); // in care
  assert.equal(await status(token, `/Patient/${pia}`), 404);
});

test('a narrow scope of the provider narrows it here', async () => {
  const { access_token: token } = await signIn('patient@example.org', { scope: 'openid user/Patient.r' });
  assert.equal(await status(token, `/Patient/${pia}`), 200);
  assert.equal(await status(token, '/Observation'), 403);
});

test('who is nobody here, or not verified there, is refused', async () => {
  for (const login of ['stranger@example.org', 'unverified@example.org']) {
    const { access_token: token } = await signIn(login);
    assert.equal(await status(token, `/Patient/${pia}`), 401, login);
  }
});

test('what is not meant for this server, or no access token, or altered, is refused', async () => {
  const other = await signIn('patient@example.org', { resource: 'https://other.example.org/fhir' });
  assert.equal(await status(other.access_token, `/Patient/${pia}`), 401);
  const { access_token: good, id_token: identity } = await signIn('patient@example.org');
  assert.equal(await status(good, `/Patient/${pia}`), 200);
  assert.equal(await status(identity, `/Patient/${pia}`), 401);
  const [head, payload, signature] = good.split('.');
  const changed = Buffer.from(JSON.stringify({ ...claimsOf(good), email: 'doctor@example.org' })).toString('base64url');
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid: 'r' })).toString('base64url');
  for (const bad of [`${head}.${changed}.${signature}`, `${none}.${payload}.`, `${none}.${payload}.${signature}`, `${head}.${payload}.${signature.slice(0, -4)}AAAA`]) {
    const refused = await get(bad, `/Patient/${pia}`);
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('WWW-Authenticate'), /error="invalid_token"/);
  }
  const strange = await signIn('patient@example.org', { scope: 'openid user/*.rs user/Observation.sr' });
  assert.equal(await status(strange.access_token, `/Patient/${pia}`), 401, 'a scope that is not understood');
});

test('a user who is deactivated here is out within a second', async () => {
  const { access_token: token } = await signIn('patient@example.org');
  assert.equal(await status(token, `/Patient/${pia}`), 200);
  sql("UPDATE users SET is_active = false WHERE email = 'patient@example.org'");
  await new Promise((done) => setTimeout(done, 1000));
  assert.equal(await status(token, `/Patient/${pia}`), 401);
  sql("UPDATE users SET is_active = true WHERE email = 'patient@example.org'");
  assert.equal(await status(token, `/Patient/${pia}`), 200);
});
