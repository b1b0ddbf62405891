/** What ends set-up: said in one message, without a stack trace. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {1 | 2} [exitCode] 2 for bad input, 1 for what failed
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'SetupError';
    this.exitCode = exitCode;
  }
}

/** The end of a program's output, indented: that is where compilers and npm say what went wrong. */
export function lastLines(output, count = 15) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(-count)
    .map((line) => `  ${line}`)
    .join('\n');
}
