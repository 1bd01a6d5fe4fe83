// provider.mjs FILE: two identity providers on a free port of loopback, until it is ended. The servers trust `realm` and not `other`.
// Their private keys are written to the file, for outside.mjs to sign with; then the issuer to standard output.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import http from 'node:http';

const realms = ['realm', 'other'];
const keys = Object.fromEntries(realms.map((realm) => [realm, { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid: realm, alg: 'RS256', use: 'sig' }]));

const server = http.createServer(({ url }, response) => {
  const origin = `http://localhost:${server.address().port}`;
  const [, realm, ...rest] = url.split('/');
  const { kid, alg, use } = keys[realm] ?? {};
  const documents = {
    '.well-known/openid-configuration': () => ({ issuer: `${origin}/${realm}`, jwks_uri: `${origin}/${realm}/keys` }),
    keys: () => ({ keys: [{ ...createPublicKey({ key: keys[realm], format: 'jwk' }).export({ format: 'jwk' }), kid, alg, use }] }),
  };
  const document = kid && documents[rest.join('/')];
  response.writeHead(document ? 200 : 404, { 'Content-Type': 'application/json' });
  response.end(document ? JSON.stringify(document()) : '{}');
});
server.listen(0, '127.0.0.1', () => {
  writeFileSync(process.argv[2], JSON.stringify(keys), { mode: 0o600 });
  console.log(`http://localhost:${server.address().port}/realm`);
});
