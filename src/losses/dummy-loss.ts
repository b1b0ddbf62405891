import { Module } from '../nn/index.js';

/** No loss and no weights: what published configurations give a first stage that is not trained. */
export class DummyLoss extends Module {}
