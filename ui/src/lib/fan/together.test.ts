import { fireEvent } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { Together } from './together.svelte';

/** 100 pixels high, with contents of any height, and bounds to its scrolling as in a browser. */
class Box {
  readonly element = document.createElement('div');
  #top = 0;

  constructor(public height: number) {
    Object.defineProperties(this.element, {
      clientHeight: { value: 100 },
      scrollHeight: { get: () => this.height },
      scrollTop: {
        get: () => this.#top,
        set: (top: number) => (this.#top = Math.max(0, Math.min(top, this.height - 100))),
      },
    });
  }
  scroll(top: number) {
    this.element.scrollTop = top;
    return fireEvent.scroll(this.element);
  }
}

let together: Together;
let boxes: readonly [Box, Box, Box];
const tops = () => boxes.map(({ element }) => element.scrollTop);
/** What a browser does after the scrollers have been put somewhere. */
const told = () => Promise.all(boxes.map(({ element }) => fireEvent.scroll(element)));

beforeEach(() => {
  together = new Together();
  boxes = [new Box(500), new Box(300), new Box(1000)];
  boxes.forEach(({ element }) => together.attach(element));
});

it('scrolls all to the same place, the shorter ones to their end', async () => {
  await boxes[0].scroll(150);
  expect(tops()).toEqual([150, 150, 150]);
  await boxes[2].scroll(300);
  await told();
  expect(tops()).toEqual([300, 200, 300]);
});

it('scrolls one alone if that is wanted', async () => {
  together.on = false;
  await boxes[0].scroll(150);
  expect(tops()).toEqual([150, 0, 0]);
});

it('stays at the end while the texts grow', async () => {
  together.grown();
  await told();
  expect(tops()).toEqual([400, 200, 900]);
  boxes[1].height = 600;
  together.grown();
  expect(tops()).toEqual([400, 500, 900]);
});

it('leaves who reads further up, until they come back', async () => {
  together.grown();
  await boxes[2].scroll(200);
  boxes[2].height = 1200;
  together.grown();
  expect(tops()).toEqual([200, 200, 200]);
  // At the end of a short text others go on.
  await boxes[1].scroll(100);
  await boxes[1].scroll(200);
  together.grown();
  expect(tops()).toEqual([200, 200, 200]);
  await boxes[2].scroll(1100);
  boxes[2].height = 1300;
  together.grown();
  expect(tops()).toEqual([400, 200, 1200]);
});

it('leaves alone what is no longer there', async () => {
  const gone = new Box(400);
  together.attach(gone.element)();
  await boxes[0].scroll(50);
  expect(gone.element.scrollTop).toBe(0);
});
