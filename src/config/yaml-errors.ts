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

/** Words what the YAML parser found wrong at `line` of the text. */
export function describeYamlError({ code, message }: YAMLError, line: string): Omit<Problem, 'where'> {
  // The parser reports several mistakes as a missing character; only a quote or bracket can be left unclosed.
  const isUnclosed = code === 'MISSING_CHAR' || code === 'BAD_INDENT' ? /closing|end with|quote/.test(message) : true;
  const isBare =
    line.includes('${') && (code === 'UNEXPECTED_TOKEN' || code === 'MISSING_CHAR' || wordings[code] === twoColons);
  const wording = /^ *\t/.test(line) ? tab : isBare ? bareInterpolation : isUnclosed ? wordings[code] : undefined;
  const found = line.trim() || (wording === unclosed ? 'the end of the file' : '');
  return {
    ...(wording ?? { problem: `not valid YAML: ${message}` }),
    ...(found && { found: shorten(found) }),
  };
}
