import { IngressClass, type KubeObject } from "../../api/index.ts";
import type { AdmissionPlugin } from "../contracts.ts";
import { newest } from "./storage.ts";

const IS_DEFAULT = "ingressclass.kubernetes.io/is-default-class";
const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

/** Ingresses that name no class get the default one; of several the newest. */
export const defaultIngressClass: AdmissionPlugin = {
  name: "DefaultIngressClass",
  resources: ["networking.k8s.io/ingresses"],
  async admit({ operation, kind, subresource, object, reads }) {
    if (operation !== "CREATE" || subresource !== "" || !object) return;
    if (kind.group !== "networking.k8s.io" || kind.plural !== "ingresses") return;
    const ingress = object as unknown as { spec: { ingressClassName?: string }; metadata: KubeObject["metadata"] };
    if (ingress.spec.ingressClassName !== undefined || ingress.metadata.annotations?.[CLASS_ANNOTATION] !== undefined)
      return;
    const classes = await reads.list(IngressClass);
    const found = newest(classes.filter(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === "true"));
    if (found) ingress.spec.ingressClassName = found.metadata.name;
  },
};
