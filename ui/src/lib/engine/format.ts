const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** Bytes in decimal units, three digits at most. */
export function bytes(count: number): string {
  let [value, unit] = [count, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${short(value)} ${UNITS[unit] ?? ''}`;
}

/** A count of parameters, in millions or billions. */
export function parameters(count: number): string {
  return count >= 1e9 ? `${short(count / 1e9)} B` : `${short(count / 1e6)} M`;
}

export const whole = (n: number): string => n.toLocaleString('en-US');

export const percent = (share: number): string => `${Math.floor(share * 100)} %`;

/** Seconds, as one says it: '40 s', '12 min', '2 h 5 min'. */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const short = (n: number): string =>
  n >= 100 || Number.isInteger(n) ? n.toFixed(0) : n.toFixed(n >= 10 ? 1 : 2);
