/** What users configure makes no sense. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

export type ConfigObject = Readonly<Record<string, unknown>>;

/** What a file says to each of several parts of the server, by the part's name. */
export type PluginConfigurations = ReadonlyMap<string, ConfigObject>;

function isConfigObject(value: unknown): value is ConfigObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads an object of a configuration, and says where what is wrong in it stands. */
export class ConfigReader {
  readonly value: ConfigObject;
  readonly #what: string;

  /** `what` is what the object is, as messages name it. */
  constructor(what: string, value: ConfigObject) {
    this.#what = what;
    this.value = value;
  }

  wrong(field: string, problem: string): ConfigurationError {
    return new ConfigurationError(`read ${this.#what}: ${field} ${problem}`);
  }

  mustBe(kind: string, apiVersions: readonly string[]): void {
    const { kind: is, apiVersion } = this.value;
    if (is === kind && apiVersions.includes(String(apiVersion))) return;
    throw this.wrong(
      "kind",
      `is ${String(is)} of ${String(apiVersion)}, wanted ${kind} of ${apiVersions.join(" or ")}`,
    );
  }

  /** Nothing that is written down is ignored. */
  allow(fields: readonly string[]): void {
    const unknown = Object.keys(this.value).find(
      (field) => field !== "kind" && field !== "apiVersion" && !fields.includes(field),
    );
    if (unknown !== undefined) throw this.wrong(unknown, `is no field, there are ${fields.join(", ")}`);
  }

  text(field: string): string | undefined {
    return this.#read(field, (value) => typeof value === "string", "a text");
  }

  whole(field: string): number | undefined {
    return this.#read(field, Number.isSafeInteger, "a whole number");
  }

  flag(field: string): boolean | undefined {
    return this.#read(field, (value) => typeof value === "boolean", "true or false");
  }

  texts(field: string): readonly string[] {
    const areTexts = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === "string");
    return this.#read<readonly string[]>(field, areTexts, "a list of texts") ?? [];
  }

  /** A map of texts. */
  map(field: string): Readonly<Record<string, string>> {
    const isMap = (value: unknown) =>
      isConfigObject(value) && Object.values(value).every((one) => typeof one === "string");
    return this.#read<Record<string, string>>(field, isMap, "a map of texts") ?? {};
  }

  object(field: string): ConfigReader | undefined {
    const value = this.#read<ConfigObject>(field, isConfigObject, "an object");
    return value && new ConfigReader(`${this.#what}: ${field}`, value);
  }

  objects(field: string): readonly ConfigReader[] {
    const areObjects = (value: unknown) => Array.isArray(value) && value.every(isConfigObject);
    const values = this.#read<readonly ConfigObject[]>(field, areObjects, "a list of objects") ?? [];
    return values.map((value, index) => new ConfigReader(`${this.#what}: ${field}[${index}]`, value));
  }

  #read<T>(field: string, is: (value: unknown) => boolean, wanted: string): T | undefined {
    const value = this.value[field];
    if (value === undefined || value === null) return undefined;
    if (!is(value)) throw this.wrong(field, `is ${JSON.stringify(value)}, wanted ${wanted}`);
    return value as T;
  }
}

/** What a configuration's text holds. The reader of YAML is loaded with it, so that servers without a configuration do without. */
export async function readConfiguration(text: string, what: string): Promise<ConfigObject> {
  const { parse } = await import("yaml");
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw new ConfigurationError(`read ${what}: it is no YAML`, { cause });
  }
  if (!isConfigObject(value)) throw new ConfigurationError(`read ${what}: it is no object`);
  return value;
}
