import { mkdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { messagesAt, numberAt, readEventFile, textAt, type Message } from '../../test/support/event-file.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { encodePng } from '../io/images.js';
import { TensorBoardLogger } from './tensorboard.js';

const clock = (): number => 1_795_249_800_500;

/** The values of an event's summary. */
function valuesOf(event: Message | undefined): Message[] {
  return messagesAt(messagesAt(event ?? new Map<number, Buffer[]>(), 5)[0] ?? new Map<number, Buffer[]>(), 1);
}

/** A packed list of doubles. */
function doublesOf(message: Message, field: number): number[] {
  const bytes = message.get(field)?.[0] as Buffer;
  return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));
}

/** What a value says to the HParams plugin. */
function pluginContent(value: Message): Message {
  const [plugin] = messagesAt(messagesAt(value, 9)[0]!, 1);
  assert.is(textAt(plugin!, 1), 'hparams');
  return messagesAt(plugin!, 2)[0]!;
}

function sessionStart(content: Message) {
  const [info] = messagesAt(content, 3);
  const hparams = messagesAt(info!, 1).map((entry) => {
    const [value] = messagesAt(entry, 2);
    return [textAt(entry, 1), numberAt(value!, 2), textAt(value!, 3), numberAt(value!, 4)];
  });
  return { hparams, startTime: numberAt(info!, 5) };
}

test('names the file as TensorBoard looks for it, each one anew', async () => {
  const folder = temporaryFolder();
  const [first, second] = [new TensorBoardLogger(folder, { clock }), new TensorBoardLogger(folder, { clock })];
  const pattern = `events.out.tfevents.1795249800.${hostname()}.${process.pid}.`;
  assert.ok(basename(first.path).startsWith(pattern));
  assert.ok(first.path < second.path);
  await Promise.all([first.close(), second.close()]);
});

test('writes scalars, in order, after the events that state the version and the start', async () => {
  const logger = new TensorBoardLogger(temporaryFolder(), { clock });
  logger.logScalars({ 'train/loss': 0.25, 'lr-AdamW': 0 }, 0);
  logger.logScalars({}, 1);
  logger.logScalars({ 'train/loss': NaN }, 3_000_000_000);
  await logger.close();
  const [version, start, ...events] = readEventFile(logger.path);
  assert.is(events.length, 2);
  assert.is(textAt(version!, 3), 'brain.Event:2');
  assert.is(numberAt(messagesAt(start!, 7)[0]!, 1), 1);
  assert.is(numberAt(events[0]!, 1), 1_795_249_800.5);
  // Zero is what protobuf's readers take for a number that is absent.
  assert.is(numberAt(events[0]!, 2) ?? 0, 0);
  assert.equal(
    valuesOf(events[0]).map((value) => [textAt(value, 1), numberAt(value, 2)]),
    [
      ['train/loss', 0.25],
      ['lr-AdamW', 0],
    ],
  );
  assert.is(numberAt(events[1]!, 2), 3_000_000_000);
  assert.ok(Number.isNaN(numberAt(valuesOf(events[1])[0]!, 2)));
});

test('writes images, encoded or not, in the order of the calls', async () => {
  const logger = new TensorBoardLogger(temporaryFolder());
  const pixels = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 1, height: 2, channels: 3 } as const;
  const png = await encodePng({ data: Uint8Array.of(0, 9, 200), width: 3, height: 1, channels: 1 });
  logger.logImage('train/samples', pixels, 7);
  logger.logImage('gray', png, 8);
  logger.logScalars({ after: 1 }, 9);
  await logger.close();
  const events = readEventFile(logger.path);
  assert.equal(
    events.map((event) => numberAt(event, 2)),
    [undefined, undefined, 7, 8, 9],
  );
  const images = events.slice(2, 4).map((event) => {
    const [value] = valuesOf(event);
    const [image] = messagesAt(value!, 4);
    return [textAt(value!, 1), ...[1, 2, 3].map((field) => numberAt(image!, field)), image!.get(4)?.[0]];
  });
  assert.equal(images, [
    ['train/samples', 2, 1, 3, await encodePng(pixels)],
    ['gray', 1, 3, 1, png],
  ]);
});

test('writes text as a string tensor of the text plugin', async () => {
  const logger = new TensorBoardLogger(temporaryFolder());
  logger.logText('config', '# é', 2);
  await logger.close();
  const [value] = valuesOf(readEventFile(logger.path)[2]);
  const [tensor] = messagesAt(value!, 8);
  assert.is(numberAt(tensor!, 1), 7);
  assert.is(numberAt(messagesAt(messagesAt(tensor!, 2)[0]!, 2)[0]!, 1), 1);
  assert.is(textAt(tensor!, 8), '# é');
  const [metadata] = messagesAt(value!, 9);
  assert.is(textAt(messagesAt(metadata!, 1)[0]!, 1), 'text');
  assert.is(numberAt(metadata!, 4), 2);
});

test('a resumed run hides what earlier files hold from its first step on', async () => {
  const logger = new TensorBoardLogger(temporaryFolder(), { purgeStep: 101 });
  logger.logHyperparameters({ lr: 1 });
  await logger.close();
  const [, start, ...others] = readEventFile(logger.path);
  assert.equal(others, [], 'the first file has said what the run was given');
  assert.is(numberAt(start!, 2), 101);
  assert.is(numberAt(messagesAt(start!, 7)[0]!, 1), 1);
});

test('writes a histogram as its limits and counts', async () => {
  const logger = new TensorBoardLogger(temporaryFolder());
  const histogram = { min: -1, max: 2, num: 4, sum: 2, sumSquares: 6, bucketLimit: [0.5, 2], bucket: [1, 3] };
  logger.logHistogram('weights/a', histogram, 5);
  await logger.close();
  const [value] = valuesOf(readEventFile(logger.path)[2]);
  assert.is(textAt(value!, 1), 'weights/a');
  const [histo] = messagesAt(value!, 5);
  assert.equal(
    [1, 2, 3, 4, 5].map((field) => numberAt(histo!, field)),
    [-1, 2, 4, 2, 6],
  );
  assert.equal(
    [6, 7].map((field) => doublesOf(histo!, field)),
    [
      [0.5, 2],
      [1, 3],
    ],
  );
});

test('writes what a run was given and how it ended for the HParams page', async () => {
  const logger = new TensorBoardLogger(temporaryFolder(), { clock });
  logger.logHyperparameters({ lr: 0.5, target: 'DDPM', ema: false });
  logger.logEnding('done');
  await logger.close();
  const [start, end] = readEventFile(logger.path)
    .slice(2)
    .map((event) => valuesOf(event)[0]!);
  assert.is(textAt(start!, 1), '_hparams_/session_start_info');
  const { hparams, startTime } = sessionStart(pluginContent(start!));
  assert.is(startTime, 1_795_249_800.5);
  assert.equal(hparams, [
    ['lr', 0.5, undefined, undefined],
    ['target', undefined, 'DDPM', undefined],
    ['ema', undefined, undefined, 0],
  ]);
  assert.is(textAt(end!, 1), '_hparams_/session_end_info');
  const [info] = messagesAt(pluginContent(end!), 4);
  assert.equal([numberAt(info!, 1), numberAt(info!, 2)], [1, 1_795_249_800.5]);
});

test('what is added to a run hides nothing of it', async () => {
  const logger = new TensorBoardLogger(temporaryFolder(), { purgeStep: null });
  logger.logScalars({ 'test/loss': 1 }, 12);
  await logger.close();
  assert.equal(
    readEventFile(logger.path).map((event) => messagesAt(event, 7)),
    [[], []],
  );
});

test('fifty thousand scalars are fifty thousand events', async () => {
  const logger = new TensorBoardLogger(temporaryFolder());
  for (let step = 0; step < 50_000; step++) logger.logScalars({ 'train/loss': step }, step);
  await logger.close();
  assert.is(readEventFile(logger.path).length, 50_002);
});

test('a folder that is gone is a rejected flush that names the file', async () => {
  const folder = join(temporaryFolder(), 'gone');
  mkdirSync(folder);
  const logger = new TensorBoardLogger(folder);
  rmSync(folder, { recursive: true });
  logger.logScalars({ a: 1 }, 1);
  const error = await logger.flush().catch((cause: unknown) => cause);
  assert.ok((error as Error).message.startsWith(`${logger.path}: cannot write: there is no such file or folder`));
});

test.run();
