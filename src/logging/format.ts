/** A length of time: `4:35`, `1:02:03`, `2d 03:04:05`; under a second counts as none. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const days = Math.floor(whole / 86400);
  const hours = Math.floor((whole % 86400) / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  const end = `${two(minutes)}:${two(whole % 60)}`;
  if (days > 0) return `${days}d ${two(hours)}:${end}`;
  return hours > 0 ? `${hours}:${end}` : `${minutes}:${two(whole % 60)}`;
}

/** A rate in three digits, turned over where it is below one: `8.3 it/s`, `120 it/s`, `4.2 s/it`. */
export function formatRate(perSecond: number, unit = 'it'): string {
  return perSecond >= 1 ? `${shortNumber(perSecond)} ${unit}/s` : `${shortNumber(1 / perSecond)} s/${unit}`;
}

/** A logged value in three digits: `0.0456`, `12.3`, `1234`, `2.00e-6`, `NaN`. */
export function formatValue(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0 || Number.isInteger(value)) return String(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2);
  return size >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

/** Fits a line into a number of columns, its end replaced by an ellipsis where it is too long. */
export function cutToWidth(line: string, columns: number): string {
  const characters = Array.from(line);
  if (characters.length <= columns) return line;
  return columns < 1 ? '' : `${characters.slice(0, columns - 1).join('')}…`;
}

function shortNumber(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value.toFixed(1);
}
