import type { ParamsSchema } from '../../params.js';

const text = { type: ['string', 'null'], description: "Without effect: ldm run sees to the run's folder." } as const;
const config = { type: ['object', 'null'], description: "Without effect: ldm run sees to the run's folder." } as const;

/** Parameters of CompVis's SetupCallback: what a run's folder is made of, which `ldm run` knows itself. */
export const setupCallbackParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    resume: text,
    now: text,
    logdir: text,
    ckptdir: text,
    cfgdir: text,
    config,
    lightning_config: config,
  },
} as const satisfies ParamsSchema;
