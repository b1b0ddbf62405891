/** A time in parts; those left out are 0. */
export interface DurationParts {
  readonly weeks?: number;
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/** @param duration `DD:HH:MM:SS` or a map of parts @throws RangeError for text of another form */
export function durationSeconds(duration: string | DurationParts): number {
  const { weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0 } = partsOf(duration);
  return (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** As `DD:HH:MM:SS`, fractions of a second left out. */
export function durationText(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [whole / 86_400, (whole / 3600) % 24, (whole / 60) % 60, whole % 60];
  return parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
}

function partsOf(duration: string | DurationParts): DurationParts {
  if (typeof duration !== 'string') return duration;
  const found = /^(\d+):(\d\d):(\d\d):(\d\d)$/.exec(duration.trim());
  if (!found) throw new RangeError(`a duration: expected days:hours:minutes:seconds, found "${duration}"`);
  const [days, hours, minutes, seconds] = found.slice(1).map(Number);
  return { days, hours, minutes, seconds };
}
