export { annotate, annotatedValues, annotatedYaml } from './annotate.js';
export type { Annotated, AnnotatedValue } from './annotate.js';
export { defineComponent, Registry } from './component.js';
export type {
  Build,
  Component,
  NeededFile,
  ParamProblem,
  PlannedComponent,
  TargetProblem,
  Traits,
  TraitsOf,
  TypedComponent,
} from './component.js';
export { experimentSchema, validateExperiment, type Experiment, type ExperimentOptions } from './experiment.js';
export { describeSchema } from './expected.js';
export { instantiateFromConfig } from './instantiate.js';
export { experimentJsonSchema } from './json-schema.js';
export { stringifySchema } from './json-schema/stringify-schema.js';
export { loadExperimentTree } from './load.js';
export type { MissingFile } from './needed-files.js';
export { displayPath, parseConfig, type ConfigText } from './read.js';
export { textArgument, wrongArgument, type ConfigExtensions, type ResolverCall } from './resolvers.js';
export { validateSchema } from './schema.js';
export { stringifyConfig, writeInline } from './stringify.js';
export { childOf, describeOrigin, formatPath, fromPlain, nodeAt, toPlain } from './tree.js';
export type { ConfigNode, ConfigTree, ListNode, MapEntry, MapNode, Origin, Path, ScalarNode } from './tree.js';
export { validateComponent, validateConfig } from './validate.js';
export type { ComponentConfig, SlotOptions, SlotRules, Validated } from './validate.js';
export { defineUserComponent, type UserComponent } from './user-component.js';
export { absoluteTarget, isUserTarget, parseUserTarget, userTargets, withTexts } from './user-target.js';
export type { UserTarget, UserTargetParts } from './user-target.js';
