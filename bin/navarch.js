#!/usr/bin/env node
// Runs on any Node >= 18: makes sure that the dependencies are there, finds a Node >= 24 and hands over to it.
// File descriptor 3 of the process it starts is a pipe that closes when this one dies, so that no server outlives its launcher.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR_MIN = 24;
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const isCheckout = existsSync(join(root, "src", "cli", "main.ts")) && existsSync(join(root, "package-lock.json"));

function fail(message) {
  process.stderr.write(`navarch: ${message}\n`);
  process.exit(1);
}

/** Whether node_modules holds what the lockfile asks for. */
function isInstalled() {
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const have = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === "" || optional || have[path]?.version === version,
  );
}

function install() {
  process.stderr.write("navarch: installing dependencies (npm ci) …\n");
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (error) fail(`installing dependencies failed: npm could not be run (${error.code})`);
  if (status !== 0) fail(`installing dependencies failed: npm ci ended with exit code ${status}`);
}

/** A Node that is new enough: this one, or the one that came as a package. */
function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= NODE_MAJOR_MIN) return process.execPath;
  const name = `node-linux-${process.arch}`;
  for (const base of [root, dirname(dirname(root))]) {
    try {
      const manifest = createRequire(join(base, "package.json")).resolve(`${name}/package.json`);
      const path = join(dirname(manifest), "bin", "node");
      if (existsSync(path)) return path;
    } catch {
      // Not there; the next place may have it.
    }
  }
  return fail(
    `Node ${process.versions.node} is too old and the package ${name} is not installed: install Node ${NODE_MAJOR_MIN} or newer`,
  );
}

function entry(args) {
  if (!isCheckout) return [join(root, "dist", "cli", "main.js"), ...args];
  if (args[0] === "tool") {
    const tool = join(root, "tools", `${args[1]}.ts`);
    if (!/^[a-z-]+$/.test(args[1] ?? "") || !existsSync(tool)) fail(`no such tool: ${args[1] ?? ""}`);
    return [tool, ...args.slice(2)];
  }
  return [join(root, "src", "cli", "main.ts"), ...args];
}

if (isCheckout && !isInstalled()) install();
// Only a server watches for its launcher's end; what a tool starts must not take a file descriptor of its own for that pipe.
const isTool = isCheckout && process.argv[2] === "tool";
const { NAVARCH_LAUNCHER: _, ...env } = process.env;
const child = spawn(findNode(), ["--disable-warning=ExperimentalWarning", ...entry(process.argv.slice(2))], {
  stdio: ["inherit", "inherit", "inherit", "pipe"],
  env: {
    ...env,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, "node_modules", ".cache", "navarch"),
    ...(!isTool && { NAVARCH_LAUNCHER: "3" }),
  },
});
// The child reads end-of-file when this process is gone; nothing is ever written.
child.stdio[3].on("error", () => {});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => fail(`starting ${child.spawnfile} failed: ${error.message}`));
child.on("exit", (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else process.exit(code ?? 1);
});
