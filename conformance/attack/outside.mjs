// Who attacks with a token of an outside identity provider (docs/identity-providers.md). provider.mjs serves the keys; conformance/identity
// has a whole provider, with its pages.
import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';

import { nobodys, only, open, wide } from './principals.mjs';

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

// As principals.mjs has them. `good`: the token without its one fault, which opens what it names.
// keys: provider.mjs's file; audience: what the servers want of `aud`.
export function outsiders({ issuer, audience, keys }) {
  const privateKey = (realm) => createPrivateKey({ key: keys[realm], format: 'jwk' });
  const publicKey = createPublicKey(privateKey('realm')).export({ type: 'spki', format: 'pem' });
  const seals = {
    RS256: (text, realm) => sign('sha256', Buffer.from(text), privateKey(realm)).toString('base64url'),
    HS256: (text) => createHmac('sha256', publicKey).update(text).digest('base64url'),
    none: () => '',
  };
  const now = Math.floor(Date.now() / 1000);
  const token = (person, claims, { alg = 'RS256', kid = 'realm', realm = kid } = {}) => {
    const all = { iss: issuer, aud: audience, exp: now + 86400, iat: now, sub: person, client_id: 'portal', email: `${person}@example.org`, email_verified: true, scope: wide, ...claims };
    const text = `${part({ alg, typ: 'at+jwt', kid })}.${part(all)}`;
    return `${text}.${seals[alg](text, realm)}`;
  };
  const bela = (name, claims, good) => ({ name: `another patient, by an outside token${name}`, user: 'bela', against: 'person', shows: only('bela', null, open), own: 'bela', token: token('bela', claims), good: token('bela', good) });
  const refused = (name, claims, sealed) => ({ name: `an outside token ${name}`, user: 'victim', against: 'token', shows: nobodys, token: token('victim', claims, sealed), good: token('victim', {}) });
  return [
    bela('', {}, {}),
    bela(', the victim in context', { scope: 'patient/*.cruds user/Patient.r', patient: 'victim' }, { scope: 'patient/*.cruds', patient: 'bela' }),
    refused('of a provider that nobody trusts', { iss: issuer.replace(/realm$/, 'other') }, { kid: 'other' }),
    refused('for another audience', { aud: [`${audience}2`, 'https://other.example.org/fhir'] }),
    refused('that has expired', { exp: now - 60, iat: now - 3600 }),
    refused('that another key signed', {}, { realm: 'other' }),
    refused('that nobody signed (alg none)', {}, { alg: 'none' }),
    refused('that the public key signed (HS256)', {}, { alg: 'HS256' }),
    refused('of an address that is not verified', { email_verified: false }),
  ].map((each) => ({ target: 'victim', isOutside: true, ...each }));
}
