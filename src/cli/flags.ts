import { nearestNames, UserError } from '../errors.js';

/** What a command line's flags were given: text, or the numbers and booleans that cac makes of what looks like one. */
export type Flags = Readonly<Record<string, unknown>>;

/**
 * A whole number given by a flag, or undefined.
 * @throws UserError naming the flag on anything else
 */
export function integerFlag(flags: Flags, name: string, minimum = 1): number | undefined {
  const given = flags[name];
  if (given === undefined) return undefined;
  const value = typeof given === 'string' && /^[-+]?\d+$/.test(given) ? Number(given) : given;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum) {
    throw badFlag(name, given, `a whole number from ${minimum} on`);
  }
  return value;
}

/** A number in [minimum, maximum] given by a flag, or undefined. @throws UserError as {@link integerFlag} */
export function numberFlag(flags: Flags, name: string, minimum: number, maximum: number): number | undefined {
  const value = flags[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value >= minimum && value <= maximum)) {
    throw badFlag(name, value, `a number from ${minimum} to ${maximum}`);
  }
  return value;
}

/** Text given by a flag, or undefined. @throws UserError where the value is missing or the flag came twice */
export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') throw badFlag(name, value, 'one value');
  return String(value);
}

/** A truth value as CompVis's `main.py` reads them (yes, true, t, y, 1 and their opposites). @throws UserError */
export function booleanFlag(flags: Flags, name: string, fallback: boolean): boolean {
  const value = flags[name];
  if (value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  const text = (textFlag(flags, name) ?? '').toLowerCase();
  if (['yes', 'true', 't', 'y', '1'].includes(text)) return true;
  if (['no', 'false', 'f', 'n', '0'].includes(text)) return false;
  throw badFlag(name, value, 'true or false');
}

/** One of a few names given by a flag. @throws UserError with the nearest name */
export function choiceFlag<T extends string>(flags: Flags, name: string, choices: readonly T[], fallback: T): T {
  const value = textFlag(flags, name) ?? fallback;
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  throw badFlag(name, value, `one of ${choices.join(', ')}`, nearestNames(value, choices));
}

function badFlag(name: string, value: unknown, expected: string, nearest: readonly string[] = []): UserError {
  const found = Array.isArray(value) ? `${value.length} values: ${value.join(', ')}` : String(value);
  return new UserError({ where: `--${name}`, problem: 'cannot be this', found, expected, nearest });
}
