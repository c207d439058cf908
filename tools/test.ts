/** `npm test`: sets the machine up as far as it allows, then runs everything, and says what was skipped and why. */
import { existsSync, readFileSync } from "node:fs";
import { type Counts, countTests, run, skips } from "./run.ts";

const PACKAGES = [
  "containerd",
  "runc",
  "containernetworking-plugins",
  "iptables",
  "nftables",
  "conntrack",
  "busybox-static",
  "iproute2",
  "etcd-server",
  "etcd-client",
];
/** Mirrors are out of reach at times. */
const INSTALL_TRIES_MAX = 3;
/** More than `npm run check` takes. */
const SIMULATED_SEEDS = "2000";
const STAGES: readonly (readonly [string, readonly string[]])[] = [
  ["check", ["tools/check.ts"]],
  ["whole system", ["tools/system.ts"]],
];

await installPackages();
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const skipped: string[] = [];
let broken = false;
for (const [name, args] of STAGES) {
  console.log(`\n== ${name}`);
  const { code, output } = await run(process.execPath, args, {
    show: true,
    env: { NAVARCH_SIM_SEEDS: SIMULATED_SEEDS },
  });
  const counts = countTests(output);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  skipped.push(...skips(output));
  if (counts.passed === 0) console.log(`${name}: no test is known to have run, which is a failure`);
  broken ||= code !== 0 || counts.passed === 0;
}
if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((line) => `  ${line}`).join("\n")}`);
const wantsPackage = skipped.filter((line) => /not installed/.test(line));
if (process.env.CI === "true" && wantsPackage.length > 0) {
  console.log("Tests were skipped for want of a package, which is a failure in CI");
  broken = true;
}
console.log(
  `\n${total.passed} passed, ${total.failed + (broken && total.failed === 0 ? 1 : 0)} failed, ${total.skipped} skipped`,
);
process.exitCode = broken ? 1 : 0;

/** Debian, as root: what the tests of real parts need. Elsewhere those tests are skipped, each with its reason. */
async function installPackages(): Promise<void> {
  const isDebian =
    existsSync("/etc/os-release") && /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
  if (!isDebian || process.getuid?.() !== 0) return;
  const { output } = await run("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n", ...PACKAGES]);
  const missing = PACKAGES.filter((name) => !output.includes(`${name} installed`));
  if (missing.length === 0) return;
  console.log(`Installing ${missing.join(" ")}`);
  // No service of the distribution's own is to start because of us.
  const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  for (let tries = 0; tries < INSTALL_TRIES_MAX; tries++) {
    await run("apt-get", ["update"], { env });
    const { code, output: log } = await run("apt-get", ["install", "-y", "--no-install-recommends", ...missing], {
      env,
    });
    if (code === 0) return;
    console.log(log.split("\n").slice(-15).join("\n"));
  }
}
