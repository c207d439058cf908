import { varintBytes } from "../varint.ts";
import { type PreparedMessage, WireWriter, WRITE_MESSAGE } from "../../net/index.ts";
import type { Change, Entry, Revision } from "../store.ts";
import { keyBytes } from "../memory/index.ts";
import type { Member } from "./messages.ts";

/**
 * The messages that nearly all bytes of an etcd go out in, written straight from the store's entries; etcd-v3.json has the
 * same fields, and a test compares the two.
 */

/** A field's number and how its value is written: varint or length and bytes. */
const varint = (field: number) => field << 3;
const bytes = (field: number) => (field << 3) | 2;

/** What an entry takes beside its key and value: seven tags, as many numbers of up to ten bytes. */
const ENTRY_BYTES_MAX = 80;
const HEADER_BYTES_MAX = 48;
const DELETE = 1;

/** There is one member, and it has led since it began. */
const RAFT_TERM = 2;

/** Who answers and what the newest revision is; it begins every response. */
export class ResponseHeader implements PreparedMessage {
  readonly bytesMax = HEADER_BYTES_MAX;
  readonly revision: Revision;
  readonly #member: Member;

  constructor(member: Member, revision: Revision) {
    this.#member = member;
    this.revision = revision;
  }

  [WRITE_MESSAGE](writer: WireWriter): void {
    writer.raw(idsOf(this.#member));
    writer.varint32(varint(3));
    writer.varint64(this.revision);
    writer.varint32(varint(4));
    writer.varint32(RAFT_TERM);
  }
}

export function header(member: Member, revision: Revision): ResponseHeader {
  return new ResponseHeader(member, revision);
}

const ids = new WeakMap<Member, Uint8Array>();

/** The two ids take all of 64 bits, and never change. */
function idsOf(member: Member): Uint8Array {
  const known = ids.get(member);
  if (known) return known;
  const writer = new WireWriter();
  writer.varint32(varint(1));
  writer.varint64(member.clusterId);
  writer.varint32(varint(2));
  writer.varint64(member.memberId);
  const made = writer.finish();
  ids.set(member, made);
  return made;
}

function writeHeader(writer: WireWriter, field: number, header: ResponseHeader): void {
  writer.varint32(bytes(field));
  writer.delimited(() => header[WRITE_MESSAGE](writer));
}

function writeNumber(writer: WireWriter, field: number, value: number): void {
  if (value === 0) return;
  writer.varint32(varint(field));
  writer.varint64(value);
}

/** An entry as a field of another message. Its length is known before, so that no byte is moved. */
function writeEntry(writer: WireWriter, field: number, entry: Entry): void {
  const { createRevision, modRevision, version, value, lease } = entry;
  const key = keyBytes(entry.key);
  const length =
    (key.length > 0 ? 1 + varintBytes(key.length) + key.length : 0) +
    numberBytes(createRevision) +
    numberBytes(modRevision) +
    numberBytes(version) +
    (value.length > 0 ? 1 + varintBytes(value.length) + value.length : 0) +
    numberBytes(lease);
  writer.varint32(bytes(field));
  writer.varint32(length);
  writeBytes(writer, 1, key);
  writeNumber(writer, 2, createRevision);
  writeNumber(writer, 3, modRevision);
  writeNumber(writer, 4, version);
  writeBytes(writer, 5, value);
  writeNumber(writer, 6, lease);
}

function numberBytes(value: number): number {
  return value === 0 ? 0 : 1 + varintBytes(value);
}

function writeBytes(writer: WireWriter, field: number, value: Uint8Array): void {
  if (value.length === 0) return;
  writer.varint32(bytes(field));
  writer.bytes(value);
}

/** The answer to a range. */
export class RangeResponse implements PreparedMessage {
  readonly bytesMax: number;
  readonly header: ResponseHeader;
  readonly entries: readonly Entry[];
  readonly more: boolean;
  readonly count: number;

  constructor(fields: { header: ResponseHeader; entries: readonly Entry[]; more: boolean; count: number }) {
    ({ header: this.header, entries: this.entries, more: this.more, count: this.count } = fields);
    let room = 2 * HEADER_BYTES_MAX;
    for (const { key, value } of this.entries) room += ENTRY_BYTES_MAX + 3 * key.length + value.length;
    this.bytesMax = room;
  }

  [WRITE_MESSAGE](writer: WireWriter): void {
    writeHeader(writer, 1, this.header);
    for (const entry of this.entries) writeEntry(writer, 2, entry);
    writeNumber(writer, 3, Number(this.more));
    writeNumber(writer, 4, this.count);
  }
}

/** What one watch is told. */
export class WatchEvents implements PreparedMessage {
  readonly bytesMax: number;
  readonly header: ResponseHeader;
  readonly watchId: number;
  readonly fragment: boolean;
  /** Each as the wire has it, as a field of this message. */
  readonly events: readonly Uint8Array[];

  constructor(fields: {
    header: ResponseHeader;
    watchId: number;
    fragment: boolean;
    events: readonly Uint8Array[];
  }) {
    ({ header: this.header, watchId: this.watchId, fragment: this.fragment, events: this.events } = fields);
    this.bytesMax = this.events.reduce((sum, event) => sum + event.length, 2 * HEADER_BYTES_MAX);
  }

  [WRITE_MESSAGE](writer: WireWriter): void {
    writeHeader(writer, 1, this.header);
    writeNumber(writer, 2, this.watchId);
    writeNumber(writer, 7, Number(this.fragment));
    for (const event of this.events) writer.raw(event);
  }
}

const EVENTS_FIELD = 11;

/** A change as an event in the list of a {@link WatchEvents}. */
export function encodeEvent(change: Change): Uint8Array {
  const writer = new WireWriter();
  const value = change.type === "put" ? change.entry.value.length : 0;
  writer.reserve(4 * ENTRY_BYTES_MAX + value + (change.previous?.value.length ?? 0));
  writer.varint32(bytes(EVENTS_FIELD));
  writer.delimited(() => {
    if (change.type === "put") writeEntry(writer, 2, change.entry);
    else {
      const { key, revision: modRevision } = change;
      writeNumber(writer, 1, DELETE);
      writeEntry(writer, 2, { key, modRevision, value: NOTHING, createRevision: 0, version: 0, lease: 0 });
    }
    if (change.previous) writeEntry(writer, 3, change.previous);
  });
  return writer.finish();
}

const NOTHING = new Uint8Array(0);
