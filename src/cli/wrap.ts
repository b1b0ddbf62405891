/** The columns of the terminal; endless where the output goes to a file or a program, which break lines themselves. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity;
}

/** Narrower than this, broken lines are harder to read than those that the terminal breaks. */
const NARROWEST = 24;

/** A text in lines of at most `width` characters, broken at spaces. */
export function wrapText(text: string, width: number): string {
  const room = Math.max(width, NARROWEST);
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= room) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}
