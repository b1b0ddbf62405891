/**
 * Runs tasks side by side, at most `width` at a time, and tells each result when it is there.
 *
 * @param {readonly import('./tasks.mjs').Task[]} tasks
 * @param {number} width
 * @param {(result: import('./tasks.mjs').Result) => void} onResult
 * @returns {Promise<import('./tasks.mjs').Counts>} the sum
 */
export async function runTasks(tasks, width, onResult) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const queue = [...tasks];
  const worker = async () => {
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      const result = await task.run();
      for (const kind of Object.keys(sum)) sum[kind] += result.counts[kind];
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return sum;
}

/** `12 passed, 0 failed, 1 skipped`: the last line of `npm test`. */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
