// provider.mjs FILE: an OpenID provider on a free port of loopback, until it is ended; its issuer is written to the file.
import { generateKeyPairSync } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import http from 'node:http';

import Provider from 'oidc-provider';

const key = (kid, alg, kind, options) => ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' });

// What a resource indicator (RFC 8707) says of the token that is asked for.
const resources = {
  'https://fhir.example.org/fhir': {},
  'https://fhir.example.org/fhir#': {},
  'https://other.example.org/fhir': {},
};
const accounts = {
  'patient@example.org': { email_verified: true },
  'doctor@example.org': { email_verified: true, role: 'admin' },
  'unverified@example.org': { email_verified: false },
  'stranger@example.org': { email_verified: true },
};

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://localhost:${server.address().port}`;
  const client = (id, alg) => ({ client_id: id, token_endpoint_auth_method: 'none', redirect_uris: ['http://localhost/callback'], application_type: 'native', id_token_signed_response_alg: alg });
  const provider = new Provider(issuer, {
    clients: [client('portal-RS256', 'RS256'), client('portal-ES256', 'ES256')],
    jwks: { keys: [key('r', 'RS256', 'rsa', { modulusLength: 2048 }), key('e', 'ES256', 'ec', { namedCurve: 'P-256' })] },
    cookies: { keys: ['only for this test'] },
    ttl: { AccessToken: 300, Session: 300, Interaction: 300, Grant: 300, IdToken: 300 },
    claims: { email: ['email', 'email_verified'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, ...accounts[id] }) }),
    extraTokenClaims: (_, token) => ({ email: token.accountId, ...accounts[token.accountId] }),
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource, { clientId }) => {
          if (!(resource in resources)) throw new Error('no such resource');
          return {
            scope: 'user/*.rs user/Patient.r patient/*.rs user/Observation.sr',
            audience: resource,
            accessTokenTTL: 300,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: clientId.split('-')[1] } },
          };
        },
      },
    },
  });
  server.on('request', provider.callback());
  writeFileSync(`${process.argv[2]}.new`, issuer);
  renameSync(`${process.argv[2]}.new`, process.argv[2]);
});
