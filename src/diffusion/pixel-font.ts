/** Capital letters, digits and signs of 3 x 5 pixels: of each row the octal digit whose bits are its pixels. */
const glyphs: Readonly<Record<string, string>> = {
  A: '25755',
  B: '65656',
  C: '34443',
  D: '65556',
  E: '74647',
  F: '74644',
  G: '34553',
  H: '55755',
  I: '72227',
  J: '11152',
  K: '55655',
  L: '44447',
  M: '57755',
  N: '65555',
  O: '25552',
  P: '65644',
  Q: '25563',
  R: '65655',
  S: '34216',
  T: '72222',
  U: '55557',
  V: '55552',
  W: '55775',
  X: '55255',
  Y: '55222',
  Z: '71247',
  '0': '75557',
  '1': '26227',
  '2': '61247',
  '3': '61216',
  '4': '55711',
  '5': '74616',
  '6': '34752',
  '7': '71122',
  '8': '25252',
  '9': '25716',
  '.': '00002',
  ',': '00024',
  ':': '02020',
  ';': '02024',
  '!': '22202',
  '?': '61202',
  "'": '22000',
  '"': '55000',
  '-': '00700',
  _: '00007',
  '+': '02720',
  '=': '07070',
  '/': '11244',
  '(': '12221',
  ')': '42224',
  '[': '32223',
  ']': '62226',
  '<': '12421',
  '>': '42124',
  '*': '52500',
  '#': '57575',
  '%': '51245',
  '&': '25253',
  '@': '25743',
  '|': '22222',
  $: '36236',
};

/** What is shown of a character that has no glyph. */
const UNKNOWN = '75557';

export const GLYPH_WIDTH = 3;
export const GLYPH_HEIGHT = 5;

/** The pixels of a character, `[x, y]` each; letters are shown as capitals without their accents. */
export function glyphOf(character: string): [number, number][] {
  if (character === ' ') return [];
  const [plain = ''] = character.normalize('NFD').toUpperCase();
  return Array.from(glyphs[plain] ?? UNKNOWN).flatMap((row, y) =>
    [0, 1, 2].filter((x) => (Number(row) >> (2 - x)) & 1).map((x): [number, number] => [x, y]),
  );
}
