import type { Secret } from "../../api/index.ts";
import { type ImageAuth, canonicalImage } from "../cri/index.ts";
import { decodeBase64 } from "../pod/environment.ts";

interface Entry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
}

/** What pull secrets say for the registry of an image; undefined when nothing matches. */
export function credentialsFor(image: string, secrets: readonly Secret[]): ImageAuth | undefined {
  const name = canonicalImage(image);
  for (const secret of secrets) {
    for (const [place, entry] of Object.entries(entriesOf(secret)))
      if (covers(place, name)) return toAuth(entry, place);
  }
  return undefined;
}

function entriesOf(secret: Secret): Readonly<Record<string, Entry>> {
  const config = secret.data?.[".dockerconfigjson"];
  const legacy = secret.data?.[".dockercfg"];
  const text = config ?? legacy;
  if (text === undefined) return {};
  try {
    const parsed = JSON.parse(new TextDecoder().decode(decodeBase64(text))) as { auths?: Record<string, Entry> };
    return config !== undefined ? (parsed.auths ?? {}) : (parsed as Record<string, Entry>);
  } catch {
    return {};
  }
}

function covers(place: string, image: string): boolean {
  const bare = place.replace(/^https?:\/\//, "").replace(/\/(?:v[12]\/?)?$/, "");
  const host = bare === "index.docker.io" ? "docker.io" : bare;
  return image === host || image.startsWith(`${host}/`);
}

function toAuth(entry: Entry, serverAddress: string): ImageAuth {
  if (entry.username !== undefined) return { username: entry.username, password: entry.password ?? "", serverAddress };
  const decoded = new TextDecoder().decode(decodeBase64(entry.auth ?? ""));
  const colon = decoded.indexOf(":");
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1), serverAddress };
}
