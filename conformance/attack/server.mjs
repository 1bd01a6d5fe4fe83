// One running server with its database: asks it, and makes of an answer what can be compared with another server's.
import { execFileSync } from 'node:child_process';
import http from 'node:http';

export class Server {
  constructor(base, owner) {
    this.base = base;
    this.owner = owner;
    this.url = new URL(base);
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    this.asked = 0;
  }

  // Runs SQL as the owner; the rows, each an array of texts.
  sql(text) {
    const out = execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', this.owner], { input: text, encoding: 'utf8', maxBuffer: 1 << 28 });
    return out.split('\n').filter(Boolean).map((line) => line.split('|'));
  }

  // `path` begins below the base; one that begins with `^` at the origin. A 503 is asked again: both servers share a small machine.
  async ask(token, probe) {
    if (probe.pages) return this.askPages(token, { ...probe, pages: false });
    for (let tries = 0; ; ++tries) {
      const answer = await this.once(token, probe);
      if (answer.status !== 503 || tries === 20) return answer;
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  // All pages of an answer, one after the other, as one.
  async askPages(token, probe) {
    const answers = [await this.ask(token, probe)];
    while (answers.length < 40 && answers.at(-1).status === 200) {
      const next = JSON.parse(answers.at(-1).body).link?.find(({ relation }) => relation === 'next');
      if (!next) break;
      answers.push(await this.ask(token, { ...probe, path: next.url.slice(this.base.length) }));
    }
    return { ...answers[0], body: answers.map(({ status, body }) => `${status} ${body}`).join('\n') };
  }

  once(token, probe) {
    const { method, path, body, headers = {} } = probe;
    ++this.asked;
    const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          agent: this.agent,
          host: this.url.hostname,
          port: this.url.port,
          method,
          path: path.startsWith('^') ? path.slice(1) : this.url.pathname + path,
          headers: {
            ...(token ? { Authorization: `Bearer ${token}` } : {}),
            ...(payload === undefined ? {} : { 'Content-Type': 'application/fhir+json', 'Content-Length': Buffer.byteLength(payload) }),
            ...headers,
          },
        },
        (response) => {
          const parts = [];
          response.on('data', (part) => parts.push(part));
          response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString('utf8') }));
          response.on('error', reject);
        },
      );
      // A kept connection may have been closed while nobody asked, as when this process was stopped for a while.
      const isStale = ({ code }) => request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(code);
      request.on('error', (error) => (isStale(error) ? resolve(this.once(token, probe)) : reject(error)));
      request.end(payload);
    });
  }

  close() {
    this.agent.destroy();
  }

  // Pages of AuditEvents have what was asked of this very server, so that no two servers have the same: of them secrets alone tell.
  static withoutTrail(text) {
    const isTrail = (value) => value.resourceType === 'Bundle' && value.type === 'searchset' && value.link?.some(({ relation, url }) => relation === 'self' && /\/AuditEvent(\?|$)/.test(url));
    const strip = (value) => (value && typeof value === 'object' && !Array.isArray(value) && isTrail(value) ? 'AuditEvents' : value);
    if (!text.includes('AuditEvent')) return text;
    const pages = text.split('\n').map((line) => {
      const begin = line.indexOf('{');
      if (line.startsWith('<') && line.includes('searchset')) return 'AuditEvents';
      if (begin < 0 || begin > 4) return line;
      try {
        return line.slice(0, begin) + JSON.stringify(JSON.parse(line.slice(begin), (_, value) => strip(value)));
      } catch {
        return line;
      }
    });
    return [...new Set(pages)].join('\n');
  }

  // What may differ between two servers of one content is taken out: the port, times of today, ids, cursors and cookies that a server makes.
  comparable(answer) {
    const today = /\b20(2[4-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;
    const clean = (text) =>
      text
        .replaceAll(`localhost:${this.url.port}`, 'HOST')
        .replaceAll(`localhost%3A${this.url.port}`, 'HOST')
        .replace(/\b(?!00000000)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UUID')
        .replace(/_cursor=[^"&\s<]+/g, '_cursor=C')
        .replace(/hv_browser=[0-9a-f]{64}/g, 'hv_browser=B')
        .replace(today, 'TIME');
    const shown = Server.withoutTrail(answer.body);
    // How long a page of the trail is says nothing, nor whether it may be compressed.
    const headers = Object.entries(shown === answer.body ? answer.headers : { ...answer.headers, vary: answer.headers.vary?.replace(/, Accept-Encoding/, '') })
      .filter(([name]) => !['date', 'set-cookie', 'x-request-id', 'content-length', 'keep-alive', 'transfer-encoding', 'content-encoding', 'last-modified'].includes(name))
      .map(([name, value]) => `${name}: ${clean(String(value))}`)
      .sort();
    const modified = answer.headers['last-modified'] === undefined ? '' : 'last-modified';
    return [answer.status, ...headers, modified, clean(shown)].join('\n');
  }
}
