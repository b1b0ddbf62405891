import { defineComponent, type ParamProblem } from '../src/config/index.js';
import { adamParams, adamWParams } from '../src/optim/adam.params.js';
import type { OptimizerFactory } from '../src/optim/index.js';
import { lionParams } from '../src/optim/lion.params.js';
import { sgdParams } from '../src/optim/sgd.params.js';
import type { Params } from '../src/params.js';

function checkAmsgrad({ amsgrad }: Params<typeof adamParams>): ParamProblem[] {
  if (!amsgrad) return [];
  return [
    {
      path: ['amsgrad'],
      problem: 'the variant with the largest second moment is not built',
      found: 'true',
      expected: 'false',
      remedy: 'leave it out',
    },
  ];
}

/** What torch.optim.SGD asserts. */
function checkNesterov({ nesterov, momentum, dampening }: Params<typeof sgdParams>): ParamProblem[] {
  if (!nesterov || (momentum > 0 && dampening === 0)) return [];
  return [
    {
      path: ['nesterov'],
      problem: 'needs a momentum and no dampening',
      found: `momentum ${momentum}, dampening ${dampening}`,
      expected: 'a momentum above 0 and a dampening of 0',
    },
  ];
}

export const optimizers = [
  defineComponent({
    target: 'AdamW',
    aliases: ['torch.optim.AdamW', 'torch.optim.adamw.AdamW'],
    kind: 'optimizer',
    summary: 'Adam whose weights decay by themselves.',
    source: 'Loshchilov and Hutter 2019, algorithm 2; torch.optim.AdamW',
    params: adamWParams,
    check: checkAmsgrad,
    load: async () => {
      const { AdamW } = await import('../src/optim/adamw.js');
      return (params): OptimizerFactory =>
        (parameters) =>
          new AdamW(parameters, params);
    },
  }),
  defineComponent({
    target: 'Adam',
    aliases: ['torch.optim.Adam', 'torch.optim.adam.Adam'],
    kind: 'optimizer',
    summary: 'Steps by two moments of the gradient.',
    source: 'Kingma and Ba 2015, algorithm 1; torch.optim.Adam',
    params: adamParams,
    check: checkAmsgrad,
    load: async () => {
      const { Adam } = await import('../src/optim/adam.js');
      return (params): OptimizerFactory =>
        (parameters) =>
          new Adam(parameters, params);
    },
  }),
  defineComponent({
    target: 'SGD',
    aliases: ['torch.optim.SGD', 'torch.optim.sgd.SGD'],
    kind: 'optimizer',
    summary: 'Stochastic gradient descent, with momentum where one is given.',
    source: 'Sutskever et al. 2013; torch.optim.SGD',
    params: sgdParams,
    check: checkNesterov,
    load: async () => {
      const { SGD } = await import('../src/optim/sgd.js');
      return (params): OptimizerFactory =>
        (parameters) =>
          new SGD(parameters, params);
    },
  }),
  defineComponent({
    target: 'Lion',
    aliases: ['lion_pytorch.Lion'],
    kind: 'optimizer',
    summary: 'Steps of one size in every weight, by the sign of one moment.',
    source: 'Chen et al. 2023, algorithm 2',
    params: lionParams,
    load: async () => {
      const { Lion } = await import('../src/optim/lion.js');
      return (params): OptimizerFactory =>
        (parameters) =>
          new Lion(parameters, params);
    },
  }),
];
