import type { Clock } from "../../../base/index.ts";
import type { GrpcCallContext } from "../../../net/index.ts";
import { StoreError } from "../../errors.ts";
import { type Accounts, decodeAccounts, encodeAccounts, NO_ACCOUNTS, type PasswordHash } from "../../accounts.ts";
import { rehash, wrong } from "./accounts.ts";
import { completed, hashPassword, isPassword } from "./passwords.ts";
import { Rights } from "./rights.ts";
import { Tokens } from "./tokens.ts";

/** Where users and roles are kept. */
export interface AccountStorage {
  /** undefined when nothing was ever saved. */
  load(): Promise<Uint8Array | undefined>;
  /** Resolves once it is on disk. */
  save(bytes: Uint8Array): Promise<void>;
}

/** Passwords that are compared at a time, each with memory and time of its own; more are sent away. */
const COMPARING_MAX = 64;

/** Knows users and roles, who calls, and what they may do. */
export class Auth {
  readonly #storage: AccountStorage | undefined;
  readonly #tokens: Tokens;
  #accounts: Accounts;
  #rights = new Map<string, Rights>();
  #comparing = 0;
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(accounts: Accounts, storage: AccountStorage | undefined, clock: Clock) {
    this.#accounts = accounts;
    this.#storage = storage;
    this.#tokens = new Tokens(clock);
  }

  /** Without a storage it lasts as long as the process. */
  static async open({ storage, clock }: { readonly storage?: AccountStorage; readonly clock: Clock }): Promise<Auth> {
    const saved = await storage?.load();
    return new Auth(saved ? read(saved) : NO_ACCOUNTS, storage, clock);
  }

  get accounts(): Accounts {
    return this.#accounts;
  }

  /** One change after another; each counts once it is saved. */
  change(step: (accounts: Accounts) => Accounts): Promise<void> {
    const done = this.#changing.then(async () => {
      const next = step(this.#accounts);
      if (next === this.#accounts) return;
      await this.#storage?.save(encodeAccounts(next));
      this.#accounts = next;
      this.#rights = new Map();
    });
    this.#changing = done.catch(() => {});
    return done;
  }

  /** A token for who knows the password. */
  async authenticate(name: string, password: string): Promise<string> {
    if (!this.#accounts.enabled) throw wrong.notEnabled();
    const kept = this.#accounts.users.get(name)?.password;
    if (!kept) throw wrong.failed();
    if (this.#comparing >= COMPARING_MAX) throw wrong.busy();
    this.#comparing++;
    const isRight = await isPassword(password, kept).finally(() => this.#comparing--);
    if (!isRight) throw wrong.failed();
    // It may have been changed while it was being compared.
    if (this.#accounts.users.get(name)?.password !== kept) throw wrong.failed();
    await this.#complete(name, password, kept);
    return this.#tokens.make(name);
  }

  /** The password is there to be hashed only now: with etcd's hash a snapshot holds it too. */
  async #complete(name: string, password: string, kept: PasswordHash): Promise<void> {
    const whole = await completed(password, kept);
    // Where that can't be saved it is tried again the next time.
    if (whole) await this.change((now) => rehash(now, name, { from: kept, to: whole })).catch(() => {});
  }

  /** A password as it is to be kept. */
  hash(password: string): Promise<PasswordHash> {
    return hashPassword(password);
  }

  /** Whoever is known by a token has to show the password again. */
  endTokens(name?: string): void {
    this.#tokens.end(name);
  }

  /** Who calls: by a token, else by a client certificate's common name; throws for nobody. */
  caller({ metadata, clientName }: Pick<GrpcCallContext, "metadata" | "clientName">): string {
    const token = metadata.token ?? metadata.authorization;
    const name = token === undefined ? clientName : this.#tokens.userOf(token);
    if (name) return name;
    throw token === undefined ? wrong.userEmpty() : wrong.token();
  }

  /** What the caller may do; undefined when everybody may do everything. */
  rights(context: GrpcCallContext): Rights | undefined {
    if (!this.#accounts.enabled) return undefined;
    const name = this.caller(context);
    let rights = this.#rights.get(name);
    if (!rights) {
      rights = new Rights(this.#accounts, name);
      if (this.#accounts.users.has(name)) this.#rights.set(name, rights);
    }
    return rights;
  }
}

/** Nobody gets in on accounts that can't be read. */
function read(saved: Uint8Array): Accounts {
  try {
    return decodeAccounts(saved);
  } catch (cause) {
    const what = "users and roles are damaged, restore auth.json from a backup; without it everybody may do everything";
    throw new StoreError("corrupt", `open accounts: ${what}`, { cause });
  }
}
