// How long a page takes, the first and the 1,000th: one client, the same two pages in turn.
import { Failed, median } from "./harness.mjs";

const pages = 1000, samples = 200;

// Returns { first, deep, page, ratio }: milliseconds, the median of each; `page` is less than 1,000 when there are fewer.
export async function measurePaging(server, query) {
  const first = `${server.base}/${query}`;
  let deep = first, page = 1;
  for (; page < pages; ++page) {
    const next = await nextOf(deep);
    if (next === undefined) break;
    deep = next;
  }
  const times = [[], []];
  for (let sample = 0; sample < samples; ++sample) {
    for (const [i, url] of [first, deep].entries()) {
      const started = process.hrtime.bigint();
      await get(url);
      times[i].push(Number(process.hrtime.bigint() - started) / 1e6);
    }
  }
  const [atFirst, atDeep] = times.map(median);
  return { first: atFirst, deep: atDeep, page, ratio: atDeep / atFirst };
}

async function get(url) {
  const answer = await fetch(url);
  const bundle = await answer.json();
  if (!answer.ok) throw new Failed(`${url}: ${answer.status} ${JSON.stringify(bundle)}`);
  return bundle;
}

async function nextOf(url) {
  return (await get(url)).link.find(({ relation }) => relation === "next")?.url;
}
