// What is known of the server: answers that are wrong, and what it refuses as not supported and does not declare.
import fs from 'node:fs';

const { wrong, refused } = JSON.parse(fs.readFileSync(new URL('known.json', import.meta.url), 'utf8'));

const fits = ({ parameters, features, urls }, { type, code, feature, url }) =>
  (!parameters || parameters.includes(`${type}.${code}`)) &&
  (!features || features.includes(feature)) &&
  (!urls || new RegExp(urls).test(url));

// Turns the outcome of known wrong verdicts into `known`, and that of a refusal that is not known into `wrong`.
// Returns the entries that nothing was wrong, or refused, for.
export function markKnown(verdicts) {
  const seen = new Set();
  for (const verdict of verdicts) {
    if (verdict.outcome !== 'wrong' && verdict.outcome !== 'refused') continue;
    const entries = verdict.outcome === 'wrong' ? wrong : refused;
    const entry = entries.find((one) => fits(one, verdict));
    if (entry) seen.add(entry);
    if (verdict.outcome === 'wrong') verdict.outcome = entry ? 'known' : 'wrong';
    else if (!entry) verdict.outcome = 'wrong';
  }
  return [...wrong, ...refused].filter((entry) => !seen.has(entry));
}
