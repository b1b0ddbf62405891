export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const [WIDTH, HEIGHT, LEFT, GAP] = [720, 110, 70, 34];

/** Curves below each other, each on an axis of its own, as an SVG. */
export function curvesSvg(curves: readonly Curve[]): string {
  const most = Math.max(1, ...curves.flatMap(({ points }) => points.map(([x]) => x)));
  const height = curves.length * (HEIGHT + GAP) + GAP;
  const drawn = curves.map(
    (curve, i) => `<g transform="translate(${LEFT},${GAP + i * (HEIGHT + GAP)})">${panel(curve, most)}</g>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 20}" height="${height}" font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...drawn,
    `<text x="${LEFT + WIDTH}" y="${height - 12}" text-anchor="end">step ${most}</text>`,
    '</svg>\n',
  ].join('\n');
}

function panel({ name, points }: Curve, most: number): string {
  const values = points.map(([, y]) => y);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const span = greatest - least || 1;
  const at = ([x, y]: readonly [number, number]): string =>
    `${((x / most) * WIDTH).toFixed(1)},${(HEIGHT - ((y - least) / span) * HEIGHT).toFixed(1)}`;
  const label = (y: number, value: number): string =>
    `<text x="-6" y="${y}" text-anchor="end">${value.toPrecision(3)}</text>`;
  return [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#ccc"/>`,
    `<text y="-5">${name}</text>`,
    label(10, greatest),
    label(HEIGHT, least),
    `<polyline fill="none" stroke="#1f77b4" points="${points.map(at).join(' ')}"/>`,
  ].join('');
}
