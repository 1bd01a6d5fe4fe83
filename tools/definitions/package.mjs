// Reads HL7's package: a folder of JSON files, one for each resource.
import fs from 'node:fs';
import path from 'node:path';

export class Package {
  constructor(folder) {
    this.folder = folder;
    this.files = fs.readdirSync(folder).filter((file) => file.endsWith('.json')).sort();
  }

  read(file) {
    return JSON.parse(fs.readFileSync(path.join(this.folder, file), 'utf8'));
  }

  // All resources whose file name starts with `TYPE-` and that are of that type.
  ofType(type) {
    return this.files
      .filter((file) => file.startsWith(`${type}-`))
      .map((file) => this.read(file))
      .filter((resource) => resource.resourceType === type);
  }

  // The resources in the entries of a Bundle file.
  bundle(file) {
    return this.read(file).entry.map((entry) => entry.resource);
  }
}

export const lastSegment = (url) => url.slice(url.lastIndexOf('/') + 1);
export const withoutVersion = (url) => url.split('|')[0];
// One line of text: the facts file is made of lines with tab-separated fields.
export const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

// Numbers distinct texts in the order of their first use.
export class Pool {
  constructor() {
    this.numbers = new Map();
  }

  number(text) {
    if (!this.numbers.has(text)) this.numbers.set(text, this.numbers.size);
    return this.numbers.get(text);
  }

  texts() {
    return [...this.numbers.keys()];
  }
}
