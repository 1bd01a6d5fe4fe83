// The server as a client sees it: writes, searches, pages. Only HTTP.
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

// {status, body}: the body parsed when it is JSON.
export function request(method, url, { body, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, agent, headers: { accept: 'application/fhir+json', ...headers } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString();
        resolve({
          status: answer.statusCode,
          headers: answer.headers,
          text,
          body: text.startsWith('{') ? JSON.parse(text) : undefined,
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export const encode = (pairs) =>
  pairs.map(([name, value]) => `${encodeURIComponent(name).replaceAll('%3A', ':')}=${encodeURIComponent(value)}`).join('&');

export class Server {
  constructor(base) {
    this.base = base;
    this.requests = 0;
  }

  get(path, headers = {}) {
    ++this.requests;
    return request('GET', path.startsWith('http') ? path : `${this.base}/${path}`, { headers });
  }

  put(resource) {
    ++this.requests;
    return request('PUT', `${this.base}/${resource.resourceType}/${resource.id}`, {
      body: JSON.stringify(resource),
      headers: { 'content-type': 'application/fhir+json', prefer: 'return=minimal' },
    });
  }

  delete(path) {
    ++this.requests;
    return request('DELETE', `${this.base}/${path}`);
  }

  post(path, form) {
    ++this.requests;
    return request('POST', `${this.base}/${path}`, {
      body: form,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }

  // All pages from this URL: {status, pages}; `status` is the first that is not 200. Throws when they do not end.
  async pages(path) {
    const pages = [];
    const seen = new Set();
    for (let at = path; at; ) {
      if (seen.has(at)) throw new Error(`the pages of ${path} come back to one that was there`);
      seen.add(at);
      const answer = await this.get(at);
      if (answer.status !== 200) return { status: answer.status, outcome: answer.body, pages };
      pages.push(answer.body);
      at = answer.body.link?.find((link) => link.relation === 'next')?.url;
    }
    return { status: 200, pages };
  }
}

export const matchesOf = (bundle) =>
  (bundle.entry ?? []).filter((entry) => entry.search?.mode === 'match').map((entry) => entry.resource);
export const includesOf = (bundle) =>
  (bundle.entry ?? []).filter((entry) => entry.search?.mode === 'include').map((entry) => entry.resource);

// Calls `work` for each item, at most `limit` at a time.
export async function inParallel(items, limit, work) {
  let next = 0;
  await Promise.all(
    Array.from({ length: limit }, async () => {
      while (next < items.length) await work(items[next++]);
    }),
  );
}
