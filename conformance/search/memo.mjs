// A function of one or two texts whose answers are kept: the same values are compared in thousands of cases.
const most = 300_000;

export function memo(make) {
  const kept = new Map();
  return (text, more = '') => {
    const key = more === '' ? text : `${more}\0${text}`;
    let found = kept.get(key);
    if (found === undefined) {
      if (kept.size >= most) kept.clear();
      found = make(text, more === '' ? undefined : more);
      kept.set(key, found);
    }
    return found;
  };
}
