/** An expression that can't be worked out for the values it got; the message is what clients see. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}

/** An expression that costs more than it may. */
export class CostError extends EvaluationError {
  constructor() {
    super("operation cancelled: actual cost limit exceeded");
  }
}

/** Something wrong with the text of an expression. */
export interface Issue {
  /** Offset in code points. */
  readonly at: number;
  readonly message: string;
}

/** Issues as compilers of CEL print them: place, text, the line and a mark below it. */
export function showIssues(source: string, issues: readonly Issue[]): string {
  // Where there is no text there is no place in it.
  if (source === "") return issues.map(({ message }) => `ERROR: <input>:1:0: ${message}`).join("\n");
  const points = [...source];
  return [...issues]
    .sort((a, b) => a.at - b.at)
    .map((issue) => showIssue(points, issue))
    .join("\n");
}

function showIssue(points: readonly string[], { at, message }: Issue): string {
  const before = points.slice(0, at);
  const start = before.lastIndexOf("\n") + 1;
  const line = before.filter((point) => point === "\n").length + 1;
  const end = points.indexOf("\n", start);
  const text = points.slice(start, end < 0 ? points.length : end);
  const column = at - start;
  const dots = text.slice(0, column).map((point) => (isWide(point) ? "．" : "."));
  while (dots.length < column) dots.push(".");
  const mark = isWide(text[column] ?? "") ? "＾" : "^";
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${text.join("").replaceAll("\t", " ")}\n | ${dots.join("")}${mark}`;
}

/** Wide characters get wide marks so that the columns line up. */
function isWide(point: string): boolean {
  return (point.codePointAt(0) ?? 0) > 127;
}
