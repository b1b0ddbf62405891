export { Generator, type GeneratorState } from './generator.js';
export { HostGenerator } from './host-generator.js';
export { RandomStreams, type StreamsState } from './streams.js';
