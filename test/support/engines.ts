import { suite, type Test } from 'uvu';
import { probeEngines, selectEngine } from '../../src/engine/index.js';

const available = new Set((await probeEngines()).filter((engine) => engine.available).map((engine) => engine.name));

/**
 * Runs one set of tests on several engines. An engine that is not there shows as skipped tests, never as passed ones;
 * `torch` and `cpu` are what a numeric test must hold on.
 */
export function onEveryEngine(
  title: string,
  define: (test: Test, engine: 'torch' | 'wasm' | 'cpu') => void,
  engines: readonly ('torch' | 'wasm' | 'cpu')[] = ['torch', 'cpu'],
): void {
  for (const engine of engines) {
    const test = suite(`${title} (${engine})`);
    test.before(async () => {
      if (available.has(engine)) await selectEngine(engine, {});
    });
    const tests: Test = available.has(engine)
      ? test
      : Object.assign((name?: string) => {
          test.skip(name);
        }, test);
    define(tests, engine);
    test.run();
  }
}
