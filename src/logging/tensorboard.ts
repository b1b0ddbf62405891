import { hostname } from 'node:os';
import { join } from 'node:path';
import { AppendQueue } from '../io/append-queue.js';
import { encodePng } from '../io/images.js';
import {
  DATA_CLASS_TENSOR,
  DT_STRING,
  encodeEvent,
  encodeHParams,
  type HParamsPluginData,
  SESSION_START,
  type SummaryValue,
  type TensorBoardEvent,
} from './event-schema.js';
import type { Histogram, Hyperparameters, LoggedImage, Logger, RunEnding } from './logger.js';
import { frameRecord } from './tfrecord.js';

export interface TensorBoardOptions {
  /**
   * The first step of a resumed run (default: 0): TensorBoard then hides what earlier files of the folder hold from this
   * step on, so that curves go on without a fold. Null to add to them.
   */
  readonly purgeStep?: number | null;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** Files of one process in one second are told apart, and sorted, by this. */
let filesOpened = 0;

/** Writes an event file for TensorBoard; several in one folder are read as one run, in the order of their names. */
export class TensorBoardLogger implements Logger {
  readonly path: string;
  readonly #queue: AppendQueue;
  readonly #clock: () => number;
  readonly #isResumed: boolean;

  /** @param folder an existing one. Nothing is written before the first event is due. */
  constructor(folder: string, { purgeStep = 0, clock = Date.now }: TensorBoardOptions = {}) {
    this.#clock = clock;
    this.#isResumed = (purgeStep ?? 0) > 0;
    const seconds = Math.floor(clock() / 1000);
    this.path = join(folder, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${filesOpened++}`);
    this.#queue = new AppendQueue(this.path);
    this.#write({ wallTime: clock() / 1000, fileVersion: 'brain.Event:2' });
    // A new run says that it starts too: readers take the first start that they meet for one that hides nothing.
    if (purgeStep !== null) {
      this.#write({ wallTime: clock() / 1000, step: purgeStep, sessionLog: { status: SESSION_START } });
    }
  }

  logScalars(scalars: Readonly<Record<string, number>>, step: number): void {
    const value: SummaryValue[] = [];
    for (const tag in scalars) value.push({ tag, simpleValue: scalars[tag] ?? NaN });
    if (value.length > 0) this.#write(this.#summary(value, step));
  }

  logImage(name: string, image: LoggedImage, step: number): void {
    const event = (png: Uint8Array): TensorBoardEvent => this.#summary([imageValue(name, png)], step);
    if (image instanceof Uint8Array) {
      this.#write(event(image));
    } else {
      this.#queue.append(encodePng(image).then((png) => frameRecord(encodeEvent(event(png)))));
    }
  }

  logText(name: string, text: string, step: number): void {
    this.#write(this.#summary([textValue(name, text)], step));
  }

  logHistogram(name: string, histogram: Histogram, step: number): void {
    this.#write(this.#summary([{ tag: name, histo: histogram }], step));
  }

  /**
   * For the HParams page, which compares runs by these and by the scalars that they log. It goes by the first that it
   * finds of a run: one that goes on has said them in its first file.
   */
  logHyperparameters(values: Hyperparameters): void {
    if (this.#isResumed) return;
    const hparams = Object.entries(values).map(([key, value]) => ({ key, value: hparamValue(value) }));
    this.#writeSession('start', { sessionStartInfo: { hparams, startTimeSecs: this.#clock() / 1000 } });
  }

  logEnding(ending: RunEnding): void {
    const sessionEndInfo = { status: SESSION_STATUS[ending], endTimeSecs: this.#clock() / 1000 };
    this.#writeSession('end', { sessionEndInfo });
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  #summary(value: readonly SummaryValue[], step: number): TensorBoardEvent {
    return { wallTime: this.#clock() / 1000, step, summary: { value } };
  }

  #writeSession(part: 'start' | 'end', data: HParamsPluginData): void {
    const metadata = { pluginData: { pluginName: 'hparams', content: encodeHParams(data) } };
    this.#write(this.#summary([{ tag: `_hparams_/session_${part}_info`, metadata }], 0));
  }

  #write(event: TensorBoardEvent): void {
    this.#queue.append(frameRecord(encodeEvent(event)));
  }
}

/** The plugin's words for how a session ended; it has none for one that was stopped. */
const SESSION_STATUS: Readonly<Record<RunEnding, number>> = { stopped: 0, done: 1, failed: 2 };

function hparamValue(value: number | string | boolean) {
  if (typeof value === 'number') return { numberValue: value };
  return typeof value === 'string' ? { stringValue: value } : { boolValue: value };
}

function textValue(tag: string, text: string): SummaryValue {
  return {
    tag,
    tensor: { dtype: DT_STRING, tensorShape: { dim: [{ size: 1 }] }, stringVal: [Buffer.from(text)] },
    metadata: { pluginData: { pluginName: 'text' }, dataClass: DATA_CLASS_TENSOR },
  };
}

/** Channels (TensorBoard's `colorspace`) by PNG's colour type: gray, RGB, palette, gray and RGB with alpha. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

/** Size and colour of a PNG stand at fixed places in its first chunk. */
function imageValue(tag: string, png: Uint8Array): SummaryValue {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return {
    tag,
    image: {
      width: view.getUint32(16),
      height: view.getUint32(20),
      colorspace: CHANNELS[view.getUint8(25)] ?? 3,
      encodedImageString: png,
    },
  };
}
