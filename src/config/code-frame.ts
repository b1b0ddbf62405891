import { printable } from '../errors.js';

/** Columns of a line that are shown at most; longer lines are cut around the place. */
const maxWidth = 100;

/**
 * The lines around a place in a text, the place underlined, as compilers show it:
 *
 *       2 |   params:
 *     > 3 |     timesteps: many
 *         |                ^^^^
 *
 * @param line from 1
 * @param column from 1
 */
export function codeFrame(text: string, line: number, column: number): string {
  const lines = text.split(/\r?\n/);
  const width = String(line + 1).length;
  const shown = [line - 1, line, line + 1].flatMap((number) => {
    const content = lines[number - 1];
    if (content === undefined || (number !== line && content.trim() === '')) return [];
    const start = Math.max(0, column - 1 - maxWidth / 2);
    const row = `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${visible(content, start)}`;
    const marks = `  ${' '.repeat(width)} | ${' '.repeat(column - 1 - start)}`;
    return number === line ? [row, marks + '^'.repeat(tokenLength(content.slice(column - 1)))] : [row];
  });
  return shown.map((row) => row.trimEnd()).join('\n');
}

/** A part of a line; a tab takes one column, as in the count of columns. */
function visible(content: string, start: number): string {
  return printable(content.slice(start, start + maxWidth).replaceAll('\t', ' '));
}

/** How many characters the word, quoted text, list or map at the start of `rest` takes in its line. */
function tokenLength(rest: string): number {
  const [token = ''] =
    /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[[{].*?(?=\s+#|\s*$)|.+?(?=:(?:\s|$)|\s+#|\s*[,\]}]|\s*$))/.exec(rest) ?? [];
  return Math.min(Math.max(1, token.length), maxWidth / 2);
}
