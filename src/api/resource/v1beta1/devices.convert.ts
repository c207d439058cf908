/** The first beta of device claims and slices: its requests and devices have one level less, or more, than the stable ones. */
type Json = Record<string, unknown>;

const SAME_OF_REQUEST = ["name", "firstAvailable"];

/** Without entries that say nothing, as whole requests that leave the choice to their alternatives. */
function present(object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== ""));
}

function requestToHub(request: Json): Json {
  const { name, firstAvailable, ...rest } = request;
  const exactly = present(rest);
  return {
    name,
    ...(Object.keys(exactly).length > 0 && { exactly: { ...exactly, deviceClassName: rest.deviceClassName ?? "" } }),
    ...(firstAvailable !== undefined && { firstAvailable }),
  };
}

function requestFromHub(request: Json): Json {
  const { exactly, ...rest } = request;
  const own = Object.fromEntries(SAME_OF_REQUEST.filter((name) => name in rest).map((name) => [name, rest[name]]));
  return { deviceClassName: "", ...(exactly as Json | undefined), ...own };
}

function deviceToHub({ name, basic }: Json): Json {
  return { name, ...(basic as Json | undefined) };
}

function deviceFromHub({ name, ...basic }: Json): Json {
  return { name, basic };
}

function inList(object: Json, name: string, change: (one: Json) => Json): Json {
  const list = object[name] as readonly Json[] | undefined;
  return list ? { ...object, [name]: list.map(change) } : object;
}

function inField(object: Json, name: string, change: (one: Json) => Json): Json {
  const value = object[name] as Json | undefined;
  return value ? { ...object, [name]: change(value) } : object;
}

function inClaimSpec(change: (request: Json) => Json): (spec: Json) => Json {
  return (spec) => inField(spec, "devices", (devices) => inList(devices, "requests", change));
}

function conversions(inSpec: (change: (one: Json) => Json) => (spec: Json) => Json, [to, from]: Pair) {
  return {
    toHub: (object: Json) => inField(object, "spec", inSpec(to)),
    fromHub: (object: Json) => inField(object, "spec", inSpec(from)),
  };
}

type Pair = readonly [to: (one: Json) => Json, from: (one: Json) => Json];

export const claimConversions = conversions(inClaimSpec, [requestToHub, requestFromHub]);
export const claimTemplateConversions = conversions(
  (change) => (spec) => inField(spec, "spec", inClaimSpec(change)),
  [requestToHub, requestFromHub],
);
export const sliceConversions = conversions(
  (change) => (spec) => inList(spec, "devices", change),
  [deviceToHub, deviceFromHub],
);

/** Requests ask for one device unless they say otherwise. */
export function setDeviceDefaults(devices: Json | undefined): void {
  for (const request of (devices?.requests ?? []) as Json[]) {
    const alternatives = (request.firstAvailable ?? []) as Json[];
    for (const one of alternatives.length > 0 ? alternatives : [request]) {
      one.allocationMode ||= "ExactCount";
      if (one.allocationMode === "ExactCount") one.count ||= 1;
    }
  }
}
