import js from '@eslint/js';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * The import law: what each folder of src/ may import besides itself and npm packages.
 * Imports go one way, so that a part can be read, tested and replaced without the parts above it.
 */
const foundation = ['errors.ts', 'params.ts', 'rounding.ts'];
const tensors = ['ops', 'random', 'autodiff', 'io', 'nn'];
const mayImport = {
  'errors.ts': [],
  'params.ts': ['errors.ts'],
  'rounding.ts': [],
  io: [...foundation],
  ops: [...foundation],
  autodiff: [...foundation, 'ops'],
  random: [...foundation, 'ops'],
  nn: [...foundation, 'ops', 'autodiff', 'random', 'io'],
  engine: [...foundation, 'ops', 'random'],
  config: [...foundation],
  logging: [...foundation, 'io'],
  layout: [...foundation, 'random'],
  data: [...foundation, 'ops', 'random', 'io', 'layout'],
  optim: [...foundation, ...tensors],
  models: [...foundation, ...tensors],
  losses: [...foundation, ...tensors, 'models'],
  samplers: [...foundation, ...tensors],
  metrics: [...foundation, ...tensors, 'losses', 'models'],
  train: [...foundation, ...tensors, 'data', 'optim', 'logging'],
  'first-stages': [...foundation, ...tensors, 'models', 'losses', 'metrics', 'optim', 'train'],
  diffusion: [...foundation, ...tensors, 'data', 'layout', 'optim', 'samplers', 'train', 'first-stages'],
  classification: [...foundation, ...tensors, 'data', 'metrics', 'optim', 'train'],
};
const folders = Object.keys(mayImport);

const zones = folders.flatMap((folder) => {
  const allowed = new Set([folder, ...mayImport[folder]]);
  const forbidden = folders.filter((other) => !allowed.has(other)).map((other) => `./src/${other}`);
  return [
    {
      target: `./src/${folder}`,
      from: [...forbidden, './src/cli', './src/index.ts', './registry'],
      message: `The import law (eslint.config.mjs): src/${folder} may import ${mayImport[folder].join(', ') || 'nothing of ours'}.`,
    },
  ];
});
zones.push({
  target: './registry',
  from: ['./src/cli', './src/engine', './src/index.ts'],
  message: 'The import law (eslint.config.mjs): the registry knows components, not the command line or the engines.',
});

export default tseslint.config(
  { ignores: ['dist/', 'dist.tmp/', 'build/', 'runs/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [importX.createNodeResolver({ extensionAlias: { '.js': ['.ts', '.js'] } })] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones, basePath: import.meta.dirname }],
      'no-restricted-globals': ['error', { name: 'console', message: 'Library code reports through src/logging.' }],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Draw from src/random: a run must be repeatable.' },
        { object: 'tf', property: 'randomNormal', message: 'Draw from src/random.' },
        { object: 'tf', property: 'randomUniform', message: 'Draw from src/random.' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { boolean: true, string: true } }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      // It asks for the `!` that no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
    },
  },
  {
    files: ['src/cli/**/*.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-globals': 'off',
      // Tests reach every layer: they check parts against the engines and the whole.
      'import-x/no-restricted-paths': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { console: 'readonly', process: 'readonly', URL: 'readonly', performance: 'readonly' },
    },
  },
);
