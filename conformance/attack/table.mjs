// What was tried, and what leaked: principal by way.
export class Table {
  constructor() {
    this.rows = new Map(); // principal -> way -> {tried, leaks}
    this.principals = [];
    this.ways = [];
    this.found = [];
    this.answered = new Map(); // way -> whether some probe of it told one who may see everything that the victim is there
  }

  cell(principal, { way }) {
    if (!this.rows.has(principal.name)) {
      this.rows.set(principal.name, new Map());
      this.principals.push(principal);
    }
    if (!this.ways.includes(way)) this.ways.push(way);
    const row = this.rows.get(principal.name);
    if (!row.has(way)) row.set(way, { tried: 0, leaks: 0 });
    return row.get(way);
  }

  tried(principal, probe) {
    ++this.cell(principal, probe).tried;
  }
  // What is refused to everybody cannot tell.
  told({ way }, status, tells) {
    if (status < 400 || tells) this.answered.set(way, (this.answered.get(way) ?? false) || tells);
  }

  // what: secret, differs, not refused.
  leak(principal, probe, what, detail) {
    this.found.push({ principal, probe, what, detail });
  }

  // With row-level security alone, what a write says of an id that is taken is the server's to hide (docs/access-database.md).
  print({ onlyPersons }) {
    const isCounted = ({ what, probe }) => !(onlyPersons && probe.writes && what === 'differs');
    const counted = this.found.filter(isCounted);
    for (const { principal, probe } of counted) ++this.cell(principal, probe).leaks;
    const seen = new Map();
    for (const { principal, probe, what, detail } of counted) {
      const key = `${probe.way} ${what}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
      if (seen.get(key) > 3) continue;
      console.log(`LEAK ${what}: ${principal.name}: ${probe.method} ${probe.path.slice(0, 300)} ${probe.body ? JSON.stringify(probe.body).slice(0, 300) : ''} ${JSON.stringify(probe.headers ?? {})}\n     ${detail}`);
    }
    const letters = this.principals.map((_, i) => String.fromCharCode(i < 26 ? 65 + i : 71 + i)); // A to Z, then a
    console.log('\nprobes tried for each principal and way (leaks after a slash)');
    this.principals.forEach(({ name }, i) => console.log(`  ${letters[i]}  ${name}`));
    const wide = Math.max(...this.ways.map((way) => way.length));
    console.log(`\n${''.padEnd(wide)} ${letters.map((letter) => letter.padStart(8)).join(' ')}`);
    for (const way of this.ways) {
      const cells = this.principals.map(({ name }) => this.rows.get(name).get(way));
      console.log(`${way.padEnd(wide)} ${cells.map((cell) => (cell ? (cell.leaks ? `${cell.tried}/${cell.leaks}` : String(cell.tried)) : '-').padStart(8)).join(' ')}`);
    }
    const tried = [...this.rows.values()].flatMap((row) => [...row.values()]).reduce((sum, cell) => sum + cell.tried, 0);
    if (counted.length < this.found.length)
      console.log(`\nanswers of writes that tell what is hidden from what is not there: ${this.found.length - counted.length} (the server's to hide, not row security's)`);
    console.log('');
    const dumb = [...this.answered].filter(([way, told]) => !told && /^(read|vread|history|system|search)/.test(way)).map(([way]) => way);
    const unharmed = this.principals.map(({ name }) => name).filter((name) => !counted.some(({ principal }) => principal.name === name));
    return { tried, leaks: counted.length, dumb, unharmed };
  }
}
