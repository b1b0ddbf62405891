import { createRequire } from 'node:module';

/** What is used here of jasmine-core, which ships no types. */

interface SpecResult {
  readonly fullName: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
  readonly failedExpectations: readonly { readonly message: string }[];
}

interface Jasmine {
  getEnv(): {
    configure(options: {
      random?: boolean;
      forbidDuplicateNames?: boolean;
      specFilter?: (spec: { getFullName(): string }) => boolean;
    }): void;
    addReporter(reporter: { specDone?: (result: SpecResult) => void }): void;
    execute(): Promise<{
      readonly overallStatus: 'passed' | 'failed' | 'incomplete';
      /** Those outside of specs. */
      readonly failedExpectations: readonly { readonly message: string }[];
    }>;
  };
}

/** Starts jasmine and defines `describe`, `it`, `expect` and the rest globally, where the specs expect them. */
export function bootJasmine(): Jasmine {
  return (createRequire(import.meta.url)('jasmine-core') as { boot(): Jasmine }).boot();
}
