import type { FieldError } from "../../kind.ts";
import { invalidValue, parseIp } from "../../validation/index.ts";

const IPV4_LINK_LOCAL = 0xa9_fe_00_00n;
const IPV4_LINK_LOCAL_MULTICAST = 0xe0_00_00_00n;
const IPV6_LINK_LOCAL = 0xfe80n;
const IPV6_LINK_LOCAL_MULTICAST = 0xff02n;

/** An address that traffic may be sent to: none that means "here" or "nearby", which proxies would be tricked with. */
export function validateEndpointIp(path: string, text: string): FieldError[] {
  const ip = parseIp(text);
  const wrong = (detail: string) => [invalidValue(path, text, detail)];
  if (!ip) return wrong("must be a valid IP address");
  const { family, value } = ip;
  const isV4 = family === 4;
  if (value === 0n) return wrong(`may not be unspecified (${text})`);
  if (isV4 ? value >> 24n === 127n : value === 1n)
    return wrong("may not be in the loopback range (127.0.0.0/8, ::1/128)");
  if (isV4 ? value >> 16n === IPV4_LINK_LOCAL >> 16n : value >> 118n === IPV6_LINK_LOCAL >> 6n)
    return wrong("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  if (isV4 ? value >> 8n === IPV4_LINK_LOCAL_MULTICAST >> 8n : value >> 112n === IPV6_LINK_LOCAL_MULTICAST)
    return wrong("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
  return [];
}
