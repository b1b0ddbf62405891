import type { Output } from '../../src/logging/reporter.js';

/** An output that remembers what was written to it; a terminal where it is given a width. */
export function recordingOutput(columns?: number): Output & { readonly text: string } {
  let text = '';
  return {
    ...(columns !== undefined && { columns }),
    isTTY: columns !== undefined,
    write: (more) => (text += more),
    get text() {
      return text;
    },
  };
}
