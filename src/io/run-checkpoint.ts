/** The metadata entry of a safetensors file that makes it a checkpoint of a run of ours. */
export const RUN_CHECKPOINT_KEY = 'ldm_runner';

/** Where the tensors of an optimizer stand in such a file, and those of a callback. */
const OPTIMIZER_STATES = 'optimizer_states';
const CALLBACK_STATES = 'callback_states';
const OTHERS = [OPTIMIZER_STATES, CALLBACK_STATES];

/** What a callback that keeps the best checkpoints says of them in a run's checkpoint, as a part of its state. */
export interface KeptCheckpoints {
  /** Best first; `score` is what they are judged by, null where nothing is monitored. */
  readonly best: readonly { readonly file: string; readonly score: number | null }[];
  /** The logged value that they are judged by; absent, with what follows, in checkpoints of earlier versions. */
  readonly monitor?: string | null;
  /** Where they lie; null for the run's own folder. */
  readonly dirpath?: string | null;
}

/** The name of an optimizer's tensor in a run's checkpoint. */
export function optimizerKey(index: number, name: string): string {
  return `${OPTIMIZER_STATES}.${index}.${name}`;
}

/** The name of a callback's tensor in a run's checkpoint: by number, for the name of a callback may be any. */
export function callbackKey(index: number, name: string): string {
  return `${CALLBACK_STATES}.${index}.${name}`;
}

/** What of these a file has, of whose tensors these are the names. */
export function statesAmong(names: Iterable<string>): string[] {
  const found = new Set([...names].map((name) => name.split('.', 1)[0] ?? ''));
  return OTHERS.filter((others) => found.has(others));
}

/** Whether a tensor of a run's checkpoint is a weight or a buffer, not a part of another's state. */
export function isWeight(name: string): boolean {
  return !OTHERS.some((others) => name.startsWith(`${others}.`));
}
