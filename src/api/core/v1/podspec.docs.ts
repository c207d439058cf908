import { doc, type StructDoc } from "../../doc.ts";
import {
  PodSpec,
  PodSchedulingGroup,
  PodResourceClaim,
  PodSchedulingGate,
  PodOS,
  PodReadinessGate,
  PodDNSConfig,
  PodDNSConfigOption,
  HostAlias,
  PodSecurityContext,
  Sysctl,
} from "./podspec.ts";

export const podspecDocs: readonly StructDoc[] = [
  doc(PodSpec, "What a pod should run, and where and how.", {
    volumes: "Volumes that the containers can mount.",
    initContainers:
      "Containers that run one after the other, each to its end, before the others start; sidecars keep running.",
    containers: "Containers that run side by side; at least one, and the list cannot change.",
    ephemeralContainers:
      "Containers for debugging, which are added to a running pod by its ephemeralcontainers subresource.",
    restartPolicy: "When containers that ended are started again: Always (default), OnFailure or Never.",
    terminationGracePeriodSeconds:
      "Seconds that the containers get to stop before they are killed; default 30, 0 kills at once.",
    activeDeadlineSeconds: "Seconds after its start when the pod is stopped and counts as failed; default no deadline.",
    dnsPolicy:
      "Which name servers the pod asks: ClusterFirst (default), ClusterFirstWithHostNet, Default (the node's) or None.",
    nodeSelector: "Labels that a node must have for the pod to run there.",
    serviceAccountName: "Service account that the pod acts as; default the one named default.",
    serviceAccount: "Old name of serviceAccountName.",
    automountServiceAccountToken:
      "Whether a token of the service account is mounted into the containers; default what the account says, else true.",
    nodeName:
      "Node that runs the pod; empty until the scheduler has chosen one. Set by hand, it passes over the scheduler.",
    hostNetwork: "Uses the node's network instead of one of the pod's own; default false.",
    hostPID: "Shares the node's process ids; default false.",
    hostIPC: "Shares the node's inter-process communication; default false.",
    shareProcessNamespace:
      "Lets all containers of the pod see each other's processes; default false, not together with hostPID.",
    securityContext: "Identity and privileges of all containers, and settings of the pod as a whole.",
    imagePullSecrets: "Secrets with the credentials for the registries of the pod's images.",
    hostname: "Host name of the pod; default the pod's name.",
    subdomain: "With hostname, gives the pod the full name hostname.subdomain.namespace.svc and the cluster's domain.",
    affinity: "Rules that draw the pod to nodes or other pods, or keep it away from them.",
    schedulerName: "Scheduler that places the pod; default default-scheduler.",
    tolerations: "Taints of nodes that the pod puts up with.",
    hostAliases: "Lines to add to the /etc/hosts of the containers, which the kubelet writes.",
    priorityClassName: "Priority class of the pod; default the class that is marked as the default, else priority 0.",
    priority:
      "Priority as a number, filled in from the class; higher ones are scheduled first and may displace lower ones.",
    dnsConfig: "Name servers, search domains and options to merge with those of dnsPolicy.",
    readinessGates: "Conditions beside the containers' readiness that must be True for the pod to be ready.",
    runtimeClassName:
      "Runtime class that says which container runtime runs the pod; default the node's default runtime.",
    enableServiceLinks:
      "Whether services of the namespace appear as environment variables in the old style; default true.",
    preemptionPolicy: "PreemptLowerPriority (default) or Never: whether the pod may displace pods of lower priority.",
    overhead: "Resources that running the pod costs beside its containers; filled in from the runtime class.",
    topologySpreadConstraints: "How to spread pods over zones, nodes or other domains; all constraints must hold.",
    setHostnameAsFQDN: "Makes the pod's host name its fully qualified name; default false.",
    os: "Operating system of the pod's containers; the fields of the other system must then be unset.",
    hostUsers: "Set to false, gives the pod a user namespace, so that root in it is nobody on the node; default true.",
    schedulingGates:
      "Names of gates that keep the pod from being scheduled until each is removed; only set at creation.",
    resourceClaims: "Resource claims that must be allocated before the pod starts; containers use them by name.",
    resources: "Requests and limits of the pod as a whole: cpu, memory and huge pages.",
    hostnameOverride: "Host name of the pod, up to 64 characters, whatever hostname, subdomain and the pod's name say.",
    schedulingGroup: "The group of pods that this one is scheduled with; needs the feature gate GenericWorkload.",
  }),
  doc(PodSchedulingGroup, "The group that a pod is scheduled with.", {
    podGroupName: "Name of a pod group in the same namespace.",
  }),
  doc(PodResourceClaim, "A resource claim of a pod; it exists already, or is made from a template.", {
    name: "Name that containers refer to; a DNS label, unique in the pod.",
    resourceClaimName: "Name of an existing claim in the pod's namespace; it may be shared with other pods.",
    resourceClaimTemplateName: "Template to make a claim of the pod's own from; the claim is deleted with the pod.",
  }),
  doc(PodSchedulingGate, "Something that has to be removed before a pod is scheduled.", {
    name: "Name of the gate, unique in the pod.",
  }),
  doc(PodOS, "The operating system of a pod.", {
    name: "Either linux or windows.",
  }),
  doc(PodReadinessGate, "A condition that a pod's readiness waits for.", {
    conditionType: "Type of a condition in the pod's status.",
  }),
  doc(PodDNSConfig, "DNS settings of a pod, beside what its DNS policy gives.", {
    nameservers: "Addresses of name servers, put before those of the policy; at most 3 in all.",
    searches: "Search domains to add to those of the policy; at most 32 in all.",
    options: "Resolver options; they win over those of the policy.",
  }),
  doc(PodDNSConfigOption, "A line of options in resolv.conf.", {
    name: "Name of the option, such as ndots.",
    value: "Value of the option, if it takes one.",
  }),
  doc(HostAlias, "A line of /etc/hosts.", {
    ip: "IP address of the line.",
    hostnames: "Names of the address.",
  }),
  doc(PodSecurityContext, "Identity and privileges of all containers of a pod; a container's own settings win.", {
    seLinuxOptions: "SELinux label of all containers.",
    windowsOptions: "Settings for Windows containers; refused when the pod's OS is linux.",
    runAsUser: "User id that programs run as; default the user that each image names.",
    runAsGroup: "Primary group id that programs run with; default what the runtime uses.",
    runAsNonRoot: "Refuses to start containers as user 0.",
    supplementalGroups: "Groups that programs belong to beside the primary one.",
    supplementalGroupsPolicy:
      "Merge (default) adds the groups that the image's /etc/group gives the user; Strict doesn't.",
    fsGroup: "Group that owns the pod's volumes, where the kind of volume supports it, and that programs belong to.",
    sysctls: "Kernel parameters to set in the pod's namespaces; unsafe ones need the kubelet's permission.",
    fsGroupChangePolicy:
      "Always (default), or OnRootMismatch to change owners only if the volume's root isn't right yet.",
    seccompProfile: "Which system calls containers are allowed.",
    appArmorProfile: "AppArmor profile of all containers.",
    seLinuxChangePolicy:
      "How volumes get the SELinux label: MountOption (default) by mounting, or Recursive by relabelling every file.",
  }),
  doc(Sysctl, "A kernel parameter.", {
    name: "Name of the parameter, such as net.core.somaxconn.",
    value: "Value to set.",
  }),
];
