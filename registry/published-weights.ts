/** A first stage: where its weights come from, and what tells it from others. */
interface Published {
  readonly name: string;
  readonly downsampling: number;
  readonly codes?: number;
  readonly channels?: number;
  /** Of configs/autoencoder/, without its ending. */
  readonly config?: string;
}

/**
 * The first stages that latent-diffusion published, by what tells them from each other, with their downsampling; and the
 * shipped config that trains one, where there is one.
 */
const FIRST_STAGES = {
  vq: [
    { name: 'vq-f4', downsampling: 4, codes: 8192, config: 'vq-f4' },
    { name: 'vq-f4-noattn', downsampling: 4, codes: 8192 },
    { name: 'vq-f8', downsampling: 8, codes: 16384, config: 'vq-f8' },
    { name: 'vq-f8-n256', downsampling: 8, codes: 256 },
    { name: 'vq-f16', downsampling: 16, codes: 16384, config: 'vq-f16' },
  ],
  kl: [
    { name: 'kl-f4', downsampling: 4, channels: 3, config: 'autoencoder_kl_64x64x3' },
    { name: 'kl-f8', downsampling: 8, channels: 4, config: 'autoencoder_kl_32x32x4' },
    { name: 'kl-f16', downsampling: 16, channels: 16, config: 'autoencoder_kl_16x16x16' },
    { name: 'kl-f32', downsampling: 32, channels: 64, config: 'autoencoder_kl_8x8x64' },
  ],
} as const satisfies Readonly<Record<string, readonly Published[]>>;

const SITE = 'https://ommer-lab.com/files/latent-diffusion';

/** How to get the weights of an autoencoder with a codebook; undefined where none like it were published. */
export function vqWeightsRemedy(model: {
  downsampling: number;
  codes: number;
  attention: boolean;
}): string | undefined {
  const { downsampling, codes, attention } = model;
  const found = FIRST_STAGES.vq.find(
    (one) => one.downsampling === downsampling && one.codes === codes && (attention || one.name.endsWith('-noattn')),
  );
  return found && remedyFor(found);
}

/** How to get the weights of an autoencoder of distributions; undefined where none like it were published. */
export function klWeightsRemedy(model: { downsampling: number; channels: number }): string | undefined {
  const { downsampling, channels } = model;
  const found = FIRST_STAGES.kl.find((one) => one.downsampling === downsampling && one.channels === channels);
  return found && remedyFor(found);
}

function remedyFor({ name, config }: Published): string {
  const folder = `models/first_stage_models/${name}`;
  return [
    `unzip ${SITE}/${name}.zip into ${folder} and set ckpt_path: ${folder}/model.ckpt`,
    ...(config === undefined
      ? []
      : [`or train it first, ldm run configs/autoencoder/${config}.yaml, and set ckpt_path to that run's folder`]),
    'or remove ckpt_path, to try it without',
  ].join(';\n');
}
