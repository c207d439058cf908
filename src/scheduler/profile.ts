import type { Plugin } from "./framework.ts";
import type { PluginFactory } from "./plugins/all.ts";
import type { PreemptionLimits } from "./preemption.ts";
import type { World } from "./world.ts";

/** A KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1): what of it is understood. */
export interface SchedulerConfiguration {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly percentageOfNodesToScore?: number;
  readonly podInitialBackoffSeconds?: number;
  readonly podMaxBackoffSeconds?: number;
  readonly profiles?: readonly ProfileConfiguration[];
  readonly leaderElection?: LeaderElectionConfiguration;
  readonly extenders?: readonly unknown[];
}

export interface LeaderElectionConfiguration {
  readonly leaderElect?: boolean;
  /** Durations as "15s". */
  readonly leaseDuration?: string;
  readonly renewDeadline?: string;
  readonly retryPeriod?: string;
  readonly resourceName?: string;
  readonly resourceNamespace?: string;
}

export interface ProfileConfiguration {
  readonly schedulerName?: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: Readonly<Record<string, PluginSet | undefined>>;
  readonly pluginConfig?: readonly { readonly name: string; readonly args?: Readonly<Record<string, unknown>> }[];
}

export interface PluginSet {
  readonly enabled?: readonly { readonly name: string; readonly weight?: number }[];
  readonly disabled?: readonly { readonly name: string }[];
}

/** How pods of one schedulerName are scheduled. */
export interface Profile {
  readonly schedulerName: string;
  readonly plugins: readonly Plugin[];
  /** Undefined when pods evict no others. */
  readonly preemption: PreemptionLimits | undefined;
  readonly percentageOfNodesToScore: number;
}

const API_VERSION = "kubescheduler.config.k8s.io/v1";
const PREEMPTION = "DefaultPreemption";
/** Parts of the scheduler that a profile lists as plugins although each is the only one of its kind here. */
const BUILT_IN = new Set(["SchedulingGates", "PrioritySort", "DefaultBinder", PREEMPTION]);
/** Extension points that plugins are switched on and off at; the others follow from these. */
const POINTS = new Set(["multiPoint", "filter", "score", "postFilter"]);
const DEFAULT_LIMITS: PreemptionLimits = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 };
const WEIGHT_MAX = 100;

/** The profiles of a configuration; one of all defaults when it has none. */
export function profilesOf(
  configuration: SchedulerConfiguration,
  { registry, world }: { readonly registry: ReadonlyMap<string, PluginFactory>; readonly world: World },
): readonly Profile[] {
  checkConfiguration(configuration);
  const given = configuration.profiles?.length ? configuration.profiles : [{}];
  const profiles = given.map((profile) => profileOf(profile, { configuration, registry, world }));
  const names = profiles.map(({ schedulerName }) => schedulerName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrong(`two profiles are called "${twice}"`);
  return profiles;
}

/** Throws for what can't be followed. */
export function checkConfiguration({ apiVersion, kind, extenders }: SchedulerConfiguration): void {
  if (apiVersion !== undefined && apiVersion !== API_VERSION)
    throw wrong(`apiVersion is "${apiVersion}", "${API_VERSION}" is known`);
  if (kind !== undefined && kind !== "KubeSchedulerConfiguration") throw wrong(`kind is "${kind}"`);
  if (extenders?.length) throw wrong("extenders are not supported");
}

function profileOf(
  given: ProfileConfiguration,
  {
    configuration,
    registry,
    world,
  }: {
    readonly configuration: SchedulerConfiguration;
    readonly registry: ReadonlyMap<string, PluginFactory>;
    readonly world: World;
  },
): Profile {
  const args = new Map(given.pluginConfig?.map((one) => [one.name, one.args ?? {}]));
  const sets = given.plugins ?? {};
  checkPlugins(sets, registry);
  const names = enabledNames([...registry.keys(), PREEMPTION], sets.multiPoint);
  const weights = new Map(
    [...(sets.multiPoint?.enabled ?? []), ...(sets.score?.enabled ?? [])].map(({ name, weight }) => [name, weight]),
  );
  const filters = enabledNames(names, sets.filter);
  const scorers = enabledNames(names, sets.score);
  const used = [...new Set([...names, ...filters, ...scorers])].filter((name) => registry.has(name));
  const plugins = used.map((name) =>
    narrowed(registry.get(name)!(args.get(name) ?? {}, world), {
      filters: filters.includes(name),
      scores: scorers.includes(name),
      weight: weights.get(name),
    }),
  );
  return {
    schedulerName: given.schedulerName ?? "default-scheduler",
    plugins,
    preemption: enabledNames(names, sets.postFilter).includes(PREEMPTION)
      ? { ...DEFAULT_LIMITS, ...args.get(PREEMPTION) }
      : undefined,
    percentageOfNodesToScore: given.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore ?? 0,
  };
}

/** The names that stay on, and those switched on, in order. */
function enabledNames(defaults: readonly string[], set: PluginSet = {}): string[] {
  const disabled = new Set(set.disabled?.map(({ name }) => name));
  const enabled = (set.enabled ?? []).map(({ name }) => name);
  const kept = disabled.has("*") ? [] : defaults.filter((name) => !disabled.has(name));
  return [...kept, ...enabled.filter((name) => !kept.includes(name))];
}

function narrowed(
  plugin: Plugin,
  { filters, scores, weight }: { filters: boolean; scores: boolean; weight: number | undefined },
): Plugin {
  const { filter, score, ...rest } = plugin;
  if (weight !== undefined && (weight < 0 || weight > WEIGHT_MAX))
    throw wrong(`weight of ${plugin.name} is ${weight}, not 0 to ${WEIGHT_MAX}`);
  return {
    ...rest,
    ...(filters && filter && { filter }),
    ...(scores && score && { score }),
    ...(weight && { weight }),
  };
}

function checkPlugins(
  sets: Readonly<Record<string, PluginSet | undefined>>,
  registry: ReadonlyMap<string, PluginFactory>,
): void {
  for (const [point, set] of Object.entries(sets)) {
    const named = [...(set?.enabled ?? []), ...(set?.disabled ?? [])];
    if (named.length === 0) continue;
    if (!POINTS.has(point)) throw wrong(`plugins can't be switched at ${point} alone, use multiPoint`);
    for (const { name } of named)
      if (name !== "*" && !registry.has(name) && !BUILT_IN.has(name)) throw wrong(`plugin "${name}" does not exist`);
  }
}

function wrong(problem: string): RangeError {
  return new RangeError(`configure scheduler: ${problem}`);
}
