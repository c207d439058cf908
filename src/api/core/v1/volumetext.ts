/** How an older claim or volume names its class. */
export const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

const SHORT_MODES = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
} as const;

/** Access modes as tables show them. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return Object.entries(SHORT_MODES)
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(",");
}
