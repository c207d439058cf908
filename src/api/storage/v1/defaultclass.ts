import { own } from "../../../base/index.ts";
const DEFAULT_ANNOTATIONS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

interface HasAnnotations {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

/** Whether claims that name no class get this one. */
export function isDefaultClass({ metadata: { annotations = {} } }: HasAnnotations): boolean {
  return DEFAULT_ANNOTATIONS.some((key) => own(annotations, key) === "true");
}
