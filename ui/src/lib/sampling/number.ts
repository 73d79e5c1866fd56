export interface Range {
  min: number;
  max: number;
  step: number;
}

/** A typed number inside its range, or null: nothing is guessed. */
export function parseNumber(text: string, { min, max, step }: Range): number | null {
  if (!/^\s*-?\d+([.,]\d+)?\s*$/.test(text)) return null;
  const value = Number(text.replace(',', '.'));
  if (value < min || value > max) return null;
  return step >= 1 ? (Number.isInteger(value) ? value : null) : value;
}

/** So many steps further, within the range and without the dust of binary fractions. */
export function nudged(value: number, steps: number, { min, max, step }: Range): number {
  const moved = Number((value + steps * step).toFixed(6));
  return Math.min(max, Math.max(min, moved));
}
