import { Registry } from '../src/config/index.js';
import { autoencoders } from './autoencoders.js';
import { callbacks } from './callbacks.js';
import { classicNetworks } from './classic-networks.js';
import { classifiers } from './classifiers.js';
import { data } from './data.js';
import { encoders } from './encoders.js';
import { featureExtractors } from './feature-extractors.js';
import { imageData } from './image-data.js';
import { loggers, plannedLoggers } from './loggers.js';
import { losses } from './losses.js';
import { models } from './models.js';
import { networks } from './networks.js';
import { noiseSchedulers } from './noise-schedulers.js';
import { optimizers } from './optimizers.js';
import { patches } from './patches.js';
import { publishedData } from './published-data.js';
import { schedules } from './schedules.js';

/** Every component that a config may name. Importing it loads descriptions only, no code of theirs. */
export const registry = new Registry(
  [
    ...networks,
    ...classicNetworks,
    ...autoencoders,
    ...losses,
    ...encoders,
    ...models,
    ...patches,
    ...classifiers,
    ...featureExtractors,
    ...data,
    ...imageData,
    ...publishedData,
    ...optimizers,
    ...schedules,
    ...noiseSchedulers,
    ...callbacks,
    ...loggers,
  ],
  plannedLoggers,
);
