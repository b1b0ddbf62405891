/** `{name}` or `{name:spec}` in a pattern. */
const FIELD = /\{([^{}:]*)(?::([^{}]*))?\}/g;
/** Of Python's format specifications, those that numbers in file names are written with. */
const SPEC = /^(0?)(\d*)(?:\.(\d+))?([dfe]?)$/;

/** What is wrong with a pattern of ModelCheckpoint's `filename`, if anything. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === 'last') return 'last.ckpt is the checkpoint that a run goes on from';
  if (/[/\\]/.test(pattern.replace(FIELD, ''))) return 'a file name has no slashes; dirpath says where it lies';
  if (/[{}]/.test(pattern.replace(FIELD, ''))) return 'a brace has no partner';
  for (const [field, name = '', spec = ''] of pattern.matchAll(FIELD)) {
    if (name === '') return `${field} names no value`;
    if (!SPEC.test(spec)) return `"${spec}" in ${field} is no format such as 06, d, .2f or .3e`;
  }
  return undefined;
}

/**
 * A checkpoint's name after PyTorch Lightning's patterns: `{epoch:06}-{val/loss:.2f}` gives `epoch=000003-val_loss=0.12`,
 * without `insertNames` `000003-0.12`. Values that were not logged yet are 0; a slash in a name becomes an underscore.
 */
export function checkpointName(
  pattern: string,
  values: Readonly<Record<string, number>>,
  insertNames: boolean,
): string {
  return pattern.replace(FIELD, (_, name: string, spec = '') => {
    const text = formatNumber(values[name] ?? 0, String(spec));
    return insertNames ? `${name.replaceAll(/[/\\]/g, '_')}=${text}` : text;
  });
}

function formatNumber(value: number, spec: string): string {
  const [, zero = '', width = '', precision, type = ''] = SPEC.exec(spec) ?? [];
  const text = digits(value, type, precision === undefined ? undefined : Number(precision));
  if (zero === '') return text.padStart(Number(width), ' ');
  const sign = text.startsWith('-') ? '-' : '';
  return sign + text.slice(sign.length).padStart(Number(width) - sign.length, '0');
}

function digits(value: number, type: string, precision: number | undefined): string {
  if (type === 'd') return String(Math.trunc(value));
  if (type === 'f') return value.toFixed(precision ?? 6);
  // Python writes at least two digits of the exponent.
  if (type === 'e') return value.toExponential(precision ?? 6).replace(/e([-+])(\d)$/, 'e$10$2');
  return precision === undefined ? String(value) : String(Number(value.toPrecision(precision)));
}
