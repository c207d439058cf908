import { jsonEqual } from "../../../base/index.ts";
import { groupVersion, type KindDefinition, statusError } from "../../../api/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import { overwrite } from "../overwrite.ts";
import { asKept, inVersion, takeBack } from "../versions.ts";

type Json = Record<string, unknown>;

/** A request as webhooks see it one after the other, each in the version that it knows, with what those before it changed. */
export class ChangedView {
  readonly #request: AdmissionRequest;
  #view: AdmissionRequest | undefined;
  #isChanged = false;
  #hasFresh: boolean;

  constructor(request: AdmissionRequest) {
    this.#request = request;
    this.#hasFresh = hasFreshManagers(request) && !read.has(request);
  }

  /**
   * Whether its managers have just been noted and nobody has read the object since: the original takes it for another then,
   * since their times are more exact than what is read.
   */
  get isUnread(): boolean {
    return this.#hasFresh;
  }

  /** As it is by now, in whichever version. */
  get shown(): AdmissionRequest {
    return this.#view ?? this.#request;
  }

  async in(kind: KindDefinition): Promise<AdmissionRequest> {
    if (this.#view?.kind === kind) return this.#view;
    await this.settle();
    const view = await viewIn(this.#request, kind);
    this.#view = view;
    return view;
  }

  /** Goes on with another object. */
  change(object: Json): void {
    this.#view = { ...this.shown, object };
    this.#isChanged = true;
    this.#hasFresh = false;
    read.add(this.#request);
  }

  /** Brings what has become of the object back to the request. */
  async settle(): Promise<void> {
    const { shown } = this;
    if (!this.#isChanged || !shown.object || !this.#request.object) return;
    this.#isChanged = false;
    requireSuitable(shown);
    if (shown.kind === this.#request.kind || shown.objectKind) overwrite(this.#request.object, shown.object);
    else await takeBack(this.#request, shown);
  }
}

/** Requests whose objects were read from what a webhook made of them. */
const read = new WeakSet<AdmissionRequest>();

/** Objects of users' are kept as they are read. */
function hasFreshManagers({ kind, objectKind, object, oldObject }: AdmissionRequest): boolean {
  if (kind.custom && !objectKind) return false;
  const before = managersOf(oldObject);
  return managersOf(object).some((entry) => !before.some((one) => jsonEqual(one, entry)));
}

function managersOf(object: unknown): readonly unknown[] {
  return (object as { metadata?: { managedFields?: readonly unknown[] } } | undefined)?.metadata?.managedFields ?? [];
}

/** 500 for an object of users' that a webhook has made into one of another group. */
function requireSuitable({ kind, objectKind, object }: AdmissionRequest): void {
  if (!kind.custom || objectKind) return;
  const given = String(object?.apiVersion ?? "");
  if (given.split("/")[0] === kind.group) return;
  const message = `${given}, Kind=${String(object?.kind)} is unstructured and is not suitable for converting to ${JSON.stringify(groupVersion(kind))}`;
  throw statusError({ code: 500, reason: "", message });
}

async function viewIn(request: AdmissionRequest, kind: KindDefinition): Promise<AdmissionRequest> {
  const view = kind === request.kind ? asKept(request) : await inVersion(request, kind);
  return { ...view, object: typed(view, view.object), oldObject: typed(view, view.oldObject as Json | undefined) };
}

/** An object that says what it is. */
function typed({ kind, objectKind = kind }: AdmissionRequest, object: Json | undefined): Json | undefined {
  return object && { ...object, kind: objectKind.kind, apiVersion: groupVersion(objectKind) };
}

/** A request in each version that any webhook knows it in. */
export class Views {
  readonly #request: AdmissionRequest;
  readonly #known = new Map<KindDefinition, Promise<AdmissionRequest>>();

  constructor(request: AdmissionRequest) {
    this.#request = request;
  }

  in(kind: KindDefinition): Promise<AdmissionRequest> {
    const known = this.#known.get(kind) ?? viewIn(this.#request, kind);
    this.#known.set(kind, known);
    return known;
  }
}
