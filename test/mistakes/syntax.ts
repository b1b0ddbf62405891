import { type Mistake } from './mistake.js';

/** What is no YAML, or no config. */
export const syntax: readonly Mistake[] = [
  {
    title: 'a tab as indentation',
    edit: ['  params:\n    timesteps', '\tparams:\n    timesteps'],
    message: `
      a.yaml:4:1: a tab is used as indentation
        found:        params:
        to fix:       replace the tab with spaces`,
  },
  {
    title: 'a missing colon',
    edit: ['    timesteps: 20', '    timesteps 20'],
    message: `
      a.yaml:5:5: this line does not fit the lines around it
        found:        timesteps 20
        expected:     "key: value", indented like the keys beside it
        to fix:       put quotes around text that holds ": "; write one space after each colon; line up the keys`,
  },
  {
    title: 'no space after the colon',
    edit: ['    timesteps: 20', '    timesteps:20'],
    message: `
      a.yaml:5:5: this line does not fit the lines around it
        found:        timesteps:20
        expected:     "key: value", indented like the keys beside it
        to fix:       put quotes around text that holds ": "; write one space after each colon; line up the keys`,
  },
  {
    title: 'a list that is not closed',
    edit: ['[1, 2]\n', '[1, 2\n'],
    message: `
      a.yaml:17:23: a quote or bracket is not closed
        found:        channel_mult: [1, 2
        to fix:       close it, or put quotes around text that holds such a character`,
  },
  {
    title: 'a quote that is not closed',
    edit: ['target: DDPM', 'target: "DDPM'],
    message: `
      a.yaml:3:11: a quote or bracket is not closed
        found:        target: "DDPM
        to fix:       close it, or put quotes around text that holds such a character`,
  },
  {
    title: 'a key one space too far to the left',
    edit: ['    image_size: 32\n    channels', '   image_size: 32\n    channels'],
    message: `
      a.yaml:6:1: this key is not lined up with the keys around it
        found:        image_size: 32
        to fix:       give it the indentation of the keys that it belongs to`,
  },
  {
    title: 'a key one space too far to the right',
    edit: ['    image_size: 32\n    channels', '     image_size: 32\n    channels'],
    message: `
      a.yaml:5:16: this line does not fit the lines around it
        found:        timesteps: 20
        expected:     "key: value", indented like the keys beside it
        to fix:       put quotes around text that holds ": "; write one space after each colon; line up the keys`,
  },
  {
    title: 'a key twice',
    edit: ['    channels: 1\n', '    channels: 1\n    timesteps: 30\n'],
    message: `
      a.yaml:8:5: model.params.timesteps: the key "timesteps" stands here twice
        found:        the first one at a.yaml:5:5
        to fix:       remove one of the two`,
  },
  {
    title: 'an alias of nothing',
    edit: ['[1, 2]', '*mult'],
    message: `
      a.yaml:17:23: model.params.unet_config.params.channel_mult: *mult refers to nothing
        expected:     &mult before a value further up
        to fix:       put quotes around the text if it is meant literally: "*mult"`,
  },
  {
    title: 'an alias inside its own anchor',
    edit: ['  params:\n    timesteps', '  params: &p\n    again: *p\n    timesteps'],
    message: `
      a.yaml:5:12: model.params.again: *p stands inside the value that &p names`,
  },
  {
    title: 'a merge key without an alias',
    edit: ['    timesteps: 20', '    <<: base\n    timesteps: 20'],
    message: `
      a.yaml:5:9: model.params.<<: "<<" takes in the keys of another map
        expected:     an alias of a map, e.g. <<: *base`,
  },
  {
    title: 'a tag of Python',
    edit: ['target: DDPM', 'target: !!python/object/apply:os.system [ls]'],
    message: `
      a.yaml:3:11: this tag cannot be used in a config
        found:        target: !!python/object/apply:os.system [ls]
        expected:     a plain value, map or list
        to fix:       remove the word that starts with "!"`,
  },
  {
    title: 'two documents',
    edit: ['data:\n', '---\ndata:\n'],
    message: `
      a.yaml:21:1: the file holds several documents
        found:        ---
        expected:     one document
        to fix:       remove the "---" line, or move what follows it into a file of its own`,
  },
  {
    title: 'text that starts with a special character',
    edit: ['target: DDPM', 'target: @DDPM'],
    message: `
      a.yaml:3:11: text cannot start with this character
        found:        target: @DDPM
        to fix:       put quotes around the text`,
  },
  {
    title: 'a list as a key',
    edit: ['    timesteps: 20', '    ? [a, b]\n    : 20'],
    message: `
      a.yaml:5:7: model.params: this cannot be a key
        found:        a list
        expected:     text
        to fix:       put quotes around text that holds { } [ ] or *`,
  },
  {
    title: 'a key that would change an object',
    edit: ['    timesteps: 20', '    __proto__: 20'],
    message: `
      a.yaml:5:5: model.params.__proto__: "__proto__" cannot be a key
        to fix:       remove it`,
  },
  {
    title: 'an empty file',
    text: '',
    message: `
      a.yaml: the file holds no values
        expected:     a map with the keys model, data and lightning`,
  },
  {
    title: 'only comments',
    text: '# model:\n#   target: DDPM\n',
    message: `
      a.yaml: the file holds no values
        expected:     a map with the keys model, data and lightning`,
  },
  {
    title: 'a list',
    text: '- model\n- data\n',
    message: `
      a.yaml:1:1: not a config
        found:        ["model", "data"] (list)
        expected:     a map: lines of the form "key: value"`,
  },
  {
    title: 'text',
    text: 'model\n',
    message: `
      a.yaml:1:1: not a config
        found:        "model" (text)
        expected:     a map: lines of the form "key: value"`,
  },
  {
    title: 'aliases that multiply',
    text: 'a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n',
    message: `
      a.yaml:5:4: e: aliases multiply to more than 50,000 values`,
  },
  {
    title: 'nested a thousand levels deep',
    text: `a: ${'['.repeat(1000)}`,
    message: `
      a.yaml:1:1: nested too deeply
        found:        a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…`,
  },
];
