// Value-set expansions -> the lines C (codes of one system in one value set) of the facts file.

// Only value sets that are the target of a binding (`bound`) and whose expansion is complete.
export function codeLines(expansions, bound, valueSets) {
  const byUrl = new Map(expansions.map((valueSet) => [valueSet.url, valueSet]));
  const lines = [];
  const missing = [];
  for (const url of [...bound].sort()) {
    const systems = new Map(); // system -> codes
    collect(byUrl.get(url)?.expansion?.contains ?? [], systems);
    if (!systems.size || openEnded(byUrl.get(url))) {
      missing.push(url);
      continue;
    }
    for (const [system, codes] of systems)
      lines.push(['C', valueSets.number(url), system, ...[...codes].sort()].join('\t'));
  }
  return { lines, missing };
}

// A grammar or a cut-off list: what is listed is not all there is.
function openEnded(valueSet) {
  const listed = count(valueSet.expansion.contains);
  if (listed >= 1000 || (valueSet.expansion.total ?? listed) > listed) return true;
  const cutOff = (valueSet.expansion.parameter ?? []).some((parameter) => parameter.name === 'limitedExpansion');
  return cutOff && valueSet.compose.include.some((include) => include.filter || include.valueSet);
}

const count = (concepts = []) => concepts.reduce((sum, concept) => sum + 1 + count(concept.contains), 0);

function collect(concepts, systems) {
  for (const concept of concepts) {
    if (concept.code !== undefined && !concept.abstract) {
      if (!systems.has(concept.system)) systems.set(concept.system, new Set());
      systems.get(concept.system).add(concept.code);
    }
    collect(concept.contains ?? [], systems);
  }
}
