/** Whether a rule's list names a thing, or all there are. */
export function coversName(list: readonly string[] | null | undefined, name: string): boolean {
  return (list ?? []).some((one) => one === "*" || one === name);
}
