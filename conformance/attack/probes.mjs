// Every way of reaching data, made from the CapabilityStatement: what is added to it is tried from then on. Nothing here says a secret.
//
// A probe is {way, method, path, body, headers, every}: in a short run each principal tries one of `every` such probes, the next
// principal others.
const encoded = encodeURIComponent;
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const get = (way, path, headers) => ({ way, method: 'GET', path, ...(headers ? { headers } : {}) });
const post = (way, path, body, headers) => ({ way, method: 'POST', path, body, headers });
const parameters = (...parameter) => ({ resourceType: 'Parameters', parameter });

// Types that everybody may read and that the victim's records point to.
const visible = [['Practitioner', 'docc,docg,docw,docx,docp'], ['Organization', 'clinic'], ['Location', 'ward']];

function filterOf({ name, type, value }) {
  const operator = { string: 'sw', date: 'ge', number: 'ge', quantity: 'ge', reference: 're' }[type] ?? 'eq';
  const bare = value.replace(/^ge/, '').replace(/\\(.)/g, '$1');
  return ['date', 'number', 'quantity'].includes(type) ? `${name} ${operator} ${bare}` : `${name} ${operator} "${bare}"`;
}

const modifiersOf = { token: [':not', ':text', ':above', ':below'], string: [':exact', ':contains'], uri: [':above', ':below'], reference: [':identifier', ':Patient', ':above', ':below'] };

// One parameter in all forms.
function byParameter(statement, type, parameter, person) {
  const t = type.type;
  const { name, value } = parameter;
  const out = [];
  const add = (probe) => out.push({ ...probe, every: out.length === 0 ? 3 : 16 });
  if (value === undefined) {
    add(get('search: missing', `/${t}?${name}:missing=false&_total=accurate`));
    add(get('search: missing', `/${t}?${name}:missing=true&_total=accurate`));
    return out;
  }
  const pair = `${name}=${encoded(value)}`;
  add(get('search: parameter', `/${t}?${pair}&_total=accurate`));
  add(post('search: POST', `/${t}/_search`, `${pair}&_total=accurate`, form));
  add(get('search: count', `/${t}?${pair}&_summary=count`));
  add(get('search: missing', `/${t}?${name}:missing=false&_total=accurate`));
  add(get('search: missing', `/${t}?${name}:missing=true&_total=accurate&_summary=count`));
  add(get('search: sort', `/${t}?_sort=${name}&_count=5&_total=accurate`));
  add(get('search: sort', `/${t}?${pair}&_sort=-${name}&_count=1`));
  add(get('search: filter', `/${t}?_filter=${encoded(filterOf(parameter))}&_total=accurate`));
  add(get('search: filter', `/${t}?_filter=${encoded(`not (${filterOf(parameter)})`)}&_summary=count`));
  add(get('search: chain', `/List?item:${t}.${pair}&_total=accurate`));
  add(get('search: chain', `/Provenance?target:${t}.${pair}&_summary=count`));
  for (const [x] of [...visible, ['Patient']]) {
    const from = statement.types.get(x);
    const via = (from?.searchRevInclude ?? []).map((each) => each.split(':')).filter(([source]) => source === t);
    const chosen = via[out.length % Math.max(via.length, 1)];
    if (chosen) add(get('search: _has', `/${x}?_has:${t}:${chosen[1]}:${pair}&_total=accurate`));
  }
  add(get('search: _has', `/Organization?_has:Patient:organization:_has:${t}:patient:${pair}&_total=accurate`));
  add(get('search: all types', `/?_type=${t}&${pair}&_total=accurate`));
  add(get('search: compartment', `/Patient/${person}/${t}?${pair}&_total=accurate`));
  add(get('search: compartment', `/Practitioner/docc/${t}?${pair}&_summary=count`));
  add(get('search: contained', `/${t}?${pair}&_contained=both&_total=accurate`));
  add(get('search: lenient', `/${t}?${pair}&nosuch=1&_total=accurate`, { Prefer: 'handling=lenient' }));
  for (const modifier of modifiersOf[parameter.type] ?? [])
    add(get('search: modifier', `/${t}?${name}${modifier}=${encoded(value)}&_total=accurate`));
  return out;
}

function ofType(statement, type, records, person) {
  const t = type.type;
  const ids = records.map(({ resource }) => resource.id).join(',');
  const out = [
    get('search: everything', `/${t}?_total=accurate&_count=1000`),
    get('search: everything', `/${t}?_total=accurate&_count=0`),
    { ...get('search: HEAD', `/${t}?_id=${ids}`), method: 'HEAD' },
    { ...get('search: pages', `/${t}?_count=3&_total=accurate&_include=*&_revinclude=*`), pages: true, every: 16 },
    { ...get('search: pages', `/${t}?_count=3&_sort=-_lastUpdated`), pages: true, every: 16 },
    { ...get('history: pages', `/${t}/_history?_count=5`), pages: true, every: 16 },
    get('search: count', `/${t}?_summary=count`),
    get('search: elements', `/${t}?_elements=id,meta&_count=1000`),
    get('search: elements', `/${t}?_summary=text&_count=1000&_total=estimate`),
    get('search: format', `/${t}?_id=${ids}&_format=xml`),
    get('search: include', `/${t}?_id=${ids}&_include=*&_revinclude=*&_include:iterate=*&_revinclude:iterate=*`),
    get('search: contained', `/${t}?_contained=true&_containedType=contained&_total=accurate`),
    get('search: all types', `/?_type=${t}&_total=accurate&_count=1000`),
    get('search: compartment', `/Patient/${person}/${t}`),
    get('search: compartment', `/Practitioner/docc/${t}?_total=accurate`),
    post('search: compartment', `/Patient/${person}/${t}/_search`, '_total=accurate', form),
    get('search: list', `/${t}?_list=bela-list-bridge&_total=accurate`),
    get('search: list', `/${t}?_list=${person}-list&_total=accurate`),
    get('history: type', `/${t}/_history?_count=1000`),
    get('history: type', `/${t}/_history?_summary=count`),
    get('history: type', `/${t}/_history?_since=2020-01-01T00:00:00Z&_total=accurate`),
  ];
  for (const include of type.searchInclude ?? []) {
    out.push({ ...get('search: include', `/${t}?_include=${include}&_count=1000`), every: 16 });
    out.push({ ...get('search: include', `/List?_id=bela-list-bridge,${person}-list&_include=List:item&_include:iterate=${include}`), every: 16 });
  }
  for (const [x, id] of visible)
    for (const reverse of statement.types.get(x)?.searchRevInclude ?? [])
      if (reverse.startsWith(`${t}:`)) out.push({ ...get('search: revinclude', `/${x}?_id=${id}&_revinclude=${reverse}`), every: 4 });
  return out.map((probe) => ({ every: 3, ...probe }));
}

function operationsOf(owner, at, way) {
  return (owner ?? []).flatMap(({ name }) => [
    get(way, `${at}/$${name}`),
    post(way, `${at}/$${name}`, parameters()),
  ]);
}

function ofInstance(statement, type, { resource }, person) {
  const t = type.type;
  const one = `/${t}/${resource.id}`;
  const out = [
    get('read', one),
    { ...get('read', one), method: 'HEAD' },
    get('read', `${one}?_summary=true`),
    get('read', `${one}?_elements=id`),
    get('read: conditions', one, { 'If-None-Match': 'W/"1"' }),
    get('read: conditions', one, { 'If-None-Match': 'W/"2"' }),
    get('read: conditions', one, { 'If-None-Match': '*' }),
    get('read: conditions', one, { 'If-Modified-Since': 'Thu, 01 Jan 2099 00:00:00 GMT' }),
    get('read: format', `${one}?_format=xml`),
    get('read: format', one, { Accept: 'text/plain' }),
    get('read: path', `/${t}//${resource.id}`),
    get('read: path', `/${t}/${resource.id}/`),
    get('read: path', `/${t}/%${resource.id.charCodeAt(0).toString(16)}${resource.id.slice(1)}`),
    get('read: header', one, { 'X-Forwarded-User': person, 'X-User-Id': person, 'X-HTTP-Method-Override': 'GET', Forwarded: 'for=127.0.0.1', From: 'admin@example.org' }),
    get('vread', `${one}/_history/1`),
    get('vread', `${one}/_history/2`),
    get('vread', `${one}/_history/99`),
    get('vread', `${one}/_history/2?_format=xml`),
    get('history: instance', `${one}/_history`),
    get('history: instance', `${one}/_history?_summary=count`),
    get('history: instance', `${one}/_history?_count=1`),
    get('history: instance', `${one}/_history?_since=2020-01-01T00:00:00Z`),
    get('search: all types', `/?_id=${resource.id}&_total=accurate`),
    get('search: reference', `/Provenance?target=${t}/${resource.id}&_total=accurate`),
    get('search: reference', `/List?item=${t}/${resource.id}&_include=List:item`),
    ...operationsOf(type.operation, one, 'operation: instance'),
    ...operationsOf(type.operation, `${one}/_history/1`, 'operation: version'),
    get('operation: instance', `${one}/$validate?mode=delete`),
    get('operation: instance', `${one}/$graphql?query={${t}{id}}`),
    get('operation: instance', `${one}/$export`),
    get('operation: instance', `${one}/$everything?_count=1000`),
  ];
  for (const compartment of statement.compartments)
    if (compartment === t) out.push(get('search: compartment', `${one}/*`), get('search: compartment', `${one}/*?_summary=count`));
  return out.map((probe) => ({ every: always.has(probe.way) ? 1 : 3, ...probe }));
}
const always = new Set(['read', 'vread', 'history: instance']);

function aboutPerson(statement, person) {
  const demographics = { resourceType: 'Patient', identifier: [{ system: 'http://ids.example', value: `kxg${person}-patient` }], name: [{ family: `Kxgfamily${person}`, given: [`Kxggiven${person}`] }], gender: 'female', birthDate: '1931-03-07', telecom: [{ system: 'phone', value: `+91555${person}` }] };
  const out = [
    get('system', '/?_total=accurate&_count=1000'),
    get('system', '/?_summary=count'),
    get('system', `/?_content=kxgword${person}&_total=accurate`),
    get('system', `/?_text=kxgword${person}&_summary=count`),
    get('system', `/?_tag=http://tags.example|kxgtag-${person}&_total=accurate`),
    post('system', '/_search', `_tag=kxgtag-${person}&_total=accurate`, form),
    { ...get('history: pages', '/_history?_count=50'), pages: true },
    { ...get('search: pages', '/?_type=Observation,Condition,Encounter,Patient&_count=2'), pages: true },
    { ...get('operation: pages', `/Patient/${person}/$everything?_count=10`), pages: true },
    { ...get('operation: pages', '/Patient/$everything?_count=20&_type=Patient,Observation'), pages: true },
    get('history: system', '/_history?_count=1000'),
    get('history: system', '/_history?_summary=count'),
    get('history: system', '/_history?_since=2020-01-01T00:00:00Z&_count=1000'),
    ...operationsOf(statement.operations, '', 'operation: system'),
    get('operation: system', '/$export'),
    get('operation: system', '/$graphql?query={PatientList{id}}'),
    get('operation: type', `/Patient/$everything?_count=1000`),
    get('operation: instance', `/Patient/${person}/$everything?_count=1000`),
    get('operation: instance', `/Patient/${person}/$everything?_type=Observation,Condition`),
    get('operation: instance', `/Patient/${person}/$everything?_since=2020-01-01T00:00:00Z`),
    get('operation: instance', `/Patient/${person}/$everything?start=1900&end=2100`),
    get('operation: instance', `/Patient/${person}/$everything?_format=xml`),
    get('operation: lastn', `/Observation/$lastn?patient=${person}&category=laboratory`),
    get('operation: lastn', `/Observation/$lastn?subject=Patient/${person}&code=http://loinc.org|718-7&max=9`),
    post('operation: lastn', '/Observation/$lastn', parameters({ name: 'patient', valueString: person }, { name: 'category', valueString: 'laboratory' })),
    ...[1, 5].map((count) => post('operation: match', '/Patient/$match', parameters({ name: 'resource', resource: demographics }, { name: 'count', valueInteger: count }))),
    post('operation: match', '/Patient/$match', parameters({ name: 'resource', resource: { ...demographics, identifier: undefined } }, { name: 'onlyCertainMatches', valueBoolean: false })),
    post('operation: validate', '/Patient/$validate', parameters({ name: 'resource', resource: demographics }, { name: 'mode', valueCode: 'create' })),
    post('operation: validate', '/Condition/$validate', { resourceType: 'Condition', subject: { reference: `Patient/${person}` } }),
    post('operation: validate', `/Patient/${person}/$validate`, parameters({ name: 'resource', resource: { ...demographics, id: person } }, { name: 'mode', valueCode: 'update' })),
    get('token elsewhere', `/Patient/${person}?access_token=x`),
    get('beside the base', '^/'),
    get('beside the base', '^/auth/userinfo'),
    get('beside the base', '^/auth/apps'),
    get('beside the base', `^/fhir/../Patient/${person}`),
    get('beside the base', `^/Patient/${person}`),
    get('conditions', `/Patient?identifier=kxg${person}-patient`, { 'If-None-Match': '*' }),
  ];
  return out;
}

// Everything that reads. `targets`: of each type the victim's records and the values that find them.
export function reads(statement, targets, person) {
  const out = aboutPerson(statement, person);
  for (const { type, records, values } of targets) {
    out.push(...ofType(statement, type, records, person));
    out.push(...operationsOf(type.operation, `/${type.type}`, 'operation: type').map((probe) => ({ ...probe, every: 5 })));
    for (const record of records) out.push(...ofInstance(statement, type, record, person));
    for (const value of values) out.push(...byParameter(statement, type, value, person));
  }
  return out.map((probe) => ({ every: 1, ...probe }));
}

const entryOf = ({ method, path, body }) => ({ ...(body ? { resource: body } : {}), request: { method, url: path.slice(1) || '/' } });
const bundleOf = (way, type, entry) => post(way, '/', { resourceType: 'Bundle', type, entry });

// The same as entries: an entry is judged as it is alone.
export function bundled(probes) {
  const fit = probes.filter(({ method, headers, path, pages }) => method === 'GET' && !headers && !pages && !path.startsWith('^') && path !== '/');
  const out = [];
  for (let at = 0; at < fit.length; at += 200) out.push(bundleOf('batch: reads', 'batch', fit.slice(at, at + 50).map(entryOf)));
  const short = fit.filter(({ way }) => way === 'read' || way === 'vread' || way === 'search: parameter' || way === 'history: instance');
  for (let at = 0; at < short.length; at += 9) out.push(bundleOf('transaction: reads', 'transaction', [entryOf(short[at])]));
  return out;
}

// A resource as an attacker would write it: what is guessed, and none of what is secret.
function guessed(resource, change = (text) => text) {
  const text = JSON.stringify(resource).replaceAll(/kxs-[a-z0-9]+-[a-z]+/g, 'guess');
  const { data, ...rest } = JSON.parse(change(text));
  return data === undefined ? rest : { ...rest, data: 'aGk=' };
}

function writesOf(type, { resource }, person, own) {
  const t = type.type;
  const one = `/${t}/${resource.id}`;
  const body = guessed(resource);
  const fresh = (({ id, ...rest }) => rest)(body);
  const mine = own && own !== person ? guessed(resource, (text) => text.replaceAll(`"Patient/${person}"`, `"Patient/${own}"`)) : undefined;
  const patch = { 'Content-Type': 'application/json-patch+json' };
  const add = [{ op: 'add', path: '/language', value: 'fr' }];
  const test = (value) => [{ op: 'test', path: '/language', value }, { op: 'add', path: '/implicitRules', value: 'http://kxg.example' }];
  const fhirPath = parameters({ name: 'operation', part: [{ name: 'type', valueCode: 'replace' }, { name: 'path', valueString: `${t}.language` }, { name: 'value', valueCode: 'fr' }] });
  const meta = parameters({ name: 'meta', valueMeta: { tag: [{ system: 'http://tags.example', code: 'kxgnew' }] } });
  const search = body.identifier ? `identifier=kxg${resource.id}` : `_id=${resource.id}`;
  const put = (way, path, resourceBody, headers) => ({ way, method: 'PUT', path, body: resourceBody, headers });
  const change = (path, resourceBody, headers) => ({ way: 'write: patch', method: 'PATCH', path, body: resourceBody, headers });
  const remove = (path, headers) => ({ way: 'write: delete', method: 'DELETE', path, headers });
  const entry = (kind, method, url, resourceBody, more = {}) =>
    bundleOf(`write: ${kind}`, kind, [{ ...(resourceBody ? { resource: resourceBody } : {}), request: { method, url, ...more } }]);
  return [
    put('write: update', one, body),
    put('write: update', one, body, { 'If-Match': 'W/"1"' }),
    put('write: update', one, body, { 'If-Match': 'W/"2"' }),
    put('write: update', one, body, { 'If-None-Match': '*' }),
    put('write: update', one, body, { Prefer: 'return=OperationOutcome' }),
    ...(mine ? [put('write: re-point', one, mine), put('write: re-point', `/${t}/${resource.id.replace(person, own)}`, { ...body, id: resource.id.replace(person, own) })] : []),
    change(one, add, patch),
    change(one, add, { ...patch, 'If-Match': 'W/"2"' }),
    change(one, test('en'), patch),
    change(one, test('de'), patch),
    change(one, fhirPath),
    change(`/${t}?${search}`, add, patch),
    put('write: conditional', `/${t}?${search}`, fresh),
    put('write: conditional', `/${t}?${search}`, body),
    ...(mine ? [put('write: conditional', `/${t}?${search}`, (({ id, ...rest }) => rest)(mine))] : []),
    post('write: create', `/${t}`, fresh),
    post('write: conditional', `/${t}`, fresh, { 'If-None-Exist': search }),
    post('write: meta', `${one}/$meta-add`, meta),
    post('write: meta', `${one}/$meta-delete`, parameters({ name: 'meta', valueMeta: { tag: [{ system: 'http://tags.example', code: `kxgtag-${person}` }] } })),
    remove(one),
    remove(one, { 'If-Match': 'W/"1"' }),
    remove(one, { Prefer: 'return=OperationOutcome' }),
    remove(`/${t}?${search}`),
    remove(`/${t}?${search}&_count=9`),
    ...['batch', 'transaction'].flatMap((kind) => [
      entry(kind, 'PUT', `${t}/${resource.id}`, body),
      entry(kind, 'PUT', `${t}/${resource.id}`, body, { ifMatch: 'W/"2"' }),
      entry(kind, 'PUT', `${t}?${search}`, fresh),
      entry(kind, 'POST', t, fresh, { ifNoneExist: search }),
      entry(kind, 'DELETE', `${t}/${resource.id}`),
      entry(kind, 'DELETE', `${t}?${search}`),
      entry(kind, 'PATCH', `${t}/${resource.id}`, fhirPath),
    ]),
  ];
}

// Everything that writes, or would.
// `file`: one of this machine that says a secret.
export function writes(targets, person, own, file) {
  const out = targets.flatMap(({ type, records }) => records.flatMap((record) => writesOf(type, record, person, own)));
  const response = (reference) => ({ resourceType: 'QuestionnaireResponse', status: 'completed', subject: { reference } });
  out.push(
    bundleOf('write: conditional reference', 'transaction', [{ resource: response(`Patient?identifier=kxg${person}-patient`), request: { method: 'POST', url: 'QuestionnaireResponse' } }]),
    bundleOf('write: conditional reference', 'batch', [{ resource: response(`Patient?_id=${person}`), request: { method: 'POST', url: 'QuestionnaireResponse' } }]),
    ...['/Patient/$validate', '/Patient', '/QuestionnaireResponse'].map((path) =>
      post('write: XML entity', path, `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://${file}">]><${path.split('/')[1]} xmlns="http://hl7.org/fhir"><implicitRules value="&e;"/><name><text value="&e;"/></name></${path.split('/')[1]}>`, { 'Content-Type': 'application/fhir+xml' })),
    post('write: method override', `/Patient/${person}`, {}, { 'X-HTTP-Method-Override': 'DELETE' }),
  );
  return out;
}
