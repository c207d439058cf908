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

  constructor(request: AdmissionRequest) {
    this.#request = request;
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

/** 500 for an object of users' that a webhook has made into one of another group. */
function requireSuitable({ kind, objectKind, object }: AdmissionRequest): void {
  if (!kind.custom || objectKind) return;
  const given = String(object?.apiVersion ?? "");
  if (given.split("/")[0] === kind.group) return;
  const message = `${given}, Kind=${String(object?.kind)} is unstructured and is not suitable for converting to ${JSON.stringify(groupVersion(kind))}`;
  throw statusError({ code: 500, reason: "", message });
}

const viewIn = async (request: AdmissionRequest, kind: KindDefinition): Promise<AdmissionRequest> =>
  kind === request.kind ? asKept(request) : inVersion(request, kind);

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
