import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { cryptoRandom, realClock } from "../../../src/base/index.ts";
import { certificateToPem, createAuthority, issueKeyPair } from "../../../src/pki/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: a review of any kind, which the hooks take apart
export type Review = any;

/**
 * What a webhook answers to a review: a value to be sent as JSON, {@link HttpAnswer}, a promise of either, or nothing, ever.
 * `rest` is what follows its name in the path, and the query.
 */
export type Hook = (review: Review, rest: string) => unknown;

/** An answer that is more than JSON with status 200. */
export class HttpAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, text: string, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.text = text;
    this.headers = { "content-type": "application/json", ...headers };
  }
}

export interface HookServer extends AsyncDisposable {
  /** Of a hook, by its name, which may be followed by more of a path. */
  url(name: string): string;
  /** What clients trust it by: PEM in base64. */
  readonly caBundle: string;
}

/** Serves hooks by their names on loopback: one server for both sides, so that what differs is theirs. */
export async function serveHooks(hooks: Readonly<Record<string, Hook>>, commonName = "hooks"): Promise<HookServer> {
  const sources = { clock: realClock(), random: cryptoRandom() };
  const authority = createAuthority({ ...sources, commonName });
  const { certificatePem: cert, keyPem: key } = issueKeyPair(authority, {
    ...sources,
    subject: { commonName: "hook" },
    sans: { dns: ["localhost"], ip: ["127.0.0.1"] },
    usages: ["server auth"],
  });
  const server = createServer({ key, cert }, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", async () => {
      const [, name = "", rest = ""] = /^\/([^/?]*)(.*)$/s.exec(request.url ?? "/") ?? [];
      const review = parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString()) : undefined;
      const found = await hooks[name]?.(review, rest);
      if (found === undefined) return;
      const { status, text, headers } =
        found instanceof HttpAnswer ? found : new HttpAnswer(200, JSON.stringify(found));
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `https://127.0.0.1:${port}/${name}`,
    caBundle: Buffer.from(certificateToPem(authority.certificate)).toString("base64"),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
