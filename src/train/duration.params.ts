/** Days, hours, minutes and seconds as text; as in Lightning, 90 minutes may be written as such. */
export const DURATION_TEXT = '^\\s*\\d+:\\d\\d:\\d\\d:\\d\\d\\s*$';

/** A time that may be given in parts; those left out are 0. */
export const durationParts = {
  days: { type: 'number', minimum: 0, default: 0, description: 'Days.' },
  hours: { type: 'number', minimum: 0, default: 0, description: 'Hours.' },
  minutes: { type: 'number', minimum: 0, default: 0, description: 'Minutes.' },
  seconds: { type: 'number', minimum: 0, default: 0, description: 'Seconds.' },
} as const;

/** A time as PyTorch Lightning takes it: text, a map of its parts, or null for none. */
export const duration = {
  type: ['string', 'object', 'null'],
  pattern: DURATION_TEXT,
  form: 'text such as "00:12:00:00" (days:hours:minutes:seconds)',
  additionalProperties: false,
  properties: { weeks: { type: 'number', minimum: 0, default: 0, description: 'Weeks.' }, ...durationParts },
} as const;
