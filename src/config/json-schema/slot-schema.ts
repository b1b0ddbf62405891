import type { Component } from '../component.js';
import { describeKinds, describeSchema } from '../expected.js';
import type { Schema } from '../schema.js';
import { LATER } from './later.js';
import { componentSnippet } from './snippet.js';

/** `./my/unet.ts#MyUNet`: the path of a file of the user's own, and a component in it. */
const OWN_COMPONENT = '^\\.{0,2}/.';

/** Names such as `__is_first_stage__` stand for a whole component; others are written `{ target, params }`. */
const BARE_NAME = /^__\w+__$/;

/** True of everything; by its own `properties` the language server tells it from the alternatives beside it. */
const anything = { properties: {} };

const hasNoTarget = { not: { required: ['target'] } };

/** What `params` may be, whichever component's: nothing, or known only when configs are merged. */
export const paramsType = {
  type: ['object', 'string', 'null'],
  pattern: LATER,
  patternErrorMessage: 'Expected the parameters of the component.',
};

export interface SlotSchemaOptions {
  /** The schema of the parameters of a component. */
  readonly paramsOf: (component: Component) => Schema;
  /** The target of a component that names none. */
  readonly defaultTarget?: string | undefined;
  /** Schemas of the keys beside `target` and `params`. */
  readonly keys?: Readonly<Record<string, Schema>>;
  readonly nullable?: boolean;
}

/**
 * The schema of what stands in a slot: `{ target, params }`, where `params` are those of the target, or a bare name.
 * Names are as `name` has them, see nameSchema.
 */
export function slotSchema(
  components: readonly Component[],
  kinds: readonly string[],
  name: Schema,
  options: SlotSchemaOptions,
): Schema {
  const { paramsOf, defaultTarget, keys = {}, nullable = false } = options;
  const byDefault = components.filter(({ target }) => target === defaultTarget);
  const bareNames = components.flatMap((component) =>
    namesOf(component)
      .filter((bare) => BARE_NAME.test(bare))
      .map((bare) => ({ const: bare, title: component.target, description: component.summary })),
  );
  const paramsIf = (condition: Schema, component: Component) => ({
    if: condition,
    then: { properties: { params: paramsOf(component) } },
  });
  return {
    type: ['object', 'string', ...(nullable ? ['null'] : [])],
    errorMessage: `Expected ${describeSchema({ component: kinds })}.`,
    allOf: [
      {
        additionalProperties: false,
        properties: { ...keys, target: name, params: paramsType },
      },
      { if: { type: 'string' }, then: name },
      ...components.map((component) =>
        paramsIf({ required: ['target'], properties: { target: { pattern: exactly(namesOf(component)) } } }, component),
      ),
      ...byDefault.map((component) => paramsIf(hasNoTarget, component)),
      // Only where there is no target yet: else editors offer the parameters of all others beside the one that is there.
      { if: hasNoTarget, then: { defaultSnippets: components.map(componentSnippet) } },
    ],
    ...(bareNames.length > 0 && { anyOf: [...bareNames, { $ref: '#/definitions/later' }, anything] }),
    // Of a single one, editors write the block when its key is chosen.
    ...(byDefault.length > 0 && { defaultSnippets: byDefault.map(componentSnippet) }),
  };
}

/** The schema of a name in a slot: each that it takes with what it is, for editors to offer and to explain. */
export function nameSchema(components: readonly Component[], kinds: readonly string[]): Schema {
  const names = components.flatMap(namesOf);
  return {
    title: kinds.join(' or ') || 'component',
    description: `The name of ${describeKinds(kinds)}.`,
    type: 'string',
    pattern: [...(names.length > 0 ? [exactly(names)] : []), OWN_COMPONENT, LATER].join('|'),
    errorMessage: `Expected the name of ${describeKinds(kinds)}; "ldm list" lists the names.`,
    anyOf: [
      ...components.flatMap(({ target, aliases = [], summary }) => [
        { const: target, title: target, description: summary },
        ...aliases.map((alias) => ({ const: alias, title: target, description: `The same as ${target}: ${summary}` })),
      ]),
      { pattern: OWN_COMPONENT, description: 'A component of your own, ./file.ts#Name.' },
      anything,
    ],
  };
}

function namesOf({ target, aliases = [] }: Component): string[] {
  return [target, ...aliases];
}

/** A pattern of these texts and no others. */
function exactly(texts: readonly string[]): string {
  return `^(?:${texts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})$`;
}
