// The statements that the server sends for one request, as a pgbench script.
//
// PostgreSQL logs every statement with its parameters (log_statement, JSON log). The script sends the same text, with
// the same values bound as parameters; what differs at each transaction (the id read, the id made, the patient) is
// computed by pgbench from random numbers.
import { openSync, fstatSync, readSync, closeSync } from "node:fs";

export class StatementLog {
  #path;
  constructor(path) { this.#path = path; }

  end() {
    const file = openSync(this.#path, "r");
    const { size } = fstatSync(file);
    closeSync(file);
    return size;
  }

  // What the server's own connections sent since `start`: [{ sql, values }], values null where there are none.
  statements(start) {
    const file = openSync(this.#path, "r");
    const text = Buffer.alloc(fstatSync(file).size - start);
    readSync(file, text, 0, text.length, start);
    closeSync(file);
    return text.toString("utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line))
      .filter((entry) => entry.application_name === "hvfhir")
      .flatMap(({ message, detail }) => {
        const [, sql] = /^(?:execute [^:]+|statement): (.*)$/s.exec(message) ?? [];
        return sql === undefined ? [] : [{ sql, values: parametersOf(detail ?? "") }];
      });
  }
}

// DETAIL: parameters: $1 = 'it''s', $2 = NULL
function parametersOf(detail) {
  const values = [];
  for (const [, number, quoted] of detail.matchAll(/\$(\d+) = (?:NULL|'((?:[^']|'')*)')/g)) {
    values[Number(number) - 1] = quoted === undefined ? null : quoted.replaceAll("''", "'");
  }
  return values;
}

// changing: [{ value, expression }], texts in the parameters that an SQL expression over pgbench's variables replaces.
// Returns the script and pgbench's -D options with the values that stay.
export function pgbenchScript(head, statements, changing) {
  const definitions = [];
  const script = statements.map(({ sql, values }) => sql.replace(/\$(\d+)/g, (_, number) => {
    const value = values[Number(number) - 1];
    if (value === null || value === undefined) return "NULL";
    let expression;
    for (const change of changing) {
      if (value.includes(change.value)) {
        expression = value === change.value ? change.expression
          : `replace(${expression ?? quote(value)}, ${quote(change.value)}, ${change.expression})`;
      }
    }
    if (expression !== undefined) return `(${expression})`;
    let at = definitions.indexOf(value);
    if (at < 0) at = definitions.push(value) - 1;
    return `:v${at}`;
  }).replaceAll("\n", " ") + ";");
  // What holds for one transaction (set_config ..., true) is sent in the same round trip as what it is for, as the server does.
  if (statements.some(({ sql }) => sql.includes("set_config("))) {
    script.unshift("\\startpipeline");
    script.push("\\endpipeline");
  }
  return { script: [...head, ...script].join("\n") + "\n", options: definitions.flatMap((value, at) => ["-D", `v${at}=${value}`]) };
}

function quote(text) { return `'${text.replaceAll("'", "''")}'`; }
