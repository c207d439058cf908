import { CONDITION, doc, kindDocs, type StructDoc } from "../../doc.ts";
import { APIServiceStatus, APIServiceCondition, APIServiceSpec, ServiceReference, APIService } from "./apiservice.ts";

export const apiserviceDocs: readonly StructDoc[] = [
  doc(APIServiceStatus, "State of a group version.", {
    conditions: "Aspects of its state; Available says whether it can be used.",
  }),
  doc(APIServiceCondition, "One aspect of an API service's state.", {
    ...CONDITION,
    type: "Which aspect it is: Available.",
  }),
  doc(APIServiceSpec, "Who serves a version of an API group.", {
    service: "Service of the server that serves it; absent if this server does.",
    group: "Name of the API group.",
    version: "Name of the version.",
    insecureSkipTLSVerify: "Whether to trust any certificate of the server's; default false.",
    caBundle: "Certificates, in PEM, that the server's must lead to; default those of the system.",
    groupPriorityMinimum: "Order of the group among all in discovery, 1 to 20000; higher ones come first.",
    versionPriority: "Order of the version in its group, 1 to 1000; higher ones come first.",
  }),
  doc(ServiceReference, "The service of a server.", {
    namespace: "Namespace of the service.",
    name: "Name of the service.",
    port: "Port of the service; default 443.",
  }),
  ...kindDocs(APIService, "Says who serves a version of an API group; its name is version.group.", {
    spec: "Who serves it.",
    status: "Whether it can be used.",
  }),
];
