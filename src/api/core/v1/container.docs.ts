import { doc, type StructDoc } from "../../doc.ts";
import {
  Container,
  EphemeralContainerCommon,
  EphemeralContainer,
  SecurityContext,
  AppArmorProfile,
  SeccompProfile,
  WindowsSecurityContextOptions,
  SELinuxOptions,
  Capabilities,
  Lifecycle,
  LifecycleHandler,
  SleepAction,
  ProbeHandler,
  Probe,
  GRPCAction,
  TCPSocketAction,
  HTTPGetAction,
  HTTPHeader,
  ExecAction,
  VolumeDevice,
  VolumeMount,
  ContainerRestartRule,
  ContainerRestartRuleOnExitCodes,
  ContainerResizePolicy,
  ResourceRequirements,
  ResourceClaim,
  EnvVar,
  EnvVarSource,
  FileKeySelector,
  SecretKeySelector,
  ConfigMapKeySelector,
  EnvFromSource,
  SecretEnvSource,
  ConfigMapEnvSource,
  ContainerPort,
} from "./container.ts";

const containerFields = {
  name: "Name of the container, unique in the pod and a DNS label; it cannot change.",
  image: "Image to run, such as registry.example/app:1.2; without a tag, latest is meant.",
  command:
    "Program and first arguments, run without a shell; replaces the entrypoint of the image. $(NAME) inserts a variable of env.",
  args: "Arguments of the program; replace those of the image. $(NAME) inserts a variable of env, $$(NAME) stays as it is.",
  workingDir: "Directory that the program starts in; default what the image says.",
  ports:
    "Ports that the program listens on; leaving one out doesn't close it, naming one lets services and probes refer to it.",
  envFrom:
    "Config maps and secrets whose every key becomes an environment variable; later ones win, and env wins over all.",
  env: "Environment variables of the program, in order, so that later ones may refer to earlier ones.",
  resources: "CPU, memory and other resources that the container asks for and may use at most.",
  resizePolicy: "Which changes of resources restart the container and which happen while it runs.",
  restartPolicy:
    "Overrides the pod's restart policy for this container; Always on an init container makes it a sidecar.",
  restartPolicyRules: "Rules that are tried in order when the container ends, before restartPolicy, by its exit code.",
  volumeMounts: "Volumes of the pod that appear in the container's filesystem.",
  volumeDevices: "Volumes of the pod that appear in the container as raw block devices.",
  livenessProbe: "Check that the program still works; the container is restarted when it fails.",
  readinessProbe: "Check that the program can take requests; services leave the pod out while it fails.",
  startupProbe:
    "Check that the program has started; the other probes wait for it, and the container is restarted when it fails.",
  lifecycle: "What to do just after the container starts and just before it is stopped.",
  terminationMessagePath: "File in the container that holds its last words when it ends; default /dev/termination-log.",
  terminationMessagePolicy:
    "Where last words come from: File (default), or FallbackToLogsOnError to use the end of the log if the file is empty.",
  imagePullPolicy: "When to pull: Always, IfNotPresent or Never; default Always for the tag latest, else IfNotPresent.",
  securityContext: "Privileges of the container; what is set here wins over the pod's security context.",
  stdin: "Keeps an open standard input for the container, to attach to; default false, where reads find the end.",
  stdinOnce: "Closes standard input for good when the first client that attached to it leaves; needs stdin.",
  tty: "Gives the container a terminal; needs stdin.",
} as const;

export const containerDocs: readonly StructDoc[] = [
  doc(
    Container,
    "One program that runs in a pod, from an image, with its own filesystem, limits and probes.",
    containerFields,
  ),
  doc(
    EphemeralContainerCommon,
    "What an ephemeral container has in common with the others; some of it is refused there.",
    {
      ...containerFields,
      ports: "Must be empty: ephemeral containers have no ports.",
      resources: "Must be empty: an ephemeral container uses what the pod has left.",
      resizePolicy: "Must be empty: ephemeral containers are not resized.",
      restartPolicy: "Must be empty: ephemeral containers are never restarted.",
      restartPolicyRules: "Must be empty: ephemeral containers are never restarted.",
      livenessProbe: "Must be empty: ephemeral containers have no probes.",
      readinessProbe: "Must be empty: ephemeral containers have no probes.",
      startupProbe: "Must be empty: ephemeral containers have no probes.",
      lifecycle: "Must be empty: ephemeral containers have no hooks.",
      name: "Name of the container, unique among all containers of the pod.",
    },
  ),
  doc(
    EphemeralContainer,
    "A container that is added to a running pod to look into it, as kubectl debug does; it is never restarted or removed.",
    {
      targetContainerName:
        "Container of the pod whose processes this one can see; when absent, it sees what the pod's settings allow.",
    },
  ),
  doc(SecurityContext, "Privileges and identity of one container.", {
    capabilities: "Linux capabilities to add to and take from what the runtime grants by default.",
    privileged: "Gives the container nearly all rights of root on the node; default false.",
    seLinuxOptions: "SELinux label of the container; by default the runtime picks a random one.",
    windowsOptions: "Settings for Windows containers; refused when the pod's OS is linux.",
    runAsUser: "User id that the program runs as; default the user that the image names.",
    runAsGroup: "Primary group id that the program runs with; default what the runtime uses.",
    runAsNonRoot: "Refuses to start the container as user 0.",
    readOnlyRootFilesystem: "Mounts the container's own filesystem read-only; default false.",
    allowPrivilegeEscalation:
      "Whether a process may gain more rights than its parent; always true for privileged containers.",
    procMount: "How /proc appears: Default hides some paths, Unmasked shows all and needs a user namespace.",
    seccompProfile: "Which system calls are allowed; wins over the pod's profile.",
    appArmorProfile: "AppArmor profile of the container; wins over the pod's profile.",
  }),
  doc(AppArmorProfile, "Which AppArmor profile confines a container.", {
    type: "RuntimeDefault, Unconfined, or Localhost for a profile that is loaded on the node.",
    localhostProfile: "Name of the profile that is loaded on the node; needed with type Localhost, and only then.",
  }),
  doc(SeccompProfile, "Which seccomp profile filters the system calls of a container.", {
    type: "RuntimeDefault, Unconfined, or Localhost for a profile in a file on the node.",
    localhostProfile:
      "File of the profile, relative to the kubelet's seccomp directory; needed with type Localhost, and only then.",
  }),
  doc(WindowsSecurityContextOptions, "Identity and privileges of a container on Windows.", {
    gmsaCredentialSpecName: "Name of the GMSA credential spec to use.",
    gmsaCredentialSpec: "The GMSA credential spec itself; an admission webhook fills it in from the name.",
    runAsUserName: "Windows user that the program runs as; default the user that the image names.",
    hostProcess:
      "Runs the container as a process of the host; all containers of the pod must agree, and hostNetwork must be true.",
  }),
  doc(SELinuxOptions, "Parts of an SELinux label.", {
    user: "User part of the label.",
    role: "Role part of the label.",
    type: "Type part of the label.",
    level: "Level part of the label.",
  }),
  doc(Capabilities, "Linux capabilities that are added and dropped.", {
    add: "Capabilities to add, without the CAP_ prefix, such as NET_ADMIN.",
    drop: "Capabilities to take away; ALL takes away every one.",
  }),
  doc(Lifecycle, "Hooks around a container's life.", {
    postStart: "Runs right after the container is created, beside its program; if it fails, the container is killed.",
    preStop: "Runs before the container is told to stop; its time counts against the pod's termination grace period.",
    stopSignal:
      "Signal that asks the container to stop; default the image's, else SIGTERM. Needs spec.os.name and ContainerStopSignals.",
  }),
  doc(LifecycleHandler, "What a hook does; exactly one action is set.", {
    exec: "Runs a command in the container.",
    httpGet: "Sends an HTTP GET request.",
    tcpSocket: "Has no effect in hooks; kept so that old objects stay valid.",
    sleep: "Waits for a number of seconds.",
  }),
  doc(SleepAction, "Waits.", {
    seconds: "Seconds to wait.",
  }),
  doc(ProbeHandler, "How a probe checks; exactly one action is set.", {
    exec: "Runs a command in the container; exit code 0 is success.",
    httpGet: "Sends an HTTP GET request; an answer from 200 to 399 is success.",
    tcpSocket: "Opens a TCP connection; success when it opens.",
    grpc: "Asks the gRPC health service.",
  }),
  doc(Probe, "A check of a container that the kubelet repeats.", {
    initialDelaySeconds: "Seconds to wait after the container has started before the first check; default 0.",
    timeoutSeconds: "Seconds after which a check without an answer has failed; default 1.",
    periodSeconds: "Seconds between checks; default 10.",
    successThreshold:
      "Checks in a row that must succeed after a failure; default 1, and 1 is a must for liveness and startup.",
    failureThreshold: "Checks in a row that must fail before the probe counts as failed; default 3.",
    terminationGracePeriodSeconds:
      "Seconds that the container gets to stop when this probe fails; default the pod's. Not for readiness probes.",
  }),
  doc(GRPCAction, "A check by the gRPC health protocol.", {
    port: "Port number of the gRPC service, 1 to 65535.",
    service: "Service name that is put into the health request; default empty, the server as a whole.",
  }),
  doc(TCPSocketAction, "A check that connects to a port.", {
    port: "Number or name of the container's port.",
    host: "Host to connect to; default the pod's IP.",
  }),
  doc(HTTPGetAction, "A check that sends an HTTP GET request.", {
    path: "Path of the request; default /.",
    port: "Number or name of the container's port.",
    host: "Host to connect to; default the pod's IP. To set the Host header, use httpHeaders.",
    scheme: "HTTP (default), or HTTPS without a look at the certificate.",
    httpHeaders: "Headers to send along; names may repeat.",
  }),
  doc(HTTPHeader, "A header of a request.", {
    name: "Name of the header; case doesn't matter.",
    value: "Value of the header.",
  }),
  doc(ExecAction, "A command to run in the container.", {
    command: "Program and arguments, started in the root directory of the container and without a shell.",
  }),
  doc(VolumeDevice, "A volume that appears in a container as a block device.", {
    name: "Name of a volume of the pod that is a claim in volumeMode Block.",
    devicePath: "Path of the device in the container.",
  }),
  doc(VolumeMount, "A volume that appears in a container's filesystem.", {
    name: "Name of a volume of the pod.",
    readOnly: "Mounts the volume read-only; default false.",
    recursiveReadOnly:
      "Whether mounts below are read-only too: Disabled (default), IfPossible or Enabled; needs readOnly.",
    mountPath: "Path in the container where the volume appears; must not contain a colon.",
    subPath: "Path in the volume to mount instead of its root.",
    mountPropagation:
      "Whether later mounts pass between node and container: None (default), HostToContainer or Bidirectional.",
    subPathExpr: "Like subPath, with $(NAME) for environment variables; only one of the two may be set.",
  }),
  doc(ContainerRestartRule, "What to do when a container ends in some way.", {
    action: "What happens when the rule matches: Restart or RestartAllContainers.",
    exitCodes: "Exit codes that the rule matches.",
  }),
  doc(ContainerRestartRuleOnExitCodes, "A condition on the exit code of a container.", {
    operator: "In or NotIn: whether the code must be, or must not be, one of the values.",
    values: "Exit codes to compare with, at most 255.",
  }),
  doc(ContainerResizePolicy, "What a change of one resource does to a running container.", {
    resourceName: "Resource that the policy is for: cpu or memory.",
    restartPolicy: "NotRequired (default) to resize in place, or RestartContainer.",
  }),
  doc(ResourceRequirements, "Resources that are asked for and their upper limits.", {
    limits: "Most of each resource that may be used, such as cpu 500m or memory 1Gi.",
    requests: "Amount of each resource that the scheduler sets aside; default the limit, if there is one.",
    claims: "Resource claims of the pod that this container uses; cannot change.",
  }),
  doc(ResourceClaim, "A resource claim of the pod that a container uses.", {
    name: "Name of an entry in the pod's spec.resourceClaims.",
    request: "One request of the claim; default everything that the claim holds.",
  }),
  doc(EnvVar, "One environment variable.", {
    name: 'Name of the variable; any printable ASCII characters except "=".',
    value: "Value; $(NAME) inserts a variable that is defined before, $$ stands for one $. Default empty.",
    valueFrom: "Where the value comes from, if value is empty.",
  }),
  doc(EnvVarSource, "Where the value of a variable comes from; exactly one source is set.", {
    fieldRef: "A field of the pod, such as metadata.name, metadata.labels['KEY'] or status.podIP.",
    resourceFieldRef: "A request or limit of a container, such as limits.cpu.",
    configMapKeyRef: "A key of a config map in the pod's namespace.",
    secretKeyRef: "A key of a secret in the pod's namespace.",
    fileKeyRef: "A key of an env file that an init container wrote into a volume.",
  }),
  doc(FileKeySelector, "A key of an env file in a volume.", {
    volumeName: "Name of the volume of the pod that holds the file; must be an emptyDir.",
    path: 'Path of the file in the volume; relative and without "..".',
    key: "Name of the variable in the file.",
    optional: "Whether the container may start without the file or the key; default false.",
  }),
  doc(SecretKeySelector, "One key of a secret.", {
    key: "Key of the secret.",
    optional: "Whether the secret or the key may be missing; default false.",
  }),
  doc(ConfigMapKeySelector, "One key of a config map.", {
    key: "Key of the config map.",
    optional: "Whether the config map or the key may be missing; default false.",
  }),
  doc(EnvFromSource, "A config map or a secret that becomes environment variables.", {
    prefix: "Text to put before each key to make the variable's name.",
    configMapRef: "Config map to take the variables from.",
    secretRef: "Secret to take the variables from.",
  }),
  doc(SecretEnvSource, "A secret whose keys become environment variables.", {
    optional: "Whether the secret may be missing; default false.",
  }),
  doc(ConfigMapEnvSource, "A config map whose keys become environment variables.", {
    optional: "Whether the config map may be missing; default false.",
  }),
  doc(ContainerPort, "A port that a container listens on.", {
    name: "Name for the port, unique in the pod and at most 15 characters, that services and probes can use.",
    hostPort: "Port of the node that leads to this one, 1 to 65535; with hostNetwork it must equal containerPort.",
    containerPort: "Port of the pod's IP, 1 to 65535.",
    protocol: "TCP (default), UDP or SCTP.",
    hostIP: "Address of the node that hostPort is bound to; default all of them.",
  }),
];
