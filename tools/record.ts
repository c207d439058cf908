/** `record.ts`: docs/up.svg, the picture in the README, from what `navarch up` really prints. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./run.ts";

const LINE_PX = 19;
const CHARACTER_PX = 8.4;
const PADDING_PX = 18;

const directory = mkdtempSync(join(tmpdir(), "navarch-record-"));
const launcher = join(ROOT, "bin", "navarch.js");
const child = spawn(
  process.execPath,
  [launcher, "up", "--data-dir", directory, "--listen", "127.0.0.1:0", "--nodes", "simulated:1"],
  {
    stdio: ["ignore", "pipe", "inherit"],
  },
);
let output = "";
for await (const chunk of child.stdout) {
  output += String(chunk);
  if (output.includes("kubectl apply")) break;
}
child.kill("SIGINT");
await new Promise((resolve) => child.on("close", resolve));
rmSync(directory, { recursive: true, force: true });

const shown = output.replaceAll(directory, "/var/lib/navarch").replaceAll(ROOT, ".").trimEnd();
writeFileSync(join(ROOT, "docs", "up.svg"), picture(["$ npm start", ...shown.split("\n")]));

function picture(lines: readonly string[]): string {
  const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * CHARACTER_PX + 2 * PADDING_PX);
  const height = lines.length * LINE_PX + 2 * PADDING_PX;
  const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const rows = lines.map(
    (line, index) => `  <text x="${PADDING_PX}" y="${PADDING_PX + 14 + index * LINE_PX}">${escape(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img" aria-label="What npm start prints">`,
    `  <rect width="${width}" height="${height}" rx="8" fill="#1e1e2e"/>`,
    `  <g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" fill="#cdd6f4" xml:space="preserve">`,
    ...rows,
    "  </g>",
    "</svg>",
    "",
  ].join("\n");
}
