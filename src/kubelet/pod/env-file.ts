/**
 * The variables of an env file: NAME='value', where the value stands for itself, over several lines too. Throws for
 * anything else that a shell would understand, so that a file never means two things.
 */
export function parseEnvFile(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const blank = /(?:\s+|#[^\n]*)*/y;
  const assignment = /([^\s=#'"]+)[ \t]*=[ \t]*'([^']*)'[ \t]*(?:\n|$)/y;
  for (let at = 0; at < text.length; ) {
    blank.lastIndex = at;
    at += blank.exec(text)![0].length;
    if (at === text.length) break;
    assignment.lastIndex = at;
    const found = assignment.exec(text);
    if (!found) {
      const line = text.slice(0, at).split("\n").length;
      throw new Error(`read env file: line ${line} is not of the form NAME='value'`);
    }
    variables.set(found[1]!, found[2]!);
    at = assignment.lastIndex;
  }
  return variables;
}
