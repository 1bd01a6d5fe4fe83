// A seeded generator of numbers, and what all generated resources are made of. The same seed gives the same resources.

// mulberry32
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  below(limit) {
    return Math.floor(this.next() * limit);
  }
  pick(items) {
    return items[this.below(items.length)];
  }
  chance(share) {
    return this.next() < share;
  }
}

export const acme = 'http://acme.example/codes';
export const other = 'http://other.example/codes';
export const ucum = 'http://unitsofmeasure.org';

export const coding = (system, code, display) => clean({ system, code, display });
export const concept = (codings, text) => clean({ coding: codings.length ? codings : undefined, text });
export const quantity = (value, code, unit = code) => clean({ value, unit, system: code ? ucum : undefined, code });

// Without what is undefined, and without what is empty then.
export function clean(value) {
  if (Array.isArray(value)) {
    const items = value.map(clean).filter((item) => item !== undefined);
    return items.length ? items : undefined;
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .map(([key, item]) => [key, clean(item)])
    .filter(([, item]) => item !== undefined);
  return entries.length ? Object.fromEntries(entries) : undefined;
}

// Codes that differ in system only, in code only, without system, with several codings, with a text alone, with signs to escape.
export function conceptOf(random, topic) {
  const n = random.below(6);
  switch (random.below(7)) {
    case 0:
      return concept([coding(acme, `${topic}-${n}`, `Acme ${topic} ${n}`)]);
    case 1:
      return concept([coding(other, `${topic}-${n}`, `Other ${topic} ${n}`)], `Words of ${topic} ${n}`);
    case 2:
      return concept([coding(undefined, `${topic}-${n}`)]);
    case 3:
      return concept([coding(acme, `${topic}-${n}`), coding(other, `${topic}-${(n + 1) % 6}`, `Médecine ${topic}`)]);
    case 4:
      return concept([], `Only words of ${topic} ${n}`);
    case 5:
      return concept([coding(acme, `${topic},a|b$c\\${n}`, 'With signs')]);
    default:
      return concept([coding(acme, `${topic}-parent`, `Parent of ${topic}`)], 'Two  spaced\twords');
  }
}

// Several identifiers, with and without system, with a type, with a system alone.
export function identifiersOf(random, name) {
  const n = random.below(1000);
  const typed = {
    coding: [coding('http://terminology.hl7.org/CodeSystem/v2-0203', random.pick(['MR', 'SS', 'PPN']))],
    text: 'Record number',
  };
  const all = [
    { system: 'http://acme.example/ids', value: `${name}-${n}` },
    { value: `${name}-${n}` },
    { system: 'http://other.example/ids', value: `${name}-${n}`, type: typed, use: 'official' },
    { system: 'urn:oid:1.2.36.146.595.217.0.1', value: `${name}|${n},x` },
  ];
  return all.filter(() => random.chance(0.6));
}

// Dates of each precision, with zones that move them to another day, and with fractions.
export function dateTimeOf(random) {
  const two = (limit, from = 0) => String(from + random.below(limit)).padStart(2, '0');
  const year = 2015 + random.below(8);
  const day = `${year}-${two(12, 1)}-${two(28, 1)}`;
  switch (random.below(8)) {
    case 0:
      return String(year);
    case 1:
      return day.slice(0, 7);
    case 2:
    case 3:
      return day;
    case 4:
      return `${day}T${two(24)}:${two(60)}:${two(60)}Z`;
    case 5:
      return `${day}T23:${two(60)}:${two(60)}-0${random.below(9) + 1}:00`;
    case 6:
      return `${day}T00:${two(60)}:${two(60)}+05:30`;
    default:
      return `${day}T${two(24)}:${two(60)}:${two(60)}.${random.pick(['5', '25', '123'])}Z`;
  }
}
export const instantOf = (random) => {
  const text = dateTimeOf(random);
  return text.includes('T') ? text : `${text.padEnd(7, '-03').padEnd(10, '-09')}T10:00:00Z`;
};

// A Period that is open at either side, or closed.
export function periodOf(random) {
  const year = 2015 + random.below(8);
  const start = random.pick([`${year}`, `${year}-03`, `${year}-03-09`, `${year}-03-09T08:00:00+01:00`]);
  const end = random.pick([`${year + 1}`, `${year}-11`, `${year}-11-30`, `${year}-11-30T22:30:00-05:00`]);
  return random.pick([{ start, end }, { start }, { end }, { start, end }]);
}

// What _text finds: it stands in one resource of each type.
export const narrative = {
  status: 'generated',
  div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>A sorrowful <b>history</b></p></div>',
};
