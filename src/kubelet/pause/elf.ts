/**
 * The pause program, byte by byte. It blocks every signal, waits for one at a time, reaps children (it may be process 1 of a
 * pod's shared process namespace) and exits on SIGTERM and SIGINT. Blocked signals are queued even for a namespace's process 1,
 * which would otherwise ignore those without a handler.
 */
export type Architecture = "amd64" | "arm64";

const LOAD_ADDRESS = 0x400000n;
const HEADERS_BYTES = 64 + 56;

/** A static executable for Linux. */
export function pauseExecutable(architecture: Architecture): Uint8Array {
  const code = architecture === "amd64" ? amd64Code() : arm64Code();
  const total = HEADERS_BYTES + code.length;
  const file = new Uint8Array(total);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, architecture === "amd64" ? 62 : 183, true); // EM_X86_64, EM_AARCH64
  view.setUint32(20, 1, true);
  view.setBigUint64(24, LOAD_ADDRESS + BigInt(HEADERS_BYTES), true); // entry
  view.setBigUint64(32, 64n, true); // program headers right after this header
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 5, true); // read and execute
  view.setBigUint64(80, LOAD_ADDRESS, true);
  view.setBigUint64(88, LOAD_ADDRESS, true);
  view.setBigUint64(96, BigInt(total), true);
  view.setBigUint64(104, BigInt(total), true);
  view.setBigUint64(112, 0x1000n, true);
  file.set(code, HEADERS_BYTES);
  return file;
}

const SIGINT = 2;
const SIGTERM = 15;

/** Places in the code that jumps and addresses refer to, resolved when all is laid out. */
class Assembler {
  readonly #bytes: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #fixes: Array<{
    readonly at: number;
    readonly label: string;
    readonly apply: (at: number, to: number) => void;
  }> = [];

  get position(): number {
    return this.#bytes.length;
  }

  emit(...bytes: number[]): void {
    this.#bytes.push(...bytes);
  }

  word(value: number): void {
    for (const shift of [0, 8, 16, 24]) this.#bytes.push((value >>> shift) & 255);
  }

  label(name: string): void {
    this.#labels.set(name, this.position);
  }

  /** Calls `apply` with the places once `label` is known. */
  fix(label: string, apply: (at: number, to: number) => void): void {
    this.#fixes.push({ at: this.position, label, apply });
  }

  set(at: number, value: number, size: 1 | 4): void {
    for (let index = 0; index < size; index++) this.#bytes[at + index] = (value >> (8 * index)) & 255;
  }

  finish(): Uint8Array {
    for (const { at, label, apply } of this.#fixes) apply(at, this.#labels.get(label)!);
    return Uint8Array.from(this.#bytes);
  }
}

function amd64Code(): Uint8Array {
  const asm = new Assembler();
  const syscall = (number: number) => {
    asm.emit(0xb8); // mov eax, number
    asm.word(number);
    asm.emit(0x0f, 0x05);
  };
  const addressOfMask = (opcode: number) => {
    asm.emit(0x48, 0x8d, opcode); // lea register, [rip + mask]
    asm.fix("mask", (at, to) => asm.set(at, to - (at + 4), 4));
    asm.word(0);
  };
  const jump = (opcode: number, label: string) => {
    asm.emit(opcode);
    asm.fix(label, (at, to) => asm.set(at, to - (at + 1), 1));
    asm.emit(0);
  };
  const maskSize = () => {
    asm.emit(0x41, 0xba); // mov r10d, 8
    asm.word(8);
  };
  asm.emit(0x31, 0xff); // xor edi, edi: SIG_BLOCK
  addressOfMask(0x35); // rsi
  asm.emit(0x31, 0xd2); // xor edx, edx
  maskSize();
  syscall(14); // rt_sigprocmask
  asm.label("wait");
  addressOfMask(0x3d); // rdi
  asm.emit(0x31, 0xf6, 0x31, 0xd2); // xor esi, esi; xor edx, edx
  maskSize();
  syscall(128); // rt_sigtimedwait
  asm.emit(0x83, 0xf8, SIGTERM); // cmp eax, SIGTERM
  jump(0x74, "exit");
  asm.emit(0x83, 0xf8, SIGINT);
  jump(0x74, "exit");
  asm.label("reap");
  asm.emit(0x48, 0xc7, 0xc7); // mov rdi, -1: any child
  asm.word(0xffffffff);
  asm.emit(0x31, 0xf6, 0xba); // xor esi, esi; mov edx, WNOHANG
  asm.word(1);
  asm.emit(0x45, 0x31, 0xd2); // xor r10d, r10d
  syscall(61); // wait4
  asm.emit(0x85, 0xc0); // test eax, eax
  jump(0x7f, "reap");
  jump(0xeb, "wait");
  asm.label("exit");
  asm.emit(0x31, 0xff);
  syscall(60);
  asm.label("mask");
  asm.word(0xffffffff);
  asm.word(0xffffffff);
  return asm.finish();
}

function arm64Code(): Uint8Array {
  const asm = new Assembler();
  const move = (register: number, value: number) => asm.word((0xd2800000 | (value << 5) | register) >>> 0);
  const syscall = (number: number) => {
    move(8, number);
    asm.word(0xd4000001);
  };
  const addressOfMask = (register: number) => {
    asm.fix("mask", (at, to) => {
      const offset = to - at;
      asm.set(at, 0x10000000 | ((offset & 3) << 29) | ((offset >> 2) << 5) | register, 4);
    });
    asm.word(0);
  };
  const branchIf = (condition: number, label: string) => {
    asm.fix(label, (at, to) => asm.set(at, 0x54000000 | ((((to - at) >> 2) & 0x7ffff) << 5) | condition, 4));
    asm.word(0);
  };
  const compare = (value: number) => asm.word((0x7100001f | (value << 10)) >>> 0); // cmp w0, value
  const EQUAL = 0;
  const GREATER = 12;
  move(0, 0);
  addressOfMask(1);
  move(2, 0);
  move(3, 8);
  syscall(135); // rt_sigprocmask
  asm.label("wait");
  addressOfMask(0);
  move(1, 0);
  move(2, 0);
  move(3, 8);
  syscall(137); // rt_sigtimedwait
  compare(SIGTERM);
  branchIf(EQUAL, "exit");
  compare(SIGINT);
  branchIf(EQUAL, "exit");
  asm.label("reap");
  asm.word(0x92800000); // mov x0, -1: any child
  move(1, 0);
  move(2, 1); // WNOHANG
  move(3, 0);
  syscall(260); // wait4
  compare(0);
  branchIf(GREATER, "reap");
  asm.fix("wait", (at, to) => asm.set(at, 0x14000000 | (((to - at) >> 2) & 0x3ffffff), 4));
  asm.word(0);
  asm.label("exit");
  move(0, 0);
  syscall(93);
  asm.label("mask");
  asm.word(0xffffffff);
  asm.word(0xffffffff);
  return asm.finish();
}
