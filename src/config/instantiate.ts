import type { Build, Component, Registry } from './component.js';
import { componentsOf, validateComponent, type ComponentConfig } from './validate.js';

/**
 * Builds the component a config names, and all it is made of. The code of all components is imported in parallel
 * first; then everything is constructed synchronously, each component building its parts through `build`.
 * A config that was not validated as part of an experiment is validated here; mistakes throw a ConfigError.
 *
 * @param onBuilt is told what was made of each `{ target, params }`, parts before what they are parts of
 */
export async function instantiateFromConfig<T = unknown>(
  config: ComponentConfig | string,
  registry: Registry,
  onBuilt: (config: ComponentConfig, built: unknown) => void = () => undefined,
): Promise<T> {
  const isValidated = typeof config === 'object' && componentsOf(config) !== undefined;
  const valid = isValidated ? config : validateComponent(config, registry);
  const bareName = typeof valid === 'string' ? registry.resolve(valid) : undefined;
  const components = typeof valid === 'object' ? (componentsOf(valid) ?? []) : bareName ? [bareName] : [];
  const loaded = await Promise.all(
    [...components].map(async (component) => [component, await component.load()] as const),
  );
  const build = createBuild(registry, new Map(loaded), onBuilt);
  return build<T>(valid);
}

type Factory = Awaited<ReturnType<Component['load']>>;

function createBuild(
  registry: Registry,
  factories: ReadonlyMap<Component, Factory>,
  onBuilt: (config: ComponentConfig, built: unknown) => void,
): Build {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- see Build
  return function build<T>(config: unknown): T {
    const { target, params } =
      typeof config === 'string' ? { target: config, params: {} } : (config as ComponentConfig);
    const component = registry.resolve(target);
    const factory = component && factories.get(component);
    if (!factory) throw new Error(`build: "${target}" is not a part of the config that is being built`);
    // Validation has found that the component's schema, from which the factory's parameter is typed, holds.
    const built = factory(params as never, build) as T;
    if (typeof config === 'object') onBuilt(config as ComponentConfig, built);
    return built;
  };
}
