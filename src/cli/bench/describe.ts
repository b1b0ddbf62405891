import { alignColumns } from '../columns.js';
import type { Measurement, Timing } from './measure.js';
import type { ConvolutionReport, Report, ScaledPublished } from './run-workload.js';
import type { Workload } from './workloads/index.js';

/** A report as text, 120 columns wide at most. */
export function describe(
  { name, summary }: Pick<Workload, 'name' | 'summary'>,
  report: Report,
  rounds: number,
): string {
  const { measurements, yardsticks, published, convolutions, absent, disagree } = report;
  const peak = yardsticks.find(({ unit }) => unit === 'FLOP/s')?.rate;
  return [
    `${name}: ${summary}`,
    [...contestants(measurements), `${rounds} ${rounds === 1 ? 'round' : 'rounds'}, interleaved`].join('; '),
    ...yardsticks.map(describeYardstick),
    '',
    table(measurements),
    ...convolutions.flatMap((part) => ['', describeConvolutions(part, peak)]),
    ...(published ? ['', describePublished(published, measurements[0])] : []),
    ...absent.map((reason) => `absent: ${reason}`),
    ...disagree.map((text) => `WRONG: ${text}`),
  ].join('\n');
}

/** What each contestant is, once. */
function contestants(measurements: readonly Measurement[]): string[] {
  const lines = measurements.map(
    ({ engine, title, threads }) => `${engine} is ${title}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  );
  return [...new Set(lines)];
}

/** The rates of our own yardsticks are what "of peak" is a share of. */
function describeYardstick({ part, engine, unit, rate = NaN, seconds }: Timing): string {
  const at = (time: number) => gigaPerSecond((rate * seconds.median) / time);
  const what = unit === 'B/s' ? 'memory (two arrays read, one written)' : `convolution (conv3x3 ${part} on ${engine})`;
  const role = engine === 'pytorch' ? 'calibration' : 'peak of this run';
  return `${role}: ${what} ${at(seconds.median)} G${unit ?? ''}, from ${at(seconds.max)} to ${at(seconds.min)}`;
}

function table(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ part, engine, seconds, rate, unit, shareOfPeak, timesTheFirst, peakBytes }) => [
    part,
    engine,
    ...[seconds.median, seconds.min, seconds.max].map(milliseconds),
    rate === undefined ? '' : `${gigaPerSecond(rate)} G${unit ?? ''}`,
    shareOfPeak === undefined ? '' : percent(shareOfPeak),
    `${timesTheFirst.toFixed(2)}×`,
    `${Math.round(peakBytes / 2 ** 20)} MiB`,
  ]);
  const first = measurements[0]?.engine ?? '';
  const heading = ['part', 'engine', 'median ms', 'min', 'max', 'rate', 'of peak', `time / ${first}`, 'peak memory'];
  return alignColumns([heading, ...rows], 2);
}

function describeConvolutions({ part, engine, seconds, kernels }: ConvolutionReport, peak: number | undefined): string {
  const sum = (f: (kernel: (typeof kernels)[number]) => number) => kernels.reduce((total, one) => total + f(one), 0);
  const all = {
    kernel: 'all convolutions',
    calls: sum(({ calls }) => calls),
    seconds: sum((kernel) => kernel.seconds),
    flop: sum(({ flop }) => flop),
  };
  const rows = [...kernels, all].map((kernel) => [
    kernel.kernel,
    String(kernel.calls),
    milliseconds(kernel.seconds),
    percent(kernel.seconds / seconds),
    (kernel.flop / 1e9).toPrecision(3),
    gigaPerSecond(kernel.flop / kernel.seconds),
    peak === undefined ? '' : percent(kernel.flop / kernel.seconds / peak),
  ]);
  const heading = ['kernel', 'calls', 'ms', 'of the time', 'GFLOP', 'GFLOP/s', 'of peak'];
  return [
    `convolutions on ${engine} in one ${part} of ${milliseconds(seconds)} ms, apart from the rounds`,
    alignColumns([heading, ...rows]),
  ].join('\n');
}

function describePublished({ seconds, convolutionRate, scaledSeconds }: ScaledPublished, first?: Measurement): string {
  const range = (digits: number, values: readonly number[]) =>
    [...new Set(values.map((value) => value.toFixed(digits)))].join('–');
  const ratio = (value: number) => (first?.seconds.median ?? NaN) / value;
  return [
    `published reference, scaled by PyTorch's convolution: ${range(2, scaledSeconds)} s`,
    `(${range(2, seconds)} s where that ran at ${gigaPerSecond(convolutionRate)} GFLOP/s);`,
    `${first?.engine ?? ''} takes ${range(2, [...scaledSeconds].reverse().map(ratio))}× that`,
  ].join(' ');
}

function milliseconds(seconds: number): string {
  return (seconds * 1000).toFixed(seconds < 0.1 ? 2 : 0);
}

function gigaPerSecond(rate: number): string {
  return rate >= 1e11 ? (rate / 1e9).toFixed(0) : (rate / 1e9).toPrecision(3);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)}%`;
}
