import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { eventually } from "../../e2e/cli.ts";
import { withoutUpstream } from "../servers.ts";
import { authentication, authorization, deciders, Issuer, kubeconfigOf, outside } from "./access/outside.ts";
import type { Side } from "./exchange.ts";
import { serveHooks } from "./hook-server.ts";
import { KNOWN } from "./known.ts";
import { startNavarch, startUpstream } from "./pair.ts";
import { described, optionsOfRun, runOnBoth } from "./run.ts";

suite("users whom others know, and access that others decide, on kube-apiserver and here", {
  skip: withoutUpstream,
}, () => {
  test("tokens of issuers and webhooks, and questions to webhooks", { timeout: 3_600_000 }, async (t) => {
    const { seed, count, filter } = optionsOfRun(1500);
    const issuer = new Issuer();
    const pages = issuer.pages(() => server.url("issuer"));
    await using server = await serveHooks({ ...deciders(), ...pages });
    const directory = mkdtempSync(join(tmpdir(), "navarch-outside-"));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const written = (name: string, value: unknown) => {
      const path = join(directory, name);
      writeFileSync(path, JSON.stringify(value), { mode: 0o600 });
      return path;
    };
    const kubeconfig = (hook: string) => written(`${hook}.kubeconfig`, kubeconfigOf(server, hook));
    const url = server.url("issuer");
    const ca = Buffer.from(server.caBundle, "base64").toString();
    const flags = {
      "authentication-config": written("authentication.yaml", authentication(url, ca)),
      "authorization-config": written("authorization.yaml", authorization(kubeconfig)),
      "authentication-token-webhook-config-file": kubeconfig("tokens"),
      "authentication-token-webhook-version": "v1",
    };
    await using upstream = await startUpstream(flags, { withoutModes: true });
    await using navarch = await startNavarch(flags);
    const scripts = outside({ seed, count }, { issuer, url, nowMs: Date.now() }).filter(({ title }) =>
      filter.test(title),
    );
    for (const side of [upstream, navarch]) await knowsIssuer(side, issuer, url);
    const found = await runOnBoth(scripts, [upstream, navarch], { seed, known: KNOWN });
    t.diagnostic(described(found));
    assert.equal(found.unexpected.length, 0, "the diagnostic message says what differs");
  });
});

/** Servers look for the issuer's keys while they serve already. */
async function knowsIssuer({ ask, name }: Side, issuer: Issuer, url: string): Promise<void> {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const token = issuer.token({ iss: url, aud: "here", sub: "first", tenant: "t", uid: "1", exp });
  await eventually(async () => {
    const path = "/apis/authentication.k8s.io/v1/tokenreviews";
    const { body } = await ask({ do: `POST ${path}`, body: { spec: { token } } });
    if (!body.status?.authenticated) throw new Error(`${name} knows no keys: ${JSON.stringify(body.status)}`);
  });
}
