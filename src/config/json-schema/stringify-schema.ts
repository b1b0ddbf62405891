const WIDTH = 120;

/** JSON with a line for each part that fits on one: short enough to read, and to see in a diff what changed. */
export function stringifySchema(value: unknown): string {
  return write(value, '', 0);
}

/** @param before columns that what stands before the value on its line takes, and a comma after it */
function write(value: unknown, indent: string, before: number): string {
  const line = writeLine(value);
  if (typeof value !== 'object' || value === null || indent.length + before + line.length <= WIDTH) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => inner + write(item, inner, 1));
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).map(([key, item]) => {
    const start = `${JSON.stringify(key)}: `;
    return inner + start + write(item, inner, start.length + 1);
  });
  return `{\n${entries.join(',\n')}\n${indent}}`;
}

function writeLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeLine).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${writeLine(item)}`);
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '{}';
}
