import { expect, it } from 'vitest';
import { History } from './history';

const at = (text: string) => ({ pieces: [{ text, ids: null }], caret: text.length });

it('takes typing without a pause as one step', () => {
  const history = new History();
  history.typed(at(''), 0);
  history.typed(at('a'), 300);
  history.typed(at('ab'), 2000);
  expect(history.undo(at('abc'))).toEqual(at('ab'));
  expect(history.undo(at('ab'))).toEqual(at(''));
  expect(history.undo(at(''))).toBeUndefined();
  expect(history.redo(at(''))).toEqual(at('ab'));
});

it('forgets what could be redone when something new happens', () => {
  const history = new History();
  history.step(at('prompt'));
  history.undo(at('prompt and more'));
  expect(history.canRedo).toBe(true);
  history.typed(at('prompt'), 0);
  expect(history.canRedo).toBe(false);
});
