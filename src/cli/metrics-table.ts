import { alignColumns } from './columns.js';

/** Measured values, a line for each. */
export function metricsTable(metrics: Readonly<Record<string, number>>): string {
  const rows = Object.entries(metrics).map(([name, value]) => [name, formatMetric(value)] as const);
  return rows.length === 0 ? 'nothing was measured' : alignColumns([['metric', 'value'], ...rows]);
}

/** More digits than a progress line has room for. */
function formatMetric(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(6);
}
