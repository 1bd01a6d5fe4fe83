// Writes docs/profiles.md from schemas/fhir, or compares it (--check).
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { own, ownDefinitions, top } from './own.mjs';

const place = path.join(top, 'docs/profiles.md');
const introduction = fs.readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), 'introduction.md'), 'utf8');
const last = (url) => url.slice(url.lastIndexOf('/') + 1);
const cell = (text) => text.replace(/\|/g, '\\|').replace(/\n/g, ' ');

function says(element) {
  const words = [];
  if (element.slicing) words.push(`slices by ${element.slicing.discriminator.map(({ type, path: at }) => `${type} of \`${at}\``).join(', ')}`);
  for (const type of element.type ?? []) {
    const targets = type.targetProfile ?? type.profile;
    words.push(targets ? `${type.code} of ${targets.map((url) => `\`${last(url)}\``).join(', ')}` : `\`${type.code}\` only`);
  }
  for (const [name, value] of Object.entries(element)) {
    if (/^(fixed|pattern)/.test(name)) words.push(`${name.startsWith('fixed') ? 'is' : 'has'} \`${typeof value === 'string' ? value : JSON.stringify(value)}\``);
  }
  if (element.binding) words.push(`${element.binding.strength}: \`${last(element.binding.valueSet)}\``);
  for (const rule of element.constraint ?? []) words.push(`${rule.key}: ${rule.human}`);
  if (element.short) words.push(element.short);
  return words.join('; ');
}

function section({ resource: profile }) {
  const lines = profile.differential.element.map((change) => {
    const whole = profile.snapshot.element.find(({ id }) => id === change.id);
    return `| \`${change.id}\` | ${change.path.includes('.') ? `${whole.min}..${whole.max}` : ''} | ${whole.mustSupport ? 'yes' : ''} | ${cell(says(change))} |`;
  });
  return `## ${profile.title}\n\n\`${profile.url}\`, of \`${last(profile.baseDefinition)}\`. ${profile.description}\n\n` +
    `| element | | column | what it says |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

const codes = (resource) => (resource.concept ?? resource.compose.include.flatMap((include) => include.concept ?? [{ code: `all of ${last(include.system)}` }]))
  .map(({ code }) => `\`${code}\``).join(', ');
const lists = own().filter(({ resource }) => resource.resourceType !== 'StructureDefinition')
  .map(({ resource }) => `| \`${resource.url}\` | ${resource.resourceType} | ${codes(resource)} |`);
const isExtension = ({ resource }) => resource.type === 'Extension';
const profiles = ownDefinitions().filter((each) => !isExtension(each));
const extensions = ownDefinitions().filter(isExtension);
const wanted = [introduction, ...profiles.map(section), ...extensions.map(section),
  `## Codes\n\n| url | | codes |\n|---|---|---|\n${lists.join('\n')}\n`].join('\n');

if (process.argv[2] !== '--check') {
  fs.writeFileSync(place, wanted);
} else if (!fs.existsSync(place) || fs.readFileSync(place, 'utf8') !== wanted) {
  console.error('docs/profiles.md is out of date: run tools/profiles/generate');
  process.exit(1);
}
