import { writeFlow } from '../found.js';
import type { Component } from '../component.js';
import type { Schema } from '../schema.js';
import { fromPlain } from '../tree.js';

/** A block that an editor offers to write, its values to be filled in one after the other. */
export interface Snippet {
  readonly label: string;
  readonly description: string;
  readonly body: Schema;
}

/** Of a component that requires nothing, so many parameters give an idea. */
const SHOWN = 3;

/** `target` and the parameters that a component requires; of one that requires none the first. */
export function componentSnippet({ target, summary, params }: Component): Snippet {
  const body = new BodyWriter().mapBody(params as unknown as Schema);
  return {
    label: target,
    description: summary,
    body: { target, ...(Object.keys(body).length > 0 && { params: body }) },
  };
}

/** Numbers the places in the order in which they are written. */
class BodyWriter {
  #last = 0;

  mapBody({ properties = {}, required = [] }: Schema): Record<string, unknown> {
    const all = Object.entries(properties as Readonly<Record<string, Schema>>);
    const wanted = new Set(required as readonly string[]);
    const shown = wanted.size > 0 ? all.filter(([name]) => wanted.has(name)) : all.filter(isSimple).slice(0, SHOWN);
    return Object.fromEntries(shown.map(([name, property]) => [name, this.#body(property)]));
  }

  #body(property: Schema): unknown {
    if (property.component !== undefined) return { target: this.#placeholder() };
    if (property.properties !== undefined) return this.mapBody(property);
    if (Array.isArray(property.enum)) return this.#placeholder(`|${property.enum.map(String).join(',')}|`);
    if (property.default !== undefined) return this.#placeholder(`:${writeFlow(fromPlain(property.default))}`);
    return property.type === 'array' ? `[${this.#placeholder()}]` : this.#placeholder();
  }

  /** As editors write the places of a snippet: `${1}`, `${1:default}`, `${1|one,other|}`. */
  #placeholder(content = ''): string {
    this.#last += 1;
    return `\${${this.#last}${content}}`;
  }
}

function isSimple([, { component, default: fallback }]: readonly [string, Schema]): boolean {
  return component === undefined && typeof fallback !== 'object' && fallback !== undefined;
}
