// What is printed: declared, tested and right for each type; each modifier and prefix; each wrong answer with its URL and ids.
const shown = 6; // ids
const longest = 300; // of a URL
const most = Number(process.env.HV_SHOWN ?? 60);

export class Tally {
  constructor() {
    this.rows = new Map();
  }
  add(key, outcome) {
    const row = this.rows.get(key) ?? { tested: 0, right: 0, wrong: 0, known: 0, refused: 0 };
    ++row.tested;
    ++row[outcome];
    this.rows.set(key, row);
  }
}

export function printTally(title, tally) {
  console.log(
    `\n${title.padEnd(34)} ${'asked'.padStart(7)} ${'right'.padStart(7)} ${'wrong'.padStart(7)} ${'known'.padStart(7)} ${'not declared'.padStart(13)}`,
  );
  for (const [key, { tested, right, wrong, known, refused }] of [...tally.rows].sort())
    console.log(
      `  ${key.padEnd(32)} ${String(tested).padStart(7)} ${String(right).padStart(7)} ${String(wrong).padStart(7)} ${String(known).padStart(7)} ${String(refused).padStart(13)}`,
    );
}

// `apart`: the types that have a line of their own; the others are counted together.
export function printParameters(rows, apart) {
  const others = { declared: 0, tested: 0, right: 0, types: 0 };
  console.log(`\n${'parameters'.padEnd(26)} ${'declared'.padStart(9)} ${'tested'.padStart(9)} ${'right'.padStart(9)}`);
  const sum = { declared: 0, tested: 0, right: 0 };
  for (const [type, row] of rows) {
    for (const key of Object.keys(sum)) sum[key] += row[key];
    if (!apart.includes(type)) {
      for (const key of Object.keys(sum)) others[key] += row[key];
      ++others.types;
      continue;
    }
    console.log(
      `  ${type.padEnd(24)} ${String(row.declared).padStart(9)} ${String(row.tested).padStart(9)} ${String(row.right).padStart(9)}`,
    );
  }
  const name = `${others.types} other types`;
  if (others.types)
    console.log(
      `  ${name.padEnd(24)} ${String(others.declared).padStart(9)} ${String(others.tested).padStart(9)} ${String(others.right).padStart(9)}`,
    );
  console.log(
    `  ${'all'.padEnd(24)} ${String(sum.declared).padStart(9)} ${String(sum.tested).padStart(9)} ${String(sum.right).padStart(9)}`,
  );
}

const ids = (list) => list.slice(0, shown).join(' ') + (list.length > shown ? ` and ${list.length - shown} more` : '');

// Refusals by parameter and feature, in a line for each feature.
export function printRefused(verdicts) {
  const refused = new Map();
  for (const { outcome, feature, kind, type, code } of verdicts) {
    if (outcome !== 'refused') continue;
    const key = `${kind} ${feature}`;
    refused.set(key, (refused.get(key) ?? new Set()).add(code.startsWith('_') ? code : `${type}.${code}`));
  }
  if (refused.size) console.log('\nNot declared:');
  for (const [key, codes] of [...refused].sort()) console.log(`  ${key.padEnd(20)} ${ids([...codes])}`);
}

export function printWrong(verdicts) {
  const wrong = verdicts.filter(({ outcome }) => outcome === 'wrong');
  if (!wrong.length) return;
  console.log(`\nWrong: ${wrong.length}`);
  for (const { url, feature, expected, missing, extra, words } of wrong.slice(0, most)) {
    console.log(`  ${url.length > longest ? `${url.slice(0, longest)}...` : url}  (${feature})`);
    if (words) console.log(`    ${words}`);
    if (missing?.length) console.log(`    of ${expected} expected, ${missing.length} not answered: ${ids(missing)}`);
    if (extra?.length) console.log(`    ${extra.length} answered that do not match: ${ids(extra)}`);
  }
  if (wrong.length > most) console.log(`  and ${wrong.length - most} more`);
}
