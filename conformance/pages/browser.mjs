// The server of the pages and the browser, for the tests beside it.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// {base, password, link, stop()} of the test program, once it serves.
export async function startServer() {
  const server = spawn(process.env.HV_SERVE_PAGES, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.once('exit', resolve).once('error', resolve));
  const line = await Promise.race([
    new Promise((resolve) => createInterface({ input: server.stdout }).once('line', resolve)),
    ended.then((code) => Promise.reject(new Error(`serve_pages ended: ${code}`))),
  ]);
  const stop = async () => {
    server.stdin.end();
    await ended;
  };
  return { ...JSON.parse(line), stop };
}

export const startBrowser = () =>
  chromium.launch({ executablePath: process.env.HV_CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });

// A phone's page, with everything that the browser complains of gathered in `complaints`.
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => {
    // That the answer is 401 or 404 is what some tests ask for.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  // What only looks like an app or another site.
  await context.route(/^https?:\/\/[a-z.]+\.example\//, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>elsewhere</title>' }));
  return page;
}

// What axe-core finds, as short lines. Evaluated by the browser itself, since the pages' policy forbids scripts.
export async function findings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap(({ id, impact, nodes }) => nodes.map((node) => `${impact} ${id}: ${node.target} ${node.failureSummary}`));
}

export async function screenshot(page, name) {
  mkdirSync(process.env.HV_SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${process.env.HV_SCREENSHOTS}/${name}.png`, fullPage: true });
}

export const authorizeUrl = (base, scope, more = {}) =>
  `${base}/auth/authorize?${new URLSearchParams({
    response_type: 'code', client_id: 'app', redirect_uri: 'https://app.example/cb', scope, state: 'xyz', aud: `${base}/fhir`,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...more,
  })}`;

export async function signIn(page, server, who) {
  await page.goto(`${server.base}/auth/sign-in`);
  await page.fill('#email', `${who}@clinic.example`);
  await page.fill('#password', server.password);
  await page.click('main button[type=submit]');
  await page.waitForURL(`${server.base}/auth`);
}
