import { readFileSync } from "node:fs";
import { Agent, type AgentOptions } from "node:https";
import { dirname, join } from "node:path";
import { realClock, seededRandom } from "../../../src/base/index.ts";
import { type Authority, authorityFromPem, issueKeyPair } from "../../../src/pki/index.ts";

/** Callers who show certificates, which the authority in a file signs; its key lies beside it. */
export class CallerCertificates {
  readonly #file: string;
  readonly #options: AgentOptions;
  readonly #agents = new Map<string, Agent>();
  #authority: Authority | undefined;

  constructor(file: string, options: AgentOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Of `cert:NAME:ORGANIZATION,…`; undefined for callers who bring something else. */
  agentOf(as = ""): Agent | undefined {
    const caller = /^cert:(.*):([^:]*)$/.exec(as);
    if (!caller) return undefined;
    let agent = this.#agents.get(as);
    if (!agent) this.#agents.set(as, (agent = this.#make(caller[1]!, caller[2]!.split(",").filter(Boolean))));
    return agent;
  }

  #make(commonName: string, organizations: readonly string[]): Agent {
    const pem = (name: string) => readFileSync(join(dirname(this.#file), name), "utf8");
    this.#authority ??= authorityFromPem({ certificate: pem("ca.crt"), key: pem("ca.key") });
    const { certificatePem: cert, keyPem: key } = issueKeyPair(this.#authority, {
      clock: realClock(),
      random: seededRandom(`${commonName} ${organizations}`),
      subject: { commonName, organizations },
      usages: ["client auth"],
    });
    return new Agent({ ...this.#options, cert, key });
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }
}
