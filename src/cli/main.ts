import { resolveSources } from "./resolve-source.ts";

// Whoever read the output may be gone long before the server is.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
resolveSources();
const { run } = await import("./program.ts");
process.exitCode = await run(process.argv.slice(2));
