const SERVICE_NAME = "kubernetes.io/service-name";

interface Labelled {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
}

/** Those of a namespace's endpoint slices that belong to a service. */
export function slicesOf<S extends Labelled>(service: string, slices: readonly S[]): S[] {
  return slices.filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === service);
}
