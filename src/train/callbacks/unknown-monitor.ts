import { nearestNames, UserError } from '../../errors.js';

/** What a callback says whose `monitor` names nothing that was logged. */
export function unknownMonitor(monitor: string, logged: Readonly<Record<string, number>>): UserError {
  const names = Object.keys(logged);
  return new UserError({
    path: 'monitor',
    problem: `nothing named ${monitor} is logged`,
    expected: `one of ${names.join(', ')}`,
    nearest: nearestNames(monitor, names),
    remedy: 'set monitor to a logged value; a checkpoint takes it from model.params.monitor where it has none',
  });
}
