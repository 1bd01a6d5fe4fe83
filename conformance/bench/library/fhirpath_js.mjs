// fhirpath.js as a measuring program (worker.h). The first line of its input is that of the library's own program:
// the cases and their inputs.
import { createInterface } from "node:readline";
import fhirpath from "fhirpath";
import r4 from "fhirpath/fhir-context/r4";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { cases, inputs } = JSON.parse((await lines.next()).value);

// Compiled once, without what the library does not do either: results as plain values, and words on the console.
console.warn = () => {};
const settings = { resolveInternalTypes: false, traceFn: () => {} };
function prepare({ expression, input }) {
  try {
    const run = fhirpath.compile(expression, r4, settings);
    const resource = inputs[input];
    return run(resource) instanceof Promise ? null : () => run(resource);
  } catch {
    return null;
  }
}

const runs = cases.map(prepare);
console.log(JSON.stringify({ works: runs.map((run) => run !== null) }));
for await (const line of lines) {
  const [number, milliseconds] = line.split(" ").map(Number);
  const run = runs[number];
  for (let repetitions = 1; ; repetitions *= 2) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < repetitions; ++i) run();
    const took = Number(process.hrtime.bigint() - start);
    if (took < milliseconds * 1e6) continue;
    console.log(took / repetitions);
    break;
  }
}
