/**
 * Kubernetes' own variable syntax: `$(NAME)` is replaced where NAME is known and left as it is where not; `$$` is one
 * dollar sign.
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, after: string, name: string | undefined) =>
    after === "$" ? "$" : (variables.get(name!) ?? whole),
  );
}

/** The same where every name must be known: what subPathExpr asks for. */
export function expandStrictly(text: string, variables: ReadonlyMap<string, string>): string {
  const missing: string[] = [];
  const expanded = text.replace(/\$(\$|\(([^)]*)\))/g, (whole, after: string, name: string | undefined) => {
    if (after === "$") return "$";
    const value = variables.get(name!);
    if (value === undefined) missing.push(name!);
    return value ?? whole;
  });
  if (missing.length > 0)
    throw new Error(`missing value for ${missing.map((name) => JSON.stringify(name)).join(", ")}`);
  return expanded;
}
