import type { Params, ParamsInput, ParamsSchema } from '../../params.js';

/** Parameters of BERTEmbedder, under their published names. */
export const bertEmbedderParams = {
  type: 'object',
  additionalProperties: false,
  required: ['n_embed', 'n_layer'],
  properties: {
    n_embed: { type: 'integer', minimum: 1, description: 'Length of the vector of a token.' },
    n_layer: { type: 'integer', minimum: 0, description: 'Transformer layers.' },
    vocab_size: { type: 'integer', minimum: 1, default: 30522, description: "Number of different tokens; BERT's." },
    max_seq_len: {
      type: 'integer',
      minimum: 2,
      default: 77,
      description: 'Tokens that texts are cut or padded to; the most that an input of tokens may have.',
    },
    device: { type: 'string', description: 'Without effect: --engine chooses where everything runs.' },
    use_tokenizer: {
      type: 'boolean',
      default: true,
      description: 'Whether inputs are texts; false where they are tokens already.',
    },
    embedding_dropout: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: 'Probability of dropping a value of the embedded tokens.',
    },
    tokenizer: {
      type: 'string',
      default: 'models/bert-base-uncased',
      description: 'Folder with tokenizer.json or vocab.txt of bert-base-uncased, or one of these files.',
    },
  },
} as const satisfies ParamsSchema;

export type BertEmbedderParams = Params<typeof bertEmbedderParams>;
export type BertEmbedderParamsInput = ParamsInput<typeof bertEmbedderParams>;
