// Resources that contain others: copies of generated ones, in lists, and in a resource of their own type.
const types = [
  'Condition',
  'Encounter',
  'Location',
  'Medication',
  'Observation',
  'Organization',
  'Patient',
  'Practitioner',
  'Procedure',
  'RiskAssessment',
  'Substance',
  'ValueSet',
];
const lists = 6; // of each type

function inner({ meta, ...resource }, id) {
  const { versionId, lastUpdated, ...kept } = meta ?? {};
  return { ...resource, id, ...(Object.keys(kept).length ? { meta: kept } : {}) };
}

export function holders(resources) {
  const of = (type) => resources.filter(({ resourceType }) => resourceType === type);
  const inLists = types.flatMap((type) => {
    const all = of(type);
    return Array.from({ length: lists }, (_, n) => ({
      resourceType: 'List',
      id: `gen-held-${type.toLowerCase()}-${n}`,
      status: 'current',
      mode: 'working',
      contained: [inner(all[2 * n], 'a'), inner(all[2 * n + 1], 'b'), ...(n === 0 ? [inner(all[3], 'b')] : [])],
    }));
  });
  const observations = of('Observation');
  const inThemselves = observations
    .slice(0, 8)
    .map((outer, n) => ({ ...outer, id: `gen-holds-${n}`, contained: [inner(observations[n + n], 'a'), inner(observations[n + 20], 'b')] }));
  return [...inLists, ...inThemselves];
}
