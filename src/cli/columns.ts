/** Text columns, each as wide as its widest cell; those from `rightFrom` on, numbers, to the right. */
export function alignColumns(rows: readonly (readonly string[])[], rightFrom = 1): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const align = (cell: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column < rightFrom ? cell.padEnd(width) : cell.padStart(width);
  };
  return rows.map((row) => row.map(align).join('  ').trimEnd()).join('\n');
}

/** Names and what they stand for, which may have several lines. */
export function alignFacts(facts: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  const indent = `\n${' '.repeat(width)}`;
  return facts.map(([name, text]) => (name.padEnd(width) + text.replaceAll('\n', indent)).trimEnd()).join('\n');
}
