import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { authorizeUrl, findings, openPage, screenshot, signIn, startBrowser, startServer } from './browser.mjs';

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const scopes = 'launch/patient openid fhirUser patient/Observation.rs patient/Condition.cruds?category=problem-list-item user/Slot.rs offline_access';

// Every page: who opens it, its path, and what is done there first.
const pages = [
  ['sign-in', null, () => '/auth/sign-in'],
  ['sign-in-for-app', null, () => authorizeUrl('', scopes)],
  ['sign-in-refused', null, () => '/auth/sign-in', async (page) => {
    await page.fill('#email', 'nobody@clinic.example');
    await page.fill('#password', 'wrong');
    await page.click('main button[type=submit]');
  }],
  ['not-found', null, () => '/auth/nowhere'],
  ['unknown-app', null, () => authorizeUrl('', 'openid', { client_id: 'nobody' })],
  ['reset', null, () => server.link],
  ['reset-void', null, () => '/auth/reset?token=x'],
  ['home', 'asha', () => '/auth'],
  ['apps', 'asha', () => '/auth/apps'],
  ['record', 'asha', () => '/auth/record'],
  ['record-none', 'asha', () => '/auth/record?until=2024-03-31'],
  ['password', 'asha', () => '/auth/password'],
  ['password-refused', 'asha', () => '/auth/password', async (page) => {
    await page.fill('#old', 'wrong password');
    await page.fill('#new', 'one new password');
    await page.fill('#again', 'another new password');
    await page.click('main button[type=submit]');
  }],
  ['consent', 'asha', () => authorizeUrl('', scopes)],
  ['consent-visit', 'asha', () => authorizeUrl('', `${scopes} launch/encounter`)],
  ['consent-doctor', 'doc', () => authorizeUrl('', scopes)],
  ['consent-search', 'doc', () => authorizeUrl('', scopes), async (page) => {
    await page.fill('#search', 'Nobody');
    await page.press('#search', 'Enter');
  }],
  ['consent-incomplete', 'doc', () => authorizeUrl('', scopes), (page) => page.click('button[value=allow]')],
  ['clients', 'chief', () => '/auth/clients'],
  ['client', 'chief', () => '/auth/clients/new'],
  ['client-refused', 'chief', () => '/auth/clients/new', async (page) => {
    await page.fill('#name', 'Pharmacy');
    await page.check('#kind-secret');
    await page.check('#use-people');
    await page.fill('#scopes', 'bad');
    await page.click('main button[type=submit]');
  }],
  ['client-made', 'chief', () => '/auth/clients/new', async (page) => {
    await page.fill('#name', 'Pharmacy');
    await page.check('#kind-secret');
    await page.check('#use-people');
    await page.fill('#scopes', 'openid');
    await page.click('main button[type=submit]');
  }],
  ['not-allowed', 'asha', () => '/auth/clients'],
];

for (const [language, colorScheme] of [['en', 'light'], ['hi', 'dark']]) {
  test(`every page in ${language}, ${colorScheme}, at 320 pixels: axe finds nothing, nothing is cut off, nothing is blocked`, async (t) => {
    const signedIn = new Map();
    for (const [name, who, path, act] of pages) {
      await t.test(name, async () => {
        if (!signedIn.has(who)) {
          const page = await openPage(browser, { locale: language, colorScheme });
          if (who) await signIn(page, server, who);
          signedIn.set(who, page);
        }
        const page = signedIn.get(who);
        await page.goto(server.base + path());
        if (act) {
          const loaded = page.waitForEvent('load'); // of the page that the form leads to
          await act(page);
          await loaded;
        }
        await screenshot(page, `${language}-${name}`);
        assert.equal(await page.getAttribute('html', 'lang'), language);
        assert.deepEqual(await findings(page), []);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 320, `the page is ${width} pixels wide`);
        assert.deepEqual(page.complaints, []);
      });
    }
  });
}

test('without any script an app is let in, and the browser may go on to it', async () => {
  const page = await openPage(browser, { javaScriptEnabled: false });
  await page.goto(authorizeUrl(server.base, scopes));
  await page.fill('#email', 'asha@clinic.example');
  await page.fill('#password', server.password);
  await page.click('main button[type=submit]');
  await page.uncheck('input[value="offline_access"]');
  const left = page.waitForRequest('https://app.example/cb?code=fake-code&state=xyz');
  await page.click('button[value=allow]');
  await left;
  assert.deepEqual(page.complaints, []);
});

test('the browser itself keeps forms from leading anywhere else', async () => {
  const page = await openPage(browser);
  await signIn(page, server, 'asha');
  await page.goto(authorizeUrl(server.base, 'openid'));
  await page.evaluate(() => document.querySelector('main form').setAttribute('action', 'https://evil.example/'));
  const blocked = page.waitForEvent('console', (message) => message.text().includes('form-action'));
  // Without waiting for what will not come.
  await page.evaluate(() => document.querySelector('button[value=allow]').click());
  await blocked;
  assert.equal(new URL(page.url()).pathname, '/auth/authorize');
});

test('the keyboard alone is enough, and shows where it is', async () => {
  const page = await openPage(browser);
  const press = async (key, times = 1) => {
    for (let i = 0; i < times; ++i) await page.keyboard.press(key);
  };
  const focused = () =>
    page.evaluate(() => ({ id: document.activeElement.id || document.activeElement.value, outline: getComputedStyle(document.activeElement).outlineStyle }));
  await page.goto(authorizeUrl(server.base, 'launch/patient patient/Observation.rs'));
  await press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await press('Enter');
  await press('Tab');
  assert.deepEqual(await focused(), { id: 'email', outline: 'solid' });
  await page.keyboard.type('doc@clinic.example');
  await press('Tab');
  assert.deepEqual(await focused(), { id: 'password', outline: 'solid' });
  await page.keyboard.type(server.password);
  await press('Enter');
  await page.waitForURL((url) => url.pathname === '/auth/authorize');
  await page.focus('#content');
  await press('Tab');
  assert.deepEqual(await focused(), { id: 'search', outline: 'solid' });
  await page.keyboard.type('Number 7');
  await press('Enter');
  await page.waitForURL((url) => url.pathname === '/auth/consent');
  await page.focus('#search');
  await press('Tab', 2);
  assert.deepEqual(await focused(), { id: 'patient-1', outline: 'solid' });
  await press('Space');
  await press('Tab');
  assert.deepEqual(await focused(), { id: 'scope-1', outline: 'solid' });
  await press('Tab');
  assert.deepEqual(await focused(), { id: 'allow', outline: 'solid' });
  const left = page.waitForRequest('https://app.example/cb?code=fake-code&state=xyz');
  await press('Enter');
  await left;
});

test('a form on another site does nothing here', async () => {
  const page = await openPage(browser);
  await signIn(page, server, 'asha');
  const token = await page.getAttribute('input[name=form_token]', 'value');
  await page.context().route('http://evil.example/', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method=post action="${server.base}/auth/sign-out"><input name=form_token value="${token}"></form><script>document.forms[0].submit()</script>`,
    }));
  const answer = page.waitForResponse(`${server.base}/auth/sign-out`);
  await page.goto('http://evil.example/', { waitUntil: 'commit' });
  await page.waitForURL(`${server.base}/auth/sign-out`);
  assert.equal((await answer).status(), 403);
  await page.goto(`${server.base}/auth`);
  assert.equal(new URL(page.url()).pathname, '/auth');
});

test('no other site shows a page of ours in a frame', async () => {
  const page = await openPage(browser);
  await page.context().route('http://evil.example/', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<iframe src="${server.base}/auth/sign-in"></iframe>` }));
  await page.goto('http://evil.example/');
  const frame = page.frames()[1];
  assert.equal(await frame.evaluate(() => document.querySelector('form')).catch(() => null), null);
});

test('the person chooses the language, and it stays', async () => {
  const page = await openPage(browser);
  await page.goto(`${server.base}/auth/sign-in`);
  await page.click('footer a[hreflang=hi]');
  assert.equal(await page.getAttribute('html', 'lang'), 'hi');
  await page.goto(`${server.base}/auth/reset?token=x`);
  assert.equal(await page.getAttribute('html', 'lang'), 'hi');
});
