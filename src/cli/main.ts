import { run } from "./program.ts";

// Whoever read the output may be gone long before the server is.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
process.exitCode = await run(process.argv.slice(2));
