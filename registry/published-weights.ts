/** The first stages that latent-diffusion published, by what tells them from each other, with their downsampling. */
const FIRST_STAGES = {
  vq: [
    { name: 'vq-f4', downsampling: 4, codes: 8192 },
    { name: 'vq-f4-noattn', downsampling: 4, codes: 8192 },
    { name: 'vq-f8', downsampling: 8, codes: 16384 },
    { name: 'vq-f8-n256', downsampling: 8, codes: 256 },
    { name: 'vq-f16', downsampling: 16, codes: 16384 },
  ],
  kl: [
    { name: 'kl-f4', downsampling: 4, channels: 3 },
    { name: 'kl-f8', downsampling: 8, channels: 4 },
    { name: 'kl-f16', downsampling: 16, channels: 16 },
    { name: 'kl-f32', downsampling: 32, channels: 64 },
  ],
} as const;

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
  return found && remedyFor(found.name);
}

/** How to get the weights of an autoencoder of distributions; undefined where none like it were published. */
export function klWeightsRemedy(model: { downsampling: number; channels: number }): string | undefined {
  const { downsampling, channels } = model;
  const found = FIRST_STAGES.kl.find((one) => one.downsampling === downsampling && one.channels === channels);
  return found && remedyFor(found.name);
}

function remedyFor(name: string): string {
  const folder = `models/first_stage_models/${name}`;
  return (
    `unzip ${SITE}/${name}.zip into ${folder} and set ckpt_path: ${folder}/model.ckpt; ` +
    `without weights remove ckpt_path`
  );
}
