const SEQUENCE = 16;
const CONSTRUCTED = 0x20;
const LONG_FORM = 0x80;

/** What is said of a field of a certificate request that is something else. */
function mismatch(wanted: number, first: number, name: string, length: number): string {
  const found = `class:${first >> 6} tag:${first & 0x1f} length:${length} isCompound:${(first & CONSTRUCTED) !== 0}`;
  const parameters =
    "optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false";
  return `asn1: structure error: tags don't match (${wanted} vs {${found}}) {${parameters}} ${name} @2`;
}

const TRUNCATED = "asn1: syntax error: data truncated";

/** Why bytes can't be a certificate request, told by how they begin and how long they are; undefined when they may be one. */
export function requestProblem(der: Uint8Array): string | undefined {
  const [first, short] = der;
  if (first === undefined || short === undefined) return TRUNCATED;
  const size = short < LONG_FORM ? 0 : short - LONG_FORM;
  if (size > 4 || der.length < 2 + size) return TRUNCATED;
  const length = size === 0 ? short : Buffer.from(der).readUIntBE(2, size);
  if ((first & 0x1f) !== SEQUENCE || (first & CONSTRUCTED) === 0 || first >> 6 !== 0)
    return mismatch(SEQUENCE, first, "certificateRequest", length);
  const end = 2 + size + length;
  if (end > der.length) return TRUNCATED;
  return end < der.length ? "asn1: syntax error: trailing data" : undefined;
}
