// A profile's snapshot: its base's elements, changed as the differential says (https://hl7.org/fhir/R4/profiling.html#snapshot).
//
// It knows what these profiles need: elements of the base and of datatypes below it, slices, slices' own children. What it does
// not know it refuses, with the element's id.

// What a snapshot keeps of HL7's elements; their comments, mappings, examples and XPath say nothing to a validator.
const kept = new Set(['id', 'path', 'representation', 'sliceName', 'slicing', 'short', 'definition', 'min', 'max', 'base', 'contentReference',
  'type', 'maxLength', 'condition', 'constraint', 'mustSupport', 'isModifier', 'isModifierReason', 'isSummary', 'binding']);
const isKept = (name) => kept.has(name) || /^(fixed|pattern|minValue|maxValue)[A-Z]/.test(name);
const withoutSlices = (id) => id.replace(/:[^.]*/g, '');
const isBelow = (id, parent) => id.startsWith(`${parent}.`);
const parentOf = (id) => id.slice(0, id.lastIndexOf('.'));

function trimmed(element) {
  const out = Object.fromEntries(Object.entries(element).filter(([name]) => isKept(name)));
  if (out.constraint) out.constraint = out.constraint.map(({ xpath, extension, requirements, ...rest }) => rest);
  if (out.binding) out.binding = (({ extension, ...rest }) => rest)(out.binding);
  return out;
}

const limit = (max) => (max === '*' ? Infinity : Number(max));

function merge(element, change) {
  const { min, max, constraint, ...rest } = change;
  if (min < element.min || limit(max ?? element.max) > limit(element.max)) throw new Error(`${change.id}: its base allows no such cardinality`);
  Object.assign(element, rest);
  element.min = min ?? element.min;
  element.max = max ?? element.max;
  if (constraint) element.constraint = [...(element.constraint ?? []), ...constraint];
}

export class Snapshots {
  // `find(url)`: the StructureDefinition of this canonical, or undefined.
  constructor(find) {
    this.find = find;
    this.made = new Map();
  }

  elements(url) {
    if (this.made.has(url)) return structuredClone(this.made.get(url));
    const definition = this.find(url);
    if (!definition) throw new Error(`there is no ${url}`);
    const isOurs = definition.derivation === 'constraint' && definition.differential && !url.startsWith('http://hl7.org/fhir/');
    const elements = isOurs ? this.changed(definition) : definition.snapshot.element.map(trimmed);
    this.made.set(url, elements);
    return structuredClone(elements);
  }

  changed(definition) {
    const elements = this.elements(definition.baseDefinition);
    for (const change of definition.differential.element) {
      if (withoutSlices(change.id) !== change.path) throw new Error(`${change.id}: its path is another one`);
      merge(this.place(elements, change.id, definition.url), change);
    }
    return elements;
  }

  // The element of this id; made when it is a slice, or inside a datatype.
  place(elements, id, source) {
    const found = elements.find((element) => element.id === id);
    if (found) return found;
    const [own, slice] = id.slice(id.lastIndexOf('.') + 1).split(':');
    if (slice) return this.addSlice(elements, `${parentOf(id)}.${own}`, id, slice);
    const parent = this.place(elements, parentOf(id), source);
    if (!elements.some((element) => isBelow(element.id, parent.id))) this.unfold(elements, parent);
    const made = elements.find((element) => element.id === id);
    if (!made) throw new Error(`${id}: there is no such element (${source})`);
    return made;
  }

  // A slice stands behind the sliced element, what is below that, and the slices before it.
  addSlice(elements, slicedId, id, sliceName) {
    const sliced = this.place(elements, slicedId, id);
    if (!sliced.slicing) {
      if (!slicedId.endsWith('.extension')) throw new Error(`${slicedId}: its slicing is not said`);
      sliced.slicing = { discriminator: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' };
    }
    const family = elements.filter((element) => element === sliced || isBelow(element.id, slicedId) || element.id.startsWith(`${slicedId}:`));
    const copies = family.filter((element) => element === sliced || isBelow(element.id, slicedId)).map((element) => ({
      ...structuredClone(element),
      id: id + element.id.slice(slicedId.length),
    }));
    const { slicing, mustSupport, ...first } = copies[0];
    copies[0] = { ...first, sliceName, min: 0 };
    elements.splice(elements.indexOf(family.at(-1)) + 1, 0, ...copies);
    return copies[0];
  }

  // Puts a datatype's elements below an element of that one type.
  unfold(elements, parent) {
    if (parent.contentReference || parent.type?.length !== 1) throw new Error(`${parent.id}: it is not of one type`);
    const inner = this.elements(`http://hl7.org/fhir/StructureDefinition/${parent.type[0].code}`).slice(1);
    const below = (text) => text.slice(text.indexOf('.'));
    elements.splice(elements.indexOf(parent) + 1, 0,
      ...inner.map((element) => ({ ...element, id: parent.id + below(element.id), path: parent.path + below(element.path) })));
  }
}
