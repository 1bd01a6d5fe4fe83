// origins.mjs BASE HVFHIR: cross-origin requests (Fetch standard, CORS protocol), as a browser makes them for an app.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import http from 'node:http';

const [base, hvfhir] = process.argv.slice(2);
const origin = new URL(base).origin;
const ours = 'https://app.example.org';
const evil = 'https://evil.example.org';
const client = (...args) => execFileSync(hvfhir, ['client', ...args], { encoding: 'utf8' });

// fetch() keeps Origin and the Access-Control-Request headers to itself.
const ask = (method, url, headers, body) =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
const preflight = (url, from, method = 'GET', asks = 'authorization') =>
  ask('OPTIONS', url, { Origin: from, 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': asks });
const allowed = ({ headers }) => headers['access-control-allow-origin'];
const lists = (value, item) => (value ?? '').toLowerCase().split(/,\s*/).includes(item.toLowerCase());

const id = /^client_id: (\S+)$/m.exec(client('register', '--name', 'An app', '--redirect-uri', `${ours}/callback`, '--scopes', 'launch/patient patient/*.rs'))[1];
const metadata = `${base}/metadata`;
const discovery = JSON.parse((await ask('GET', `${base}/.well-known/smart-configuration`, { Origin: evil })).text);

// Discovery is everybody's, and needs no token.
for (const url of [`${base}/.well-known/smart-configuration`, `${origin}/auth/.well-known/openid-configuration`, discovery.jwks_uri, metadata]) {
  const answer = await ask('GET', url, { Origin: evil });
  assert.equal(answer.status, 200, url);
  assert.equal(allowed(answer), '*', url);
}
// Of the launch page's two documents each names the same endpoints.
const uris = JSON.parse((await ask('GET', metadata, {})).text).rest[0].security.extension[0].extension;
for (const [name, field] of [['authorize', 'authorization_endpoint'], ['token', 'token_endpoint'], ['introspect', 'introspection_endpoint'], ['revoke', 'revocation_endpoint'], ['manage', 'management_endpoint'], ['register', 'registration_endpoint']])
  assert.equal(uris.find(({ url }) => url === name)?.valueUri, discovery[field], name);

// The API answers preflights of registered origins, for every method, with Authorization; and lets them read its headers.
for (const path of ['/Patient/1', '/Observation?patient=1&category=vital-signs&_sort=-date&_count=200', '/Patient/1/$everything', '/'])
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await preflight(base + path, ours, method, 'authorization,content-type,if-match,prefer');
    assert.equal(answer.status, 204, path);
    assert.equal(allowed(answer), ours);
    assert.ok(lists(answer.headers['access-control-allow-methods'], method), method);
    for (const header of ['authorization', 'content-type', 'if-match', 'prefer']) assert.ok(lists(answer.headers['access-control-allow-headers'], header), header);
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  }
const refused = await ask('GET', `${base}/Patient/1`, { Origin: ours, Authorization: 'Bearer x' });
assert.equal(refused.status, 401);
assert.equal(allowed(refused), ours, 'an app may read why it was refused');
for (const header of ['ETag', 'Location', 'Content-Location', 'Last-Modified']) assert.ok(lists(refused.headers['access-control-expose-headers'], header), header);
assert.ok(lists(refused.headers.vary, 'Origin'), 'a cache must tell origins apart');

// The token endpoint likewise.
const token = discovery.token_endpoint;
assert.equal(allowed(await preflight(token, ours, 'POST', 'content-type')), ours);
assert.equal(allowed(await ask('POST', token, { Origin: ours, 'Content-Type': 'application/x-www-form-urlencoded' }, 'grant_type=authorization_code')), ours);

// Nobody else: not another origin, nor one that looks alike.
for (const other of [evil, 'http://app.example.org', `${ours}:8443`, `${ours}.evil.example`, 'https://evil-app.example.org', 'null', `${ours}/`, '*', ours.toUpperCase()])
  for (const url of [`${base}/Patient/1`, token]) {
    assert.equal(allowed(await preflight(url, other, 'POST')), undefined, `${other} ${url}`);
    assert.equal(allowed(await ask('GET', url, { Origin: other })), undefined, `${other} ${url}`);
  }
// The pages on which a person signs in are for no script.
for (const path of ['/auth/sign-in', '/auth/apps', '/auth/authorize?client_id=x']) {
  assert.equal(allowed(await ask('GET', origin + path, { Origin: ours })), undefined, path);
  assert.equal(allowed(await preflight(origin + path, ours)), undefined, path);
}

// With the client goes its origin, within some seconds.
client('revoke', id);
await new Promise((done) => setTimeout(done, 5500));
assert.equal(allowed(await preflight(`${base}/Patient/1`, ours)), undefined);
assert.equal(allowed(await preflight(token, ours, 'POST')), undefined);
console.log('scripts of registered origins read the API and the token endpoint, everybody reads discovery, nobody else anything');
