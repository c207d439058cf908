import { Buffer } from "node:buffer";
import type { ApiRequest, UserInfo } from "../../net/message.ts";

/** The headers by which another API server learns who calls; it believes them for the certificate that comes with them. */
export function identityHeaders({
  name,
  uid,
  groups,
  extra = {},
}: UserInfo): Required<Pick<ApiRequest, "headers" | "repeatedHeaders">> {
  const more = Object.entries(extra).map(([key, values]) => [`x-remote-extra-${headerName(key)}`, values] as const);
  const repeated = [["x-remote-group", groups] as const, ...more].filter(([, values]) => values.length > 0);
  return {
    headers: { "x-remote-user": headerValue(name), ...(uid && { "x-remote-uid": headerValue(uid) }) },
    repeatedHeaders: Object.fromEntries(repeated.map(([header, values]) => [header, values.map(headerValue)])),
  };
}

/** What can't stand in the name of a header is written as the percent sign and two digits. */
function headerName(key: string): string {
  return encodeURIComponent(key).replace(/[()]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
}

/** A text in the bytes of a header, which are UTF-8 whatever Node takes them for. */
function headerValue(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
