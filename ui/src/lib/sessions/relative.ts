/** How long ago something was, in the words of a list. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** So long hours are counted across midnight: at one in the morning, ten is not yet yesterday. */
const HALF_A_DAY = 12 * HOUR;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Both in milliseconds since 1970; what lies ahead, on a clock that was wrong, is now. */
export function relative(then: number, now: number): string {
  const age = now - then;
  if (age < MINUTE) return 'now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  const days = daysBetween(then, now);
  if (days === 0 || age < HALF_A_DAY) return `${Math.floor(age / HOUR)} h ago`;
  return days === 1 ? 'yesterday' : date(new Date(then), new Date(now));
}

/** Midnights between two moments. A day of 23 or 25 hours is one too, hence the rounding. */
const daysBetween = (then: number, now: number): number =>
  Math.round(
    (new Date(now).setHours(0, 0, 0, 0) - new Date(then).setHours(0, 0, 0, 0)) / (24 * HOUR),
  );

function date(then: Date, now: Date): string {
  const day = `${then.getDate()} ${MONTHS[then.getMonth()] ?? ''}`;
  return then.getFullYear() === now.getFullYear() ? day : `${day} ${then.getFullYear()}`;
}
