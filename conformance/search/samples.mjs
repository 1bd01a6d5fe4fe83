// Values to ask for, taken from the data: for each parameter a few resources' nodes, of the generated ones and of the others.
const isGenerated = (resource) => resource.id.startsWith('gen-');

// Up to `most` nodes of different shape and origin: the first and one further in of each origin. Composites: foci.
export function samplesOf(data, type, parameter, most = 3) {
  const all =
    parameter.type === 'composite'
      ? data.composites(type, parameter).map((foci) => foci.filter(isComplete))
      : data.values(type, parameter).map(({ nodes }) => nodes);
  const resources = data.resources(type);
  const origins = [[], []];
  const seen = new Set();
  all.forEach((nodes, i) => {
    for (const node of nodes) {
      const shape = shapeOf(node);
      const origin = origins[isGenerated(resources[i]) ? 0 : 1];
      if (seen.has(shape) || origin.length > 40) continue;
      seen.add(shape);
      origin.push({ node, resource: resources[i], index: i });
    }
  });
  const spread = (items, count) =>
    items.length <= count
      ? items
      : Array.from({ length: count }, (_, i) => items[Math.floor((i * (items.length - 1)) / Math.max(count - 1, 1))]);
  return [...spread(origins[0], most), ...spread(origins[1], 1)];
}

// Of each component there is a value that can be written.
const isComplete = (components) =>
  components.every(({ values }) => values.some((value) => value?.code !== undefined || !('texts' in Object(value))));

const shapeOf = (node) => JSON.stringify(node, (_, value) => (typeof value === 'bigint' ? String(value) : value));
