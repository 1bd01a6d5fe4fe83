// Asks the server what the judge has answered already, and says whether both agree.
import { encode, matchesOf } from './server.mjs';
import { yes } from './truth.mjs';

// Above this many expected resources only their number is asked for.
const most = 1500;

// {outcome: right | wrong | refused, url, expected, open, missing, extra, words}: ids that must be there, and how many may be. `refused`: 400 or 501 that says not-supported.
export async function judge(server, engine, test) {
  const query = encode(test.pairs);
  const path = `${test.within ? `${test.within.name}/${test.within.id}/` : ''}${test.type}`;
  const verdict = { ...test, url: query ? `${path}?${query}` : path };
  const more = query ? '&' : '?';
  const expected = engine.search(test.type, test.pairs, test.within);
  const surely = [...expected].filter(([, truth]) => truth === yes).map(([id]) => id);
  verdict.expected = surely.length;
  verdict.open = expected.size - surely.length;
  if (expected.size > most) return countOnly(server, verdict, surely.length, expected.size);
  const { status, outcome, pages } = await server.pages(`${verdict.url}${more}_count=500&_elements=id`);
  if (status !== 200) return { ...verdict, ...refusal(status, outcome) };
  const answered = pages.flatMap(matchesOf).map((resource) => resource.id);
  const found = new Set(answered);
  verdict.missing = surely.filter((id) => !found.has(id));
  verdict.extra = answered.filter((id) => !expected.has(id));
  const twice = answered.length - found.size;
  if (twice) verdict.words = `${twice} ids are there twice`;
  return { ...verdict, outcome: verdict.missing.length || verdict.extra.length || twice ? 'wrong' : 'right' };
}

async function countOnly(server, verdict, least, greatest) {
  const { status, body } = await server.get(`${verdict.url}${verdict.url.includes('?') ? '&' : '?'}_summary=count`);
  if (status !== 200) return { ...verdict, ...refusal(status, body) };
  const right = body.total >= least && body.total <= greatest;
  return {
    ...verdict,
    outcome: right ? 'right' : 'wrong',
    words: `total ${body.total}, expected ${least}${greatest > least ? ` to ${greatest}` : ''}`,
  };
}

export function refusal(status, outcome) {
  const codes = (outcome?.issue ?? []).map((issue) => issue.code);
  const words = `${status}: ${(outcome?.issue ?? []).map((issue) => issue.details?.text ?? issue.diagnostics).join('; ')}`;
  return {
    outcome: (status === 400 || status === 501) && codes.every((code) => code === 'not-supported') ? 'refused' : 'wrong',
    words,
  };
}
