import { WriteError } from '../errors.js';
import type { Histogram, Hyperparameters, LoggedImage, Logger, RunEnding } from './logger.js';

/** Logs to several places; one that fails does not keep the others from being flushed. */
export class CompositeLogger implements Logger {
  constructor(readonly loggers: readonly Logger[]) {}

  logScalars(scalars: Readonly<Record<string, number>>, step: number): void {
    for (const logger of this.loggers) logger.logScalars(scalars, step);
  }

  logImage(name: string, image: LoggedImage, step: number): void {
    for (const logger of this.loggers) logger.logImage(name, image, step);
  }

  logText(name: string, text: string, step: number): void {
    for (const logger of this.loggers) logger.logText(name, text, step);
  }

  logHistogram(name: string, histogram: Histogram, step: number): void {
    for (const logger of this.loggers) logger.logHistogram?.(name, histogram, step);
  }

  logHyperparameters(values: Hyperparameters): void {
    for (const logger of this.loggers) logger.logHyperparameters?.(values);
  }

  logEnding(ending: RunEnding): void {
    for (const logger of this.loggers) logger.logEnding?.(ending);
  }

  flush(): Promise<void> {
    return all(this.loggers.map((logger) => logger.flush()));
  }

  close(): Promise<void> {
    return all(this.loggers.map((logger) => logger.close()));
  }
}

async function all(promises: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(promises);
  const errors = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  if (errors.length > 1 && errors.every((error) => error instanceof WriteError)) {
    throw new WriteError(errors.flatMap(({ problems }) => problems));
  }
  if (errors.length > 1) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n\n'));
  if (errors[0]) throw errors[0];
}
