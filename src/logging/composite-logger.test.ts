import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { WriteError } from '../errors.js';
import { CompositeLogger } from './composite-logger.js';
import type { Logger } from './logger.js';

/** Notes its calls; fails to flush with this message. */
function noting(failure?: string): Logger & { readonly calls: unknown[][] } {
  const calls: unknown[][] = [];
  const end = (name: string): Promise<void> => {
    calls.push([name]);
    return failure === undefined ? Promise.resolve() : Promise.reject(new Error(failure));
  };
  return {
    calls,
    logScalars: (scalars, step) => calls.push(['scalars', scalars, step]),
    logImage: (name, image, step) => calls.push(['image', name, image, step]),
    logText: (name, text, step) => calls.push(['text', name, text, step]),
    logHistogram: (name, histogram, step) => calls.push(['histogram', name, histogram, step]),
    logHyperparameters: (values) => calls.push(['hyperparameters', values]),
    logEnding: (ending) => calls.push(['ending', ending]),
    flush: () => end('flush'),
    close: () => end('close'),
  };
}

test('passes everything on to all', async () => {
  const loggers = [noting(), noting()];
  const composite = new CompositeLogger(loggers);
  const image = Uint8Array.of(1);
  composite.logScalars({ a: 1 }, 2);
  composite.logImage('i', image, 3);
  composite.logText('t', 'text', 4);
  const histogram = { min: 0, max: 1, num: 1, sum: 1, sumSquares: 1, bucketLimit: [1], bucket: [1] };
  composite.logHistogram('h', histogram, 5);
  composite.logHyperparameters({ lr: 1 });
  composite.logEnding('done');
  await composite.flush();
  await composite.close();
  for (const { calls } of loggers) {
    assert.equal(calls, [
      ['scalars', { a: 1 }, 2],
      ['image', 'i', image, 3],
      ['text', 't', 'text', 4],
      ['histogram', 'h', histogram, 5],
      ['hyperparameters', { lr: 1 }],
      ['ending', 'done'],
      ['flush'],
      ['close'],
    ]);
  }
});

test('flushes and closes all, though some fail, and tells every failure', async () => {
  const loggers = [noting('disk full'), noting(), noting('no rights')];
  const messageOf = (promise: Promise<void>): Promise<unknown> =>
    promise.catch((error: unknown) => (error as Error).message);
  assert.is(await messageOf(new CompositeLogger(loggers).flush()), 'disk full\n\nno rights');
  assert.is(await messageOf(new CompositeLogger(loggers.slice(0, 2)).close()), 'disk full');
  assert.equal(loggers[1]?.calls, [['flush'], ['close']]);
});

test('a full disk that stops several is one error of writing', async () => {
  const full = (where: string) => {
    const failure = () => Promise.reject(new WriteError({ where, problem: 'cannot write: the disk is full' }));
    return { ...noting(), flush: failure };
  };
  const error: unknown = await new CompositeLogger([full('a'), full('b')]).flush().catch((one: unknown) => one);
  assert.instance(error, WriteError);
  assert.is((error as WriteError).message, 'a: cannot write: the disk is full\n\nb: cannot write: the disk is full');
});

test.run();
