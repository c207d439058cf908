import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createHttp2 } from "node:http2";
import type { AddressInfo, Server } from "node:net";
import { test } from "node:test";
import { linuxNetwork } from "./linux-network.ts";

const { signal } = new AbortController();
const network = linuxNetwork();

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const probe = (port: number, path: string) =>
  network.http({ scheme: "HTTP", host: "127.0.0.1", port, path, headers: [], timeoutMs: 500 }, signal);

test("an HTTP probe tells status and body, follows redirects at home, and words failures as events do", async () => {
  const server = createServer((request, response) => {
    if (request.url === "/slow") return;
    if (request.url === "/away") response.writeHead(302, { location: "/there" }).end();
    else response.writeHead(request.url === "/bad" ? 503 : 200).end(`${request.url} ${request.headers["user-agent"]}`);
  });
  const port = await listening(server);
  assert.deepEqual(await probe(port, "/"), { type: "answered", status: 200, body: "/ kube-probe/1.36" });
  assert.deepEqual(await probe(port, "/bad"), { type: "answered", status: 503, body: "/bad kube-probe/1.36" });
  assert.deepEqual(await probe(port, "/away"), { type: "answered", status: 200, body: "/there kube-probe/1.36" });
  assert.deepEqual(await probe(port, "/slow"), {
    type: "failed",
    message: `Get "http://127.0.0.1:${port}/slow": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(await probe(port, "/"), {
    type: "failed",
    message: `Get "http://127.0.0.1:${port}/": dial tcp 127.0.0.1:${port}: connect: connection refused`,
  });
});

test("a gRPC probe speaks the health protocol", async () => {
  const server = createHttp2((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const service = Buffer.concat(chunks).toString("utf8", 7);
      response.writeHead(200, { "content-type": "application/grpc" });
      response.write(Buffer.from([0, 0, 0, 0, 2, 0x08, service === "bad" ? 2 : 1]));
      response.addTrailers({ "grpc-status": "0" });
      response.end();
    });
  });
  const port = await listening(server as unknown as Server);
  const ask = (service: string) => network.grpc({ host: "127.0.0.1", port, service, timeoutMs: 1000 }, signal);
  assert.deepEqual(await ask("good"), { type: "answered", status: 1, body: "" });
  assert.deepEqual(await ask("bad"), { type: "answered", status: 2, body: "" });
  server.close();
});
