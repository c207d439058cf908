/**
 * Scripts of commands and what they print. A command starts with `$ ` and goes on in lines that start with `> `; the lines
 * below it must be printed in this order, others may stand between them (versions of kubectl differ in details). `! ` in
 * place of `$ ` starts a command that must fail.
 */
export interface Step {
  readonly line: number;
  readonly command: string;
  readonly fails: boolean;
  readonly expected: readonly string[];
}

/** What differs from run to run, and what stands for it. Applied to both what is expected and what is printed. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uid>"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>"],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, "<time>"],
  [/https:\/\/127\.0\.0\.1:\d+/g, "<server>"],
  [/\b(10|192)(\.\d+){3}\b/g, "<ip>"],
  [/(resourceVersion: )"\d+"/g, "$1<version>"],
  [/(creationTimestamp: )"?<time>"?/g, "$1<time>"],
  [/:3\d{4}\b/g, ":<port>"],
  [/-[bcdf0-9]{1}[bcdfghjklmnpqrstvwxz0-9]{7,9}\b/g, "-<hash>"],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "-<id>"],
  [/(?<![-\w.])(\d+d)?(\d+h)?(\d+m)?(\d+(\.\d+)?(s|ms))(?![-\w])/g, "<age>"],
  [/(?<![-\w.])\d+(\.\d+)?[smhd](?![-\w])/g, "<age>"],
  [/ {2,}/g, "  "],
  [/\s+$/g, ""],
];

/** About versions of kubectl and server, which aren't what is tested. */
const NOISE = /^WARNING: version difference between client/;

export function parseScript(text: string): Step[] {
  const steps: Array<{ line: number; command: string; fails: boolean; expected: string[] }> = [];
  for (const [index, line] of text.split("\n").entries()) {
    const step = steps.at(-1);
    if (/^[$!] /.test(line))
      steps.push({ line: index + 1, command: line.slice(2), fails: line[0] === "!", expected: [] });
    else if (line.startsWith("> ") && step) step.command += `\n${line.slice(2)}`;
    else if (line.trim() !== "" && !line.startsWith("# ")) step?.expected.push(line);
  }
  return steps;
}

export function normalLines(output: string, directory: string): string[] {
  return output
    .replaceAll(directory, "<dir>")
    .split("\n")
    .filter((line) => !NOISE.test(line))
    .map(normalLine)
    .filter((line) => line.trim() !== "");
}

function normalLine(line: string): string {
  return VOLATILE.reduce((text, [pattern, name]) => text.replace(pattern, name), line);
}

/** The first expected line that isn't printed, or isn't in its place; undefined when all are. */
export function missingLine(expected: readonly string[], printed: readonly string[]): string | undefined {
  let from = 0;
  for (const line of expected) {
    const wanted = normalLine(line);
    const found = printed.indexOf(wanted, from);
    if (found === -1) return wanted;
    from = found + 1;
  }
  return undefined;
}

/** The script with what was printed below each command that nothing was expected of. */
export function filledScript(text: string, printed: ReadonlyMap<number, readonly string[]>): string {
  const steps = new Map(parseScript(text).map((step) => [step.line, step]));
  const lines: string[] = [];
  let waiting: readonly string[] = [];
  const flush = () => {
    lines.push(...waiting);
    waiting = [];
  };
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.startsWith("> ")) flush();
    lines.push(line);
    const step = steps.get(index + 1);
    if (step && step.expected.length === 0) waiting = printed.get(step.line) ?? [];
  }
  flush();
  return lines.join("\n");
}
