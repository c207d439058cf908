import { cryptoRandom, realClock } from "../base/index.ts";
import { certificateToPem, createAuthority, issueKeyPair, type KeyPair } from "../pki/index.ts";

const sources = { clock: realClock(), random: cryptoRandom() };
const authority = createAuthority({ ...sources, commonName: "test" });
const stranger = createAuthority({ ...sources, commonName: "test" });
const sans = { dns: ["localhost"], ip: ["127.0.0.1"] };

/** PEM of the authority that tests trust. */
export const testAuthority: string = certificateToPem(authority.certificate);
export const servingPair: KeyPair = issueKeyPair(authority, {
  ...sources,
  subject: { commonName: "server" },
  sans,
  usages: ["server auth"],
});
export const clientPair: KeyPair = issueKeyPair(authority, {
  ...sources,
  subject: { commonName: "client" },
  usages: ["client auth"],
});
/** By an authority of the same name that nobody trusts. */
export const otherPair: KeyPair = issueKeyPair(stranger, {
  ...sources,
  subject: { commonName: "client" },
  sans,
  usages: ["client auth", "server auth"],
});
