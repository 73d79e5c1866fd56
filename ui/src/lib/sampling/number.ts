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
