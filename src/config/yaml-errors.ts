import type { ErrorCode, YAMLError } from 'yaml';
import type { Problem } from '../errors.js';
import { shorten } from './found.js';

type Wording = Pick<Problem, 'problem' | 'expected' | 'remedy'>;

const tab: Wording = { problem: 'a tab is used as indentation', remedy: 'replace the tab with spaces' };
const twoColons: Wording = {
  problem: 'this line does not fit the lines around it',
  expected: '"key: value", indented like the keys beside it',
  remedy: 'put quotes around text that holds ": "; write one space after each colon; line up the keys',
};
const misaligned: Wording = {
  problem: 'this key is not lined up with the keys around it',
  remedy: 'give it the indentation of the keys that it belongs to',
};
const unclosed: Wording = {
  problem: 'a quote or bracket is not closed',
  remedy: 'close it, or put quotes around text that holds such a character',
};
const bareInterpolation: Wording = {
  problem: 'an interpolation must be in quotes here',
  expected: 'quotes where it stands inside { } or [ ], or holds ": "',
  remedy: 'write "${…}"',
};

/** The parser's terms for the mistakes that people make, in the words of a config's writer. */
const wordings: Partial<Record<ErrorCode, Wording>> = {
  TAB_AS_INDENT: tab,
  BLOCK_AS_IMPLICIT_KEY: twoColons,
  MULTILINE_IMPLICIT_KEY: twoColons,
  MISSING_CHAR: unclosed,
  BAD_INDENT: unclosed,
  BAD_SCALAR_START: {
    problem: 'text cannot start with this character',
    remedy: 'put quotes around the text',
  },
  BAD_DQ_ESCAPE: {
    problem: 'unknown escape sequence in double quotes',
    remedy: "use single quotes ('…'), in which a backslash is a plain character",
  },
  MULTIPLE_DOCS: {
    problem: 'the file holds several documents',
    expected: 'one document',
    remedy: 'remove the "---" line, or move what follows it into a file of its own',
  },
  TAG_RESOLVE_FAILED: {
    problem: 'this tag cannot be used in a config',
    expected: 'a plain value, map or list',
    remedy: 'remove the word that starts with "!"',
  },
  RESOURCE_EXHAUSTION: { problem: 'nested too deeply' },
};

/** Whether a quote or bracket is not closed: several mistakes are reported as a missing character. */
export function isUnclosed({ code, message }: YAMLError): boolean {
  return (code === 'MISSING_CHAR' || code === 'BAD_INDENT') && /closing|end with|quote/.test(message);
}

/** Words what the YAML parser found wrong at `line` of the text. */
export function describeYamlError(error: YAMLError, line: string): Omit<Problem, 'where'> {
  const wording = /^ *\t/.test(line) ? tab : wordingOf(error, line);
  const found = line.trim();
  return {
    ...(wording ?? { problem: `not valid YAML: ${error.message}` }),
    ...(found && { found: shorten(found) }),
  };
}

function wordingOf(error: YAMLError, line: string): Wording | undefined {
  const { code, message } = error;
  const isBare = code === 'UNEXPECTED_TOKEN' || code === 'MISSING_CHAR' || wordings[code] === twoColons;
  if (line.includes('${') && isBare) return bareInterpolation;
  if (code === 'BAD_INDENT' && message.includes('same column')) return misaligned;
  const isOther = (code === 'MISSING_CHAR' || code === 'BAD_INDENT') && !isUnclosed(error);
  return isOther ? undefined : wordings[code];
}
