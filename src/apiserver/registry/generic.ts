import { admit, concernedPlugins, validateAdmission } from "../admission/admit.ts";
import {
  alreadyExists,
  conflict,
  type FieldError,
  fromHub,
  groupVersion,
  invalid,
  invalidValue,
  type KindDefinition,
  type KubeObject,
  type MetadataProblems,
  MODIFIED,
  notFound,
  type StatusError,
  statusError,
  toHub,
  behaviorOf,
  type KindBehavior,
  canonicalQuantity,
} from "../../api/index.ts";
import { type Clock, formatTime, type Random, jsonEqual, own } from "../../base/index.ts";
import { applyDefaults, areManagers, copyJson, decodeJson, isCanonical } from "../../schema/index.ts";
import type { Entry, Store, Transaction } from "../../store/index.ts";
import type {
  AdmissionOperation,
  AdmissionPlugin,
  AdmissionRequest,
  Emptied,
  ObjectKind,
  Reads,
  RequestContext,
} from "../contracts.ts";
import type { Cacher } from "../cacher/cacher.ts";
import { finalizerWarnings, joinOwners, metadataLooks, validateChangedMetadata, validateMetadata } from "./metadata.ts";
import { type EncodedObject, encodeStored, orderedMetadata, type StorageMediaType } from "../stored/encoding.ts";
import { asGiven, hasEmptied } from "./given.ts";
import { metadataOf, placeInNamespace } from "../http/posted.ts";
import { clearSystemMetadata, isGone, keepSystemMetadata, readMetadata, withVersion } from "./system-metadata.ts";
import { keepAllBut, narrowSpec, SPEC_PARTS } from "./narrow.ts";
import { blankOf, resetFields } from "./resets.ts";
import { keepTimes } from "./managers.ts";
import { isOfItsType, managersAfter } from "./managers-after.ts";
import { isTooLarge, storeFailure } from "./store-failure.ts";
import { toStored } from "../stored/custom.ts";
import { shownIn } from "../stored/shown.ts";
import { sayingVersion, storageKey, StoredObject } from "../stored/stored.ts";
import { checkUid, checkVersion, checkVersionText, refuseUid, refuseVersion } from "./versions.ts";
import { betweenSteps, LARGE_BYTES } from "../turns.ts";

export type Json = Record<string, unknown>;
type Meta = Record<string, unknown>;

export interface RegistryOptions {
  readonly store: Store;
  readonly storageMediaType: StorageMediaType;
  readonly clock: Clock;
  readonly random: Random;
  readonly admission: readonly AdmissionPlugin[];
  readonly reads: Reads;
}

/** How a write is done; the same for all verbs. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  /** The change itself has worked out who manages what. */
  readonly isApply: boolean;
  /** The version of the kind that the writer speaks; the stored one unless said. */
  readonly version?: KindDefinition;
}

/** What changes an object: gets the current one, returns the wanted one. */
export type Change = (current: KubeObject | undefined) => Json | Promise<Json>;

export interface UpdateResult {
  readonly object: StoredObject;
  readonly created: boolean;
}

/** What follows the extra work of {@link ResourceHooks}, once it is known how the write ended. */
export interface Settle {
  done(): Promise<void>;
  undone(): Promise<void>;
}

/** Extra work of single resources around a write; may change the object before it is validated. */
export interface ResourceHooks {
  readonly before?: (object: Json, old: KubeObject | undefined, write: WriteOptions) => Promise<Settle | undefined>;
  readonly afterDelete?: (object: KubeObject) => Promise<void>;
}

const DECODING = { quantity: canonicalQuantity };
const NAME_TRIES = 8;
const UPDATE_TRIES = 10;
const SUFFIX_LENGTH = 5;
const GENERATED_NAME_MAX = 63;

/** Serves one kind from its schema: create, update and delete with everything around them. */
export class Registry {
  readonly kind: KindDefinition;
  readonly behavior: KindBehavior<unknown>;
  readonly cacher: Cacher;
  readonly #options: RegistryOptions;
  readonly #hooks: ResourceHooks;
  /** Plugins that look at this kind. */
  readonly #admitting: readonly AdmissionPlugin[];
  readonly #validating: readonly AdmissionPlugin[];
  readonly #finding: readonly AdmissionPlugin[];
  readonly #type: Json;

  constructor(kind: KindDefinition, cacher: Cacher, options: RegistryOptions, hooks: ResourceHooks = {}) {
    this.kind = kind;
    this.behavior = behaviorOf(kind);
    this.cacher = cacher;
    this.#options = options;
    this.#hooks = hooks;
    this.#type = { kind: kind.kind, apiVersion: groupVersion(kind) };
    const concerned = concernedPlugins(options.admission, kind);
    this.#admitting = concerned.filter(({ admit }) => admit);
    this.#validating = concerned.filter(({ validate }) => validate);
    this.#finding = concerned.filter(({ problems }) => problems);
  }

  key(namespace: string, name: string): string {
    return storageKey(this.kind, namespace, name);
  }

  /** The object as stored now; 404 when there is none. */
  async get(namespace: string, name: string): Promise<StoredObject> {
    const found = await this.find(namespace, name);
    if (!found) throw notFound(this.kind, name);
    return found;
  }

  /** The object as stored now. */
  async find(namespace: string, name: string): Promise<StoredObject | undefined> {
    const { entry } = await this.#options.store.get(this.key(namespace, name));
    return entry && this.opened(entry);
  }

  /** What lies in the store, in this version; with its JSON, where that is known. */
  opened(entry: Entry, json?: Uint8Array): StoredObject | Promise<StoredObject> {
    if (!this.cacher.opens) return this.cacher.stored(entry, json).as(this.kind);
    return this.cacher.opened([entry], json).then(([stored]) => stored!.as(this.kind));
  }

  /** The same of what only would lie there, which no cache has. */
  async unsaved(entry: Entry, json: Uint8Array): Promise<StoredObject> {
    const [shown] = await shownIn(this.kind, [new StoredObject(entry, json)]);
    return shown!;
  }

  /** An object with its metadata in order, as it is stored. */
  async encode(object: KubeObject): Promise<EncodedObject> {
    const stored = await toStored(this.kind, object as unknown as Json);
    return encodeStored(this.kind, stored as unknown as KubeObject, this.#options.storageMediaType);
  }

  /** Brings a client's JSON to canonical form. */
  decode(value: unknown): { value: Json; unknown: readonly string[] } {
    return decodeJson(this.kind.struct, value, DECODING);
  }

  /**
   * The same in canonical form; what is in it already, as most are unless admission changed them, isn't decoded again. What
   * admission has added to an object that users define and it doesn't know is seen until it is stored.
   */
  #canonical(object: Json): Json {
    const ordered = orderedMetadata(object) as unknown as Json;
    if (isCanonical(this.kind.struct, ordered, DECODING)) return ordered;
    return this.kind.custom ? { ...ordered, metadata: readMetadata(this.kind, object) } : this.decode(object).value;
  }

  create(context: RequestContext, input: Json, write: WriteOptions): Promise<StoredObject> {
    return this.#create(context, input, { write, by: "create" });
  }

  async #create(
    context: RequestContext,
    input: Json,
    { write, by }: { readonly write: WriteOptions; readonly by: "create" | "update" },
  ): Promise<StoredObject> {
    const { behavior } = this;
    const namespace = context.info.namespace;
    clearSystemMetadata(input.metadata as Meta);
    if (this.kind.scope === "Cluster") delete (input.metadata as Meta).namespace;
    await betweenSteps(context);
    let object = this.#withDefaults(input, write);
    // Who manages what is settled before the server adds its own. A status stands for annotations in some versions.
    const { status: _, ...main } = object;
    const managed = behavior.statusOnCreate && this.#hasStatus() ? main : object;
    const isTyped = isOfItsType(this.kind, managed);
    await this.#manage(context, { before: undefined, object: managed, write, subresource: "", isTyped });
    await betweenSteps(context);
    await this.#admit(context, { operation: "CREATE", object, oldObject: undefined, write });
    // Those who may still change it see neither what is the server's to say nor the name that it gets.
    const metadata = this.#admittedMetadata(context, object);
    this.#fillSystemMetadata(metadata);
    if (by === "update") {
      // Who updates what isn't there may have seen a version of it. Where it is stored it gets another.
      checkVersionText(metadata.resourceVersion);
      if (!write.dryRun) delete metadata.resourceVersion;
    }
    if (this.#hasStatus() && !behavior.statusOnCreate) delete object.status;
    const generated = !metadata.name && metadata.generateName;
    if (generated) this.#generateName(metadata);
    else if (behavior.namesItself && !metadata.name) metadata.name = this.#options.random.uuid();
    object = this.#settled(this.#canonical(object), write);
    // What follows from the object (a job's labels, a pod's class of service) follows from what admission made of it.
    context.warnings.push(...(behavior.earlyWarnings?.(object as never) ?? []));
    behavior.prepareCreate?.(object as never, this.#now());
    const settle = context.info.subresource === "" ? await this.#hooks.before?.(object, undefined, write) : undefined;
    await betweenSteps(context);
    if (behavior.prepareCreate || this.#hooks.before) object = this.#withDefaults(this.#canonical(object), write);
    try {
      const saved = await this.#createNamed({ context, namespace, object, write, generated: Boolean(generated) });
      await settle?.done();
      return saved;
    } catch (error) {
      await settle?.undone();
      throw error;
    }
  }

  /**
   * Stores an object of the server's own that is as `create` would leave it, managers included, but for its uid and time of
   * creation; nothing if one of its name is there. A new cluster makes so many that working each out costs a good part of
   * its start.
   */
  async createPrepared({ metadata, ...rest }: Json): Promise<void> {
    const own: Meta = { ...(metadata as Meta), uid: this.#options.random.uuid(), creationTimestamp: this.#now() };
    const object = { kind: this.kind.kind, apiVersion: groupVersion(this.kind), metadata: own, ...rest };
    const key = this.key(String(own.namespace ?? ""), String(own.name));
    await this.#transact(key, (await this.encode(orderedMetadata(object))).value, 0);
  }

  /** Stores a new object, under another generated name when one is taken. */
  async #createNamed({ generated, ...call }: CreateCall & { generated: boolean }): Promise<StoredObject> {
    const metadata = call.object.metadata as Meta;
    for (let attempt = 1; ; attempt++) {
      const saved = await this.#tryCreate(call);
      if (saved) return saved;
      if (!generated || attempt === NAME_TRIES) {
        const existing = await this.find(call.namespace, String(metadata.name));
        throw this.#nameTaken(metadata, generated, existing?.object.metadata.deletionTimestamp !== undefined);
      }
      this.#generateName(metadata);
    }
  }

  /** Notes who manages the fields that this write changed. */
  async #manage(
    { emptied }: Pick<RequestContext, "emptied">,
    { before, object, write, subresource, isTyped }: ManageCall,
  ): Promise<void> {
    if (write.isApply) return;
    const { struct } = this.kind;
    const metadata = object.metadata as Meta;
    const now = this.#now();
    const sent = metadata.managedFields as readonly Json[] | undefined;
    // Of custom kinds a list that is empty counts as left out.
    const given = sent ?? (emptied.has("metadata.managedFields") && !this.kind.custom ? [] : undefined);
    const isReset = given?.length === 0 || (given?.length === 1 && Object.keys(given[0]!).length === 0);
    // A client that clears the list resets it; one that leaves it out or unreadable keeps it. A subresource can't change it.
    const isKept = given === undefined || subresource !== "" || !(isReset || areManagers(given));
    if (before && isKept) metadata.managedFields = (before.metadata as Meta).managedFields;
    else if (isReset || isKept) delete metadata.managedFields;
    const manager = write.fieldManager;
    const apiVersion = groupVersion(write.version ?? this.kind);
    const update = {
      struct,
      before: before ? this.#through(write.version, before) : blankOf(this.kind),
      after: object,
      write: { manager, apiVersion, subresource, now },
      ignored: resetFields(this.kind, subresource),
    };
    // The original lets go of managers that it can't work out, and writes the object.
    const entries = isTyped ? await managersAfter(this.kind, update, write.version) : [];
    if (entries.length > 0) metadata.managedFields = entries;
    else delete metadata.managedFields;
  }

  /** An object after the same way through another version that what a client of that version sends has taken. */
  #through(version: KindDefinition | undefined, object: KubeObject): Json {
    const stored = object as unknown as Json;
    if (!version?.storage) return stored;
    return this.#withDefaults(toHub(version, copyJson(fromHub(version, stored))));
  }

  /** The metadata of an object that all have seen who may change it. */
  #admittedMetadata(context: RequestContext, object: Json): Meta {
    const metadata = metadataOf(object);
    placeInNamespace(context, this.kind.scope, metadata);
    context.warnings.push(...joinOwners(metadata, "admitted"));
    return metadata;
  }

  #fillSystemMetadata(metadata: Meta): void {
    metadata.uid = this.#options.random.uuid();
    metadata.creationTimestamp = this.#now();
    if (this.#countsGeneration()) metadata.generation = 1;
  }

  #countsGeneration(): boolean {
    return this.behavior.generation ?? this.#hasStatus();
  }

  #hasStatus(): boolean {
    return this.kind.subresources.some(({ name }) => name === "status");
  }

  #generateName(metadata: Meta): void {
    if (this.behavior.nameAsBegun) {
      metadata.name = metadata.generateName;
      return;
    }
    const base = String(metadata.generateName).slice(0, GENERATED_NAME_MAX - SUFFIX_LENGTH);
    metadata.name = base + this.#options.random.suffix(SUFFIX_LENGTH);
  }

  async #tryCreate({ context, namespace, object, write }: CreateCall) {
    const found = this.#finding.length > 0 ? await this.#findProblems(context, object, write) : [];
    const errors = [...found, ...this.#validateNew(object, write)];
    const { name } = object.metadata as { name: string };
    if (errors.length > 0) throw invalid(this.kind, name ?? "", asGiven(errors, context.emptied));
    this.#warn(context, object, undefined);
    await betweenSteps(context);
    await this.#validateAdmission(context, { operation: "CREATE", object, oldObject: undefined, write });
    this.behavior.settleCreate?.(object as never);
    if (!write.dryRun) refuseVersion(object.metadata as Meta);
    const canonical = orderedMetadata(object);
    const key = this.key(namespace, name);
    const encoded = await this.encode(canonical);
    if (write.dryRun) {
      if (await this.find(namespace, name)) return undefined;
      // It doesn't get as far as where a new object is refused that has a version: it keeps it.
      const version = String((object.metadata as Meta).resourceVersion ?? "");
      if (version === "") return this.#unsavedChange(key, encoded, 0);
      const json = sayingVersion(encoded.json, version);
      return this.#unsavedChange(key, { value: json, json }, 0);
    }
    const stored = await this.#put(key, { object: canonical, encoded, expected: 0, write });
    if (!stored) return undefined;
    const { value, json, revision } = stored;
    return this.opened({ key, value, createRevision: revision, modRevision: revision, version: 1, lease: 0 }, json);
  }

  /**
   * Writes an object. What is noted of its managers can be longer than all else in it: where that makes it too large it is
   * written without, unless it was applied.
   */
  async #put(key: string, { object, encoded, expected, write }: Put) {
    try {
      const revision = await this.#transact(key, encoded.value, expected);
      return revision === undefined ? undefined : { ...encoded, revision };
    } catch (error) {
      if (write.isApply || !object.metadata.managedFields || !isTooLarge(error)) throw error;
      const { managedFields: _, ...metadata } = object.metadata;
      const bare = await this.encode({ ...object, metadata });
      const revision = await this.#transact(key, bare.value, expected);
      return revision === undefined ? undefined : { ...bare, revision };
    }
  }

  #validateNew(object: Json, { version }: WriteOptions): readonly FieldError[] {
    const { metadataLate: late, validate } = this.behavior;
    const ofMetadata = (rules: Parameters<typeof validateMetadata>[1]) =>
      validateMetadata(this.kind, rules, object as unknown as KubeObject);
    const first = late === "all" ? [] : ofMetadata({ rules: this.behavior, late });
    const spoken = version && behaviorOf(version);
    const stored = spoken?.validateStored?.(object, undefined, this.#looks(object, object, spoken));
    const errors = [...first, ...(stored ?? validate?.(object as never) ?? [])];
    return errors.length > 0 || !late ? errors : ofMetadata({ rules: this.behavior });
  }

  #looks(object: Json, old: unknown, rules: KindBehavior<unknown>): MetadataProblems {
    return metadataLooks(this.kind, { object: object as unknown as KubeObject, old: old as KubeObject, rules });
  }

  #nameTaken(metadata: Meta, generated: boolean, deleting: boolean): StatusError {
    const error = alreadyExists(this.kind, String(metadata.name));
    if (!generated && deleting) return beingDeleted(error);
    if (!generated) return error;
    const message = `${error.message.replace(/ already exists$/, "")} already exists, the server was not able to generate a unique name for the object`;
    return statusError({
      code: 409,
      reason: "AlreadyExists",
      message,
      details: { ...error.status.details, retryAfterSeconds: 1 },
    });
  }

  /** Changes an object, again when someone else was faster and the change does not insist on a version. */
  async update(context: RequestContext, options: UpdateOptions): Promise<UpdateResult> {
    const { namespace, name } = context.info;
    for (let attempt = 1; ; attempt++) {
      const current = await this.find(namespace, name);
      if (!current && !options.createMissing) throw notFound(this.kind, name);
      if (current) {
        context.weigh?.(current.entry.value);
        context.isLarge ||= current.entry.value.length > LARGE_BYTES;
      }
      const wanted = await options.change(current?.object);
      if (!current) {
        await context.authorize({ verb: "create" });
        if (options.whole)
          refuseUid(this.kind, wanted, { key: this.key(namespace, name), dryRun: options.write.dryRun });
        return { object: await this.#create(context, wanted, { write: options.write, by: "update" }), created: true };
      }
      if (options.whole) checkUid(this.kind, wanted, { current, dryRun: options.write.dryRun });
      if (!options.own && options.subresource !== "scale" && this.behavior.requiresVersion)
        this.#requireVersion(name, wanted);
      const result = await this.#tryUpdate(context, { ...options, current, wanted });
      if (result) return { object: result, created: false };
      if (attempt === UPDATE_TRIES) throw conflict(this.kind, name, MODIFIED);
    }
  }

  #requireVersion(name: string, { metadata }: Json): void {
    const { resourceVersion } = metadata as Meta;
    checkVersionText(resourceVersion);
    if (resourceVersion && Number(resourceVersion) !== 0) return;
    // Told of the resource, since it is found before the object is looked at.
    const { group, plural } = this.kind;
    throw invalid({ group, kind: plural }, name, [
      invalidValue("metadata.resourceVersion", 0, "must be specified for an update"),
    ]);
  }

  async #tryUpdate(
    context: RequestContext,
    { current, wanted, write, subresource = "", shown, own, whole = false }: UpdateOptions & TryUpdate,
  ): Promise<StoredObject | undefined> {
    const old = current.object;
    if (own) {
      checkVersion({ kind: this.kind, wanted, current, whole });
      const object = this.#withDefaults(this.decode(wanted).value);
      this.#countGeneration(object, old, context);
      return this.#save({ current, object, write });
    }
    await betweenSteps(context);
    const isTyped = isOfItsType(this.kind, wanted) && isOfItsType(this.kind, old);
    let object = this.#withDefaults(wanted, write);
    // Who manages what, and admission, go by what was sent, whether or not it is put back later.
    await this.#manage(context, { before: old, object, write, subresource, isTyped });
    await betweenSteps(context);
    await this.#admit(context, { operation: "UPDATE", object, oldObject: old, write, shown });
    this.#admittedMetadata(context, object);
    const insists = checkVersion({ kind: this.kind, wanted: object, current, whole });
    const canonical = this.#canonical(this.#prepareUpdate(object, old, subresource));
    // Where it is changed further it must share nothing with the old one.
    const settles = subresource === "status" ? this.behavior.settleStatusUpdate : this.behavior.settleUpdate;
    const isFinal = !settles && (subresource !== "" || !this.#hooks.before);
    object = this.#settled(isFinal ? canonical : copyJson(canonical), write);
    if (subresource !== "status") this.#countGeneration(object, old, context);
    settles?.(object as never, old as never, this.#now());
    const settle = subresource === "" ? await this.#hooks.before?.(object, old, write) : undefined;
    if (settle) object = this.#withDefaults(this.decode(object).value, write);
    keepTimes(object, old);
    await betweenSteps(context);
    const saved = await this.#checkAndSave(context, { current, object, write, subresource, shown }).catch(
      async (error) => {
        await settle?.undone();
        throw error;
      },
    );
    await (saved ? settle?.done() : settle?.undone());
    if (!saved && insists) throw conflict(this.kind, old.metadata.name, MODIFIED);
    return saved;
  }

  async #checkAndSave(
    context: RequestContext,
    { current, object, write, subresource, shown }: SaveCall & Pick<AdmissionCall, "shown"> & { subresource: string },
  ): Promise<StoredObject | undefined> {
    const old = current.object;
    const spoken = write.version && behaviorOf(write.version);
    const rules = spoken?.validateStored ? spoken : this.behavior;
    const errors = this.#validateUpdate(object, old, { rules, subresource, emptied: context.emptied });
    context.warnings.push(...(this.behavior.validationWarnings?.(object as never, old as never, errors) ?? []));
    if (errors.length > 0) throw invalid(this.kind, old.metadata.name, asGiven(errors, context.emptied));
    if (subresource !== "status") this.#warn(context, object, old);
    await betweenSteps(context);
    await this.#validateAdmission(context, { operation: "UPDATE", object, oldObject: old, write, shown });
    return this.#save({ current, object, write });
  }

  /** Stores a changed object unless someone was faster. */
  async #save({ current, object, write }: SaveCall): Promise<StoredObject | undefined> {
    const { key } = current.entry;
    if (isGone(object)) return this.#finishDeletion(current, { object, write });
    const canonical = orderedMetadata(object);
    // The store of the original takes it off; what only would be stored has it still.
    if (!write.dryRun) delete (canonical.metadata as Meta).selfLink;
    const encoded = await this.encode(canonical);
    // A write that changes nothing is none: no new version, no event.
    if (!this.#isIncomplete(current) && Buffer.compare(encoded.value, current.entry.value) === 0) return current;
    if (write.dryRun) return this.#unsavedChange(key, encoded, current.revision);
    const stored = await this.#put(key, { object: canonical, encoded, expected: current.revision, write });
    if (!stored) return undefined;
    const { value, json, revision } = stored;
    return this.opened({ ...current.entry, value, modRevision: revision, version: current.entry.version + 1 }, json);
  }

  /** Whether what is stored of an object is to be written again even as it is. */
  #isIncomplete({ entry, object }: StoredObject): boolean {
    if (entry.stale) return true;
    return entry.version === 1 && (this.behavior.isCompletedByReading?.(object as never) ?? false);
  }

  /** What a dry run would have stored. */
  #unsavedChange(key: string, { value, json }: EncodedObject, revision: number): Promise<StoredObject> {
    return this.unsaved({ key, value, createRevision: revision, modRevision: revision, version: 1, lease: 0 }, json);
  }

  #now(): string {
    return formatTime(this.#options.clock.now());
  }

  #prepareUpdate(wanted: Json, old: KubeObject, subresource: string): Json {
    const { behavior } = this;
    const now = this.#now();
    const metadata = wanted.metadata as Meta;
    keepSystemMetadata(metadata, old);
    if (subresource !== "") {
      const part = own(SPEC_PARTS, subresource);
      if (behavior.prepareSubresourceUpdate)
        behavior.prepareSubresourceUpdate(subresource, wanted as never, old as never, now);
      else if (part) narrowSpec(wanted, old, part);
      else keepAllBut({ object: wanted, old, subresource, keeps: this.kind.rules.statusKeeps ?? [] });
      if (subresource === "status") behavior.prepareStatusUpdate?.(wanted as never, old as never, now);
    } else {
      if (this.#hasStatus() && "status" in old) wanted.status = copyJson((old as unknown as Json).status);
      else if (this.#hasStatus() && this.kind.custom) delete wanted.status;
      behavior.prepareUpdate?.(wanted as never, old as never, now);
    }
    return wanted;
  }

  #countGeneration(
    object: Json,
    old: KubeObject,
    { emptied, dropsSome }: Pick<RequestContext, "emptied" | "dropsSome">,
  ): void {
    if (!this.#countsGeneration()) return;
    const { isNewGeneration, exactGeneration } = this.behavior;
    const changed =
      dropsSome === true ||
      (isNewGeneration?.(object as never, old as never) ?? isNewSpec(object, old as unknown as Json)) ||
      (exactGeneration !== undefined && hasEmptied(object, exactGeneration, emptied));
    const before = (old.metadata as Meta).generation as number | undefined;
    (object.metadata as Meta).generation = changed ? (before ?? 0) + 1 : before;
  }

  #validateUpdate(object: Json, old: KubeObject, { rules, subresource, emptied }: UpdateRules): FieldError[] {
    const { behavior } = this;
    const problems = this.#looks(object, old, rules);
    const looks = (subresource === "status" ? rules.statusMetadataLooks : rules.metadataLooks) ?? ["change"];
    const metadata = [
      ...validateChangedMetadata(this.kind, { object: object as unknown as KubeObject, old }),
      ...(looks === "placed" ? [] : looks.flatMap((look) => problems[look])),
    ];
    if (rules !== behavior) return [...metadata, ...rules.validateStored!(object, old, problems)];
    if (own(SPEC_PARTS, subresource))
      return [
        ...metadata,
        ...(looks === "placed" ? problems.change : []),
        ...(behavior.validateSubresourceUpdate?.(subresource, object as never, old as never) ??
          behavior.validate?.(object as never) ??
          []),
      ];
    if (subresource === "status")
      return [...metadata, ...(behavior.validateStatusUpdate?.(object as never, old as never) ?? [])];
    return [
      ...metadata,
      ...(behavior.validateUpdate?.(object as never, old as never, problems, emptied) ??
        behavior.validate?.(object as never) ??
        []),
    ];
  }

  /** Removes an object that nothing holds back any more. */
  async #finishDeletion(
    current: StoredObject,
    { object, write }: { object: Json; write: WriteOptions },
  ): Promise<StoredObject | undefined> {
    const encoded = await this.encode(orderedMetadata(object));
    const last = await this.#unsavedChange(current.entry.key, encoded, current.revision);
    if (write.dryRun) return last;
    return (await this.remove(current)) === undefined ? undefined : last;
  }

  /** Takes an object out of the store if it is still this version; the revision of that, or undefined. */
  async remove(current: StoredObject): Promise<number | undefined> {
    const { key } = current.entry;
    const revision = await this.#changeAt(current.revision, { type: "delete", key });
    if (revision !== undefined) await this.#hooks.afterDelete?.(current.object);
    return revision;
  }

  /** Writes bytes if the key is still at a revision (0: absent); the new revision, or undefined. */
  #transact(key: string, value: Uint8Array, expected: number): Promise<number | undefined> {
    return this.#changeAt(expected, { type: "put", key, value });
  }

  async #changeAt(expected: number, change: Transaction["success"][number] & { readonly key: string }) {
    const compare = [{ key: change.key, target: "modRevision", operator: "=", value: expected }] as const;
    try {
      const result = await this.#options.store.transact({ compare, success: [change], failure: [] });
      return result.succeeded ? result.revision : undefined;
    } catch (error) {
      throw storeFailure(error);
    }
  }

  /** Runs mutating admission; the object may change. */
  async #admit(context: RequestContext, call: AdmissionCall): Promise<void> {
    const request = this.#admissionRequest(context, call);
    await admit(this.#admitting, request);
    if (call.object && request.object) call.shown?.back(call.object, request.object);
  }

  async #findProblems(context: RequestContext, object: Json, write: WriteOptions): Promise<FieldError[]> {
    const call = { operation: "CREATE" as const, object, oldObject: undefined, write };
    const request = this.#admissionRequest(context, call);
    const found: FieldError[] = [];
    for (const plugin of this.#finding) found.push(...(await plugin.problems!(request)));
    return found;
  }

  async #validateAdmission(context: RequestContext, call: AdmissionCall): Promise<void> {
    const { shown, object, oldObject } = call;
    const last = shown && { ...shown, of: shown.last };
    const placed = object && oldObject ? withVersion(object, oldObject as KubeObject) : object;
    const request = this.#admissionRequest(context, { ...call, object: placed, shown: last });
    await validateAdmission(this.#validating, request);
  }

  /** Asks admission about a deletion. */
  async admitDelete(
    context: RequestContext,
    old: KubeObject,
    { write, deleteOptions }: Pick<AdmissionCall, "write" | "deleteOptions">,
  ): Promise<void> {
    const call = { operation: "DELETE" as const, object: undefined, oldObject: old, write, deleteOptions };
    await this.#admit(context, call);
    await this.#validateAdmission(context, call);
  }

  #admissionRequest(
    context: RequestContext,
    { operation, object, oldObject, write, shown, deleteOptions }: AdmissionCall,
  ): AdmissionRequest {
    const { namespace, name, subresource } = context.info;
    return {
      operation,
      kind: this.kind,
      objectKind: shown?.kind,
      apiVersion: groupVersion(context.info),
      subresource,
      namespace,
      object: shown && object ? shown.of(object) : object,
      oldObject: shown && oldObject ? shown.of(oldObject as Json) : oldObject,
      name: name || String((object?.metadata as Meta | undefined)?.name ?? ""),
      user: context.user,
      dryRun: write.dryRun,
      query: context.query,
      deleteOptions,
      warnings: context.warnings,
      audited: context.audited,
      reads: this.#options.reads,
    };
  }

  /** What was applied keeps null where it is no value, and is refused for it. */
  #withDefaults(object: Json, write?: WriteOptions): Json {
    applyDefaults(this.kind.struct, object, write?.isApply ? "keep" : "drop");
    this.behavior.setDefaults?.(object as never);
    // Where they stand when they are given: first.
    return { kind: "", apiVersion: "", ...object, ...this.#type };
  }

  /** Once more after the server's own changes, which add nothing to kinds that users define. */
  #settled(object: Json, write: WriteOptions): Json {
    return this.kind.custom ? { ...object, ...this.#type } : this.#withDefaults(object, write);
  }

  #warn(context: RequestContext, object: Json, old: unknown): void {
    context.warnings.push(
      ...finalizerWarnings(this.behavior, object as unknown as KubeObject, old as KubeObject | undefined),
      ...(this.behavior.warnings?.(object as never, old as never) ?? []),
    );
  }
}

/** Whether anything but metadata and status has changed. */
function isNewSpec(object: Json, old: Json): boolean {
  return Object.keys({ ...object, ...old }).some(
    (key) => key !== "metadata" && key !== "status" && !jsonEqual(own(object, key), own(old, key)),
  );
}

/** The same, of an object whose deletion hasn't ended. */
function beingDeleted({ status, message }: StatusError): StatusError {
  const details = status.details ?? {};
  return statusError({ code: 409, reason: "AlreadyExists", message: `object is being deleted: ${message}`, details });
}

interface ManageCall {
  readonly before: KubeObject | undefined;
  readonly object: Json;
  readonly write: WriteOptions;
  readonly subresource: string;
  /** Whether what was sent is of the types that its kind declares. */
  readonly isTyped: boolean;
}

interface Put {
  readonly object: KubeObject;
  readonly encoded: EncodedObject;
  /** The revision that the key is at; 0: absent. */
  readonly expected: number;
  readonly write: WriteOptions;
}

interface SaveCall {
  readonly current: StoredObject;
  readonly object: Json;
  readonly write: WriteOptions;
}

interface CreateCall {
  readonly context: RequestContext;
  readonly namespace: string;
  readonly object: Json;
  readonly write: WriteOptions;
}

interface TryUpdate {
  readonly current: StoredObject;
  readonly wanted: Json;
}

interface UpdateRules {
  /** The kind's own, or what a version that is stored as another asks of it in its stored form. */
  readonly rules: KindBehavior<unknown>;
  readonly subresource: string;
  readonly emptied: Emptied;
}

/** What admission is shown instead of an object, where a subresource takes something else. */
export interface ShownInstead {
  readonly kind: ObjectKind;
  /** To those who may change it. */
  of(object: Json): Json;
  /** To those who may refuse it. */
  last(object: Json): Json;
  /** Changes the object as others have changed what they were shown. */
  back(object: Json, shown: Json): void;
}

interface AdmissionCall {
  readonly shown?: ShownInstead | undefined;
  readonly operation: AdmissionOperation;
  readonly object: Json | undefined;
  readonly oldObject: unknown;
  readonly write: WriteOptions;
  readonly deleteOptions?: AdmissionRequest["deleteOptions"];
}

export interface UpdateOptions {
  readonly change: Change;
  readonly write: WriteOptions;
  readonly subresource?: string;
  readonly shown?: ShownInstead;
  /** A put or apply of something that isn't there makes it. */
  readonly createMissing?: boolean;
  /** The client sent the whole object: a version in it is what it saw, and must still be the newest. */
  readonly whole?: boolean;
  /** The server itself changes the object: nothing is put back, admitted or validated. */
  readonly own?: boolean;
}
