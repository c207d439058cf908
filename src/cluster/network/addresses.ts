import { networkInterfaces } from "node:os";

/** The address under which pods and other machines reach this one. */
export function localAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return (
    addresses.find((one) => one.family === "IPv4" && !one.internal && !/^(10\.244|172\.17)\./.test(one.address))
      ?.address ?? "127.0.0.1"
  );
}
