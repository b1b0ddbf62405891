/** The shards that `urls` names, in its order. */
export function shardsOf(urls: string | readonly string[]): string[] {
  return (typeof urls === 'string' ? [urls] : urls).flatMap(expandBraces);
}

/**
 * The words that a pattern stands for, as a shell expands braces: `{000..010}` counts, with as many digits, and `{a,b}`
 * lists. Braces around anything else stay what they are.
 */
export function expandBraces(pattern: string): string[] {
  for (let open = pattern.indexOf('{'); open >= 0; open = pattern.indexOf('{', open + 1)) {
    const close = closingBrace(pattern, open);
    const choices = close === undefined ? undefined : choicesOf(pattern.slice(open + 1, close));
    if (close === undefined || !choices) continue;
    const before = pattern.slice(0, open);
    const after = expandBraces(pattern.slice(close + 1));
    return choices.flatMap((choice) => after.map((end) => before + choice + end));
  }
  return [pattern];
}

function closingBrace(text: string, open: number): number | undefined {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth += 1;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return undefined;
}

function choicesOf(inside: string): string[] | undefined {
  const range = /^(\d+)\.\.(\d+)$/.exec(inside);
  if (range) return count(range[1] ?? '', range[2] ?? '');
  const parts = splitOutsideBraces(inside);
  return parts.length > 1 ? parts.flatMap(expandBraces) : undefined;
}

function count(first: string, last: string): string[] {
  const [from, to] = [Number(first), Number(last)];
  const isPadded = [first, last].some((text) => text.length > 1 && text.startsWith('0'));
  const digits = isPadded ? Math.max(first.length, last.length) : 0;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, i) =>
    String(from + (to < from ? -i : i)).padStart(digits, '0'),
  );
}

function splitOutsideBraces(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts.push((parts.pop() ?? '') + character);
  }
  return parts;
}
