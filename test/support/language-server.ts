import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { repository } from './command.js';

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface CompletionItem {
  readonly label: string;
  readonly insertText?: string;
  /** An object, with Markdown, where a schema has some: ours has not. */
  readonly documentation?: string;
}

export interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: Position; readonly end: Position };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** How an editor is set up that never goes to the network. */
const settings: Readonly<Record<string, unknown>> = {
  yaml: { validate: true, hover: true, completion: true, schemaStore: { enable: false } },
};

/** The YAML language server, as VS Code's YAML extension starts it, and as little of an editor as it needs. */
export class LanguageServer {
  readonly #process = spawn(process.execPath, [serverScript(), '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #diagnostics = new Map<string, (diagnostics: readonly Diagnostic[]) => void>();
  /** Never resolves: rejects when the server ends, so that nobody waits for its answer for ever. */
  readonly #ended = new Promise<never>((_, reject) => {
    this.#process.once('close', () => {
      reject(new Error('the language server has ended'));
    });
  });
  #received = Buffer.alloc(0);
  #lastId = 0;

  private constructor() {
    this.#ended.catch(() => undefined);
    this.#process.stdout.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#readMessages();
    });
  }

  static async start(): Promise<LanguageServer> {
    const server = new LanguageServer();
    await server.#request('initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(repository).href,
      capabilities: {
        workspace: { configuration: true },
        textDocument: {
          completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
          hover: { contentFormat: ['markdown'] },
        },
      },
    });
    server.#notify('initialized', {});
    return server;
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }

  /** Opens a text as the file at `path`, which need not exist; resolves to what is wrong with it. */
  open(path: string, text: string): Promise<readonly Diagnostic[]> {
    const uri = pathToFileURL(path).href;
    const published = new Promise<readonly Diagnostic[]>((resolve) => {
      this.#diagnostics.set(uri, resolve);
    });
    this.#notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    return Promise.race([published, this.#ended]);
  }

  async complete(path: string, position: Position): Promise<readonly CompletionItem[]> {
    const textDocument = { uri: pathToFileURL(path).href };
    const result = await this.#request('textDocument/completion', { textDocument, position });
    return (result as { items: CompletionItem[] }).items;
  }

  /** What is shown over a position, as Markdown. */
  async hover(path: string, position: Position): Promise<string> {
    const textDocument = { uri: pathToFileURL(path).href };
    const result = await this.#request('textDocument/hover', { textDocument, position });
    return (result as { contents: { value: string } } | null)?.contents.value ?? '';
  }

  #request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#answers.set(id, ({ result, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
    });
    this.#send({ id, method, params });
    return Promise.race([answer, this.#ended]);
  }

  #notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  #send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#process.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#process.stdin.write(body);
  }

  #readMessages(): void {
    for (;;) {
      const headEnd = this.#received.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(this.#received.toString('utf8', 0, headEnd))?.[1]);
      const end = headEnd + 4 + length;
      if (headEnd < 0 || this.#received.length < end) return;
      const message = JSON.parse(this.#received.toString('utf8', headEnd + 4, end)) as Message;
      this.#received = this.#received.subarray(end);
      this.#handle(message);
    }
  }

  #handle(message: Message): void {
    const { id, method, params } = message;
    if (method === undefined) {
      this.#answers.get(id ?? 0)?.(message);
      this.#answers.delete(id ?? 0);
    } else if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: Diagnostic[] };
      this.#diagnostics.get(uri)?.(diagnostics);
    } else if (id !== undefined) {
      // A question to the editor: for its settings, one section after the other, or to register something.
      const { items = [] } = (params ?? {}) as { items?: { section: string }[] };
      this.#send({ id, result: items.map(({ section }) => settings[section] ?? null) });
    }
  }
}

function serverScript(): string {
  return createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server');
}
