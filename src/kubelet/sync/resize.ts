import type { Container } from "../../api/index.ts";
import { ANNOTATION_RESOURCES } from "../pod/names.ts";
import type { ObservedContainer } from "./observed.ts";

type Resources = Pick<Container["resources"], "limits" | "requests">;

const RESIZABLE = ["cpu", "memory"] as const;

/** Resources that running containers were given after their start, by container id. */
export type Resized = ReadonlyMap<string, string>;

/** What a running container has; undefined when nobody knows any more. */
export function givenResources(status: ObservedContainer, resized: Resized): Resources | undefined {
  const text = resized.get(status.id) ?? status.annotations[ANNOTATION_RESOURCES];
  return text === undefined ? undefined : (JSON.parse(text) as Resources);
}

export type Resize = "none" | "inPlace" | "restart";

/** What has to be done so that a running container gets the resources its pod asks for now. */
export function resizeFor(container: Container, given: Resources | undefined): Resize {
  if (given === undefined) return "none";
  const wanted = container.resources;
  const changed = RESIZABLE.filter((name) =>
    (["limits", "requests"] as const).some((kind) => given[kind]?.[name] !== wanted[kind]?.[name]),
  );
  if (changed.length === 0) return "none";
  const restarts = (name: string) =>
    container.resizePolicy?.some((each) => each.resourceName === name && each.restartPolicy === "RestartContainer");
  return changed.some(restarts) ? "restart" : "inPlace";
}
