// The separators of search values and their escapes: https://hl7.org/fhir/R4/search.html#escaping.

import { memo } from './memo.mjs';

// The parts between separators that no backslash stands before; the escapes stay in them.
export const split = memo((text, separator) => {
  const parts = [''];
  for (let i = 0; i < text.length; ++i) {
    if (text[i] === '\\' && i + 1 < text.length) parts[parts.length - 1] += text[i] + text[++i];
    else if (text[i] === separator) parts.push('');
    else parts[parts.length - 1] += text[i];
  }
  return parts;
});

export const unescape = (text) => text.replace(/\\([,|$\\])/g, '$1');
export const escape = (text) => text.replace(/[,|$\\]/g, '\\$&');
