import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import { selectEngine } from '../../src/engine/index.js';
import { bootJasmine } from './jasmine.js';

/** The others cannot be bundled with the specs (bundle.ts). */
export type ConformingEngine = 'torch' | 'cpu';

/** The specs that tfjs-core 4.22.0 runs on each backend; on its own CPU backend it runs two more. */
export const SPEC_COUNT = 3_851;

export interface SuiteOptions {
  readonly engine: ConformingEngine;
  /** Which specs run, by their name; all by default. */
  readonly chosen?: (name: string) => boolean;
  readonly onSpec?: (spec: Spec) => void;
}

export interface Spec {
  /** As tfjs has it, without the engine's: the same on every engine. Some share a name. */
  readonly name: string;
  /** `pending`: tfjs itself leaves it out. */
  readonly status: 'passed' | 'failed' | 'pending';
  /** What failed. */
  readonly messages: readonly string[];
}

/** Runs those of tfjs-core's own specs that test a backend; once in a process. */
export async function runSuite({ engine, chosen = () => true, onSpec }: SuiteOptions): Promise<Spec[]> {
  // tfjs puts the engine and its flags, none, behind the name of every group of specs that it runs on a backend.
  const mark = ` ${engine} {}`;
  const nameOf = (fullName: string): string => fullName.replaceAll(mark, '').replaceAll(/\s+/g, ' ');
  const specs: Spec[] = [];
  const jasmine = bootJasmine().getEnv();
  jasmine.configure({
    random: false,
    forbidDuplicateNames: false,
    specFilter: (spec) => spec.getFullName().includes(mark) && chosen(nameOf(spec.getFullName())),
  });
  jasmine.addReporter({
    specDone: ({ fullName, status, failedExpectations }) => {
      if (status === 'excluded') return;
      const spec = { name: nameOf(fullName), status, messages: failedExpectations.map(({ message }) => message) };
      specs.push(spec);
      onSpec?.(spec);
    },
  });
  await selectEngine(engine);
  setTestEnvs([{ name: engine, backendName: engine, flags: {}, isDataSync: true }]);
  await import('@tensorflow/tfjs-core/dist/tests.js');
  const { overallStatus, failedExpectations } = await jasmine.execute();
  // A hook that threw, for example, belongs to no spec.
  const outside = failedExpectations.map(({ message }) => message);
  if (overallStatus === 'failed' && outside.length > 0)
    specs.push({ name: 'hooks', status: 'failed', messages: outside });
  return specs;
}
