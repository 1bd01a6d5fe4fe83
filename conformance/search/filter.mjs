// _filter's grammar: https://hl7.org/fhir/R4/search_filter.html. Tests, `and`, `or`, `not` and parentheses.
export function readFilter(text) {
  const words = text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()]+/g);
  let at = 0;

  const value = (word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(["\\])/g, '$1') : word);

  function term() {
    if (words[at] === 'not') {
      ++at;
      return { kind: 'not', side: term() };
    }
    if (words[at] === '(') {
      ++at;
      const inner = any();
      ++at;
      return inner;
    }
    const [path, operator, operand] = [words[at], words[at + 1], value(words[at + 2])];
    at += 3;
    return { kind: 'test', path, operator, value: operand };
  }
  function all() {
    const sides = [term()];
    while (words[at] === 'and') {
      ++at;
      sides.push(term());
    }
    return sides.length === 1 ? sides[0] : { kind: 'and', sides };
  }
  function any() {
    const sides = [all()];
    while (words[at] === 'or') {
      ++at;
      sides.push(all());
    }
    return sides.length === 1 ? sides[0] : { kind: 'or', sides };
  }
  return any();
}
