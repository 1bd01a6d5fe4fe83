// Curves of a result file (search.json of `run --curves`) as SVG, beside it.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const width = 480, height = 300, left = 60, right = 20, head = 40, foot = 50;

// What is drawn: the file, its title, the lines in it, and the goal.
const pictures = [
  { file: "search-ratio.svg", title: "Searches, of pgbench with the same SQL", goal: ({ search }) => search,
    lines: { "Observation?patient=": (size) => size.search_observation.ratio, "Patient?family=": (size) => size.search_family.ratio } },
  { file: "search-rate.svg", title: "Searches each second",
    lines: { "Observation?patient=": (size) => size.search_observation.server, "Patient?family=": (size) => size.search_family.server } },
  { file: "paging.svg", title: "Page 1,000, of page 1", goal: ({ paging }) => paging,
    lines: { "by key": (size) => Object.values(size.paging)[0].ratio, "_sort=-date": (size) => Object.values(size.paging)[1].ratio } },
  { file: "transaction.svg", title: "Resources each second, in transactions of 100", goal: ({ transaction }) => transaction,
    lines: { "": (size) => size.transaction.rate } },
];

// The names of the files written.
export function drawCurves(file) {
  const results = JSON.parse(readFileSync(file, "utf8"));
  return pictures.map((picture) => {
    const path = join(dirname(file), picture.file);
    writeFileSync(path, draw(results, picture));
    return path;
  });
}

function draw({ machine, postgresql, goals, sizes }, { title, goal, lines }) {
  const wanted = goal?.(goals);
  const most = 1.15 * Math.max(wanted ?? 0, ...Object.values(lines).flatMap((value) => sizes.map(value)));
  const [low, high] = [sizes[0], sizes.at(-1)].map(({ observations }) => Math.log10(observations));
  const x = (observations) => left + (width - left - right) * (high === low ? 0.5 : (Math.log10(observations) - low) / (high - low));
  const y = (value) => height - foot - (height - head - foot) * value / most;
  const text = (at, up, words, rest = "") => `<text x="${at.toFixed(1)}" y="${up.toFixed(1)}" ${rest}>${words.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</text>`;
  const parts = [text(left, 22, title, 'font-size="15"'), `<path d="M${left} ${head}V${height - foot}H${width - right}" class="axis"/>`];
  for (const { observations } of sizes) parts.push(text(x(observations), height - foot + 18, observations.toLocaleString("en"), 'text-anchor="middle"'));
  for (const value of [0, most / 2, most]) parts.push(text(left - 6, y(value) + 4, shown(value), 'text-anchor="end"'));
  if (wanted !== undefined) {
    parts.push(`<path d="M${left} ${y(wanted).toFixed(1)}H${width - right}" class="goal"/>`, text(width - right, y(wanted) - 5, `goal ${shown(wanted)}`, 'text-anchor="end"'));
  }
  Object.entries(lines).forEach(([name, value], i) => {
    const points = sizes.map((size) => `${x(size.observations).toFixed(1)},${y(value(size)).toFixed(1)}`);
    parts.push(`<polyline points="${points.join(" ")}" class="line${i}"/>`);
    for (const size of sizes) parts.push(`<circle cx="${x(size.observations).toFixed(1)}" cy="${y(value(size)).toFixed(1)}" r="3" class="dot${i}"/>`);
    parts.push(text(left + 10, head + 14 + 16 * i, name, `class="name${i}"`));
  });
  parts.push(text(left, height - 12, `Observations; ${machine}, PostgreSQL ${postgresql.split(" ")[0]}`, 'font-size="10"'));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<style>.axis{fill:none;stroke:#888}.goal{stroke:#888;stroke-dasharray:4}.line0{fill:none;stroke:#1668b4;stroke-width:2}.line1{fill:none;stroke:#c2570c;stroke-width:2}.dot0,.name0{fill:#1668b4}.dot1,.name1{fill:#c2570c}</style>
<rect width="${width}" height="${height}" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
}

function shown(value) { return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2); }
