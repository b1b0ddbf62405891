/**
 * What set-up tells the user: one line per thing done, with its time; on a terminal also what it is doing right now.
 *
 * @typedef {object} Report
 * @property {(text: string) => void} say
 * @property {(text: string) => void} fail
 * @property {<T>(doing: string, work: () => Promise<T>) => Promise<{ result: T, seconds: string }>} during
 */

const PREFIX = 'set-up: ';

/**
 * @typedef {{ write: (text: string) => unknown, isTTY?: boolean }} Stream
 * @param {Stream} stream
 * @param {Stream} errors
 * @returns {Report}
 */
export function createReport(stream, errors) {
  const erase = '\r\u001b[2K';
  return {
    say: (text) => void stream.write(line(text)),
    fail: (text) => void errors.write(line(text)),
    async during(doing, work) {
      if (stream.isTTY === true) stream.write(`${erase}${PREFIX}${doing} …`);
      const start = performance.now();
      try {
        const result = await work();
        return { result, seconds: seconds(performance.now() - start) };
      } finally {
        if (stream.isTTY === true) stream.write(erase);
      }
    },
  };
}

function line(text) {
  return `${PREFIX}${text.replaceAll('\n', `\n${' '.repeat(PREFIX.length)}`)}\n`;
}

/** `0.4 s`, `12 s`: as many digits as a person reads. */
export function seconds(milliseconds) {
  const value = milliseconds / 1000;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} s`;
}
