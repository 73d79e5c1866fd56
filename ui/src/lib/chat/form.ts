/**
 * How a conversation is put to a model: the template, and what some templates want beside the
 * turns. The form keeps what the template in force has no place for, so that trying another one
 * loses nothing; Rust leaves it out.
 */
export const TEMPLATES = [
  'auto',
  'nemotron-sft',
  'nemotron-rlhf',
  'nemotron-steerlm',
  'nemotron-qa',
  'base',
  'model',
] as const;
export type Template = (typeof TEMPLATES)[number];
/** One that is written out: what `auto` stands for. */
export type Spoken = Exclude<Template, 'auto'>;

/** As the engine names and orders them; the values are those of the model card. */
const CARD_VALUES = {
  quality: 4,
  understanding: 4,
  correctness: 4,
  coherence: 4,
  complexity: 4,
  verbosity: 4,
  toxicity: 0,
  humor: 0,
  creativity: 0,
  violence: 0,
  helpfulness: 4,
  not_appropriate: 0,
  hate_speech: 0,
  sexual_content: 0,
  fails_task: 0,
  political_content: 0,
  moral_judgement: 0,
};
export type AttributeName = keyof typeof CARD_VALUES;
/** How an answer should be: each 0 to 4, and the language as two small letters. */
export type Attributes = Readonly<Record<AttributeName, number>> & { readonly lang: string };

export const HIGHEST = 4;
export const CARD: Attributes = { ...CARD_VALUES, lang: 'en' };
const NAMES = Object.keys(CARD_VALUES) as AttributeName[];

/** Those that change an answer visibly come first. */
export const MAIN: readonly AttributeName[] = [
  'helpfulness',
  'verbosity',
  'complexity',
  'creativity',
  'humor',
  'toxicity',
];
export const OTHERS: readonly AttributeName[] = NAMES.filter((name) => !MAIN.includes(name));

/** As the model was trained to read them. */
export const lineOf = (attributes: Attributes): string =>
  [...NAMES.map((name) => `${name}:${attributes[name]}`), `lang:${attributes.lang}`].join(',');

/** 'hate_speech' as 'Hate speech'. */
export function labelOf(name: AttributeName): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Attributes as the form has them: those of the model card are none. */
export const kept = (attributes: Attributes): Attributes | null =>
  lineOf(attributes) === lineOf(CARD) ? null : attributes;

export interface AttributePreset {
  readonly name: string;
  readonly what: string;
  readonly attributes: Attributes;
}

const preset = (name: string, what: string, changes: Partial<Attributes>): AttributePreset => ({
  name,
  what,
  attributes: { ...CARD, ...changes },
});

/** The card asks for the longest answers already: a long one has also to find more to say. */
export const ATTRIBUTE_PRESETS: readonly AttributePreset[] = [
  preset('Model card', 'What the model’s makers recommend', {}),
  preset('Short', 'Brief and plain', { verbosity: 0, complexity: 1 }),
  preset('Long', 'At length, with ideas of its own', {
    verbosity: 4,
    complexity: 4,
    creativity: 2,
  }),
  preset('Funny', 'Not too serious', { humor: 4, creativity: 2 }),
  preset('Creative', 'Freely invented', { creativity: 4 }),
];

/** The name of the preset that is in force; null for values of one's own. */
export function presetOf(attributes: Attributes | null): string | null {
  const line = lineOf(attributes ?? CARD);
  return ATTRIBUTE_PRESETS.find((preset) => lineOf(preset.attributes) === line)?.name ?? null;
}

export interface ChatForm {
  readonly template: Template;
  /** Null: the template's own. */
  readonly system: string | null;
  /** Null: those of the model card. */
  readonly attributes: Attributes | null;
  /** What questions are about. */
  readonly context: string | null;
}

export const DEFAULT_FORM: ChatForm = {
  template: 'auto',
  system: null,
  attributes: null,
  context: null,
};

/** The template that is written, as far as known. */
export const inForce = (template: Template, spoken: Spoken | null): Spoken | null =>
  template === 'auto' ? spoken : template;

export interface SavedPrompt {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

/** Offered before the user's own. */
export const SYSTEM_PROMPTS: readonly string[] = [
  'You answer in one sentence.',
  'You speak like a pirate.',
];

interface Description {
  readonly name: string;
  /** In brackets behind the one that chooses by the model. */
  readonly short: string;
  readonly what: string;
}

export const DESCRIPTIONS: Readonly<Record<Spoken, Description>> = {
  'nemotron-sft': {
    name: 'Nemotron-3-8B chat (SFT)',
    short: 'SFT',
    what: 'Turns between markers, with the system prompt in front, which may be empty.',
  },
  'nemotron-rlhf': {
    name: 'Nemotron-3-8B chat (RLHF)',
    short: 'RLHF',
    what: 'The same form as SFT; its model card recommends an empty system prompt.',
  },
  'nemotron-steerlm': {
    name: 'Nemotron-3-8B SteerLM',
    short: 'SteerLM',
    what: 'Each answer is asked for with a line that says how long, funny or creative it should be.',
  },
  'nemotron-qa': {
    name: 'Nemotron-3-8B QA',
    short: 'QA',
    what: 'Questions about a text that you attach; the model says when the answer is not in it.',
  },
  base: {
    name: 'Plain transcript, for base models',
    short: 'transcript',
    what: 'A sentence that explains the conversation, then User: and Assistant: before each turn.',
  },
  model: {
    name: 'The model’s own',
    short: 'its own',
    what: 'The chat template that came in the model’s folder.',
  },
};

/** Those to choose from: a template of its own only where the model is known to have one. */
export const offered = (chosen: Template, spoken: Spoken | null): Template[] =>
  TEMPLATES.filter((name) => name !== 'model' || [chosen, spoken].includes('model'));

export const nameOf = (template: Template, spoken: Spoken | null): string =>
  template !== 'auto'
    ? DESCRIPTIONS[template].name
    : `As the model speaks${spoken ? ` (${DESCRIPTIONS[spoken].short})` : ''}`;

/** One sentence about a template. */
export function explained(template: Template, spoken: Spoken | null): string {
  const found = inForce(template, spoken);
  return found ? DESCRIPTIONS[found].what : 'Chosen by the model, once one is loaded.';
}

/** The form among what a session was left with, as far as it is valid. */
export function formOf(settings: unknown): ChatForm {
  const chat = recordOf(recordOf(settings)?.chat);
  if (!chat) return DEFAULT_FORM;
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    template: TEMPLATES.find((name) => name === chat.template) ?? DEFAULT_FORM.template,
    system: text(chat.system),
    attributes: attributesOf(chat.attributes),
    context: text(chat.context),
  };
}

/** What was not sent yet. */
export function draftOf(settings: unknown): string {
  const draft = recordOf(settings)?.draft;
  return typeof draft === 'string' ? draft : '';
}

function attributesOf(value: unknown): Attributes | null {
  const found = recordOf(value);
  const valid = (name: string) => {
    const number = found?.[name];
    return (
      typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= HIGHEST
    );
  };
  const lang = found?.lang;
  if (!NAMES.every(valid) || typeof lang !== 'string' || !/^[a-z]{2}$/.test(lang)) return null;
  return {
    ...CARD,
    ...Object.fromEntries(NAMES.map((name) => [name, found?.[name]])),
    lang,
  } as Attributes;
}

const recordOf = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
