import assert from "node:assert/strict";
import { suite, test } from "node:test";

interface Outcome {
  readonly problems: readonly string[];
  /** Says what happened, so that two runs of one seed can be compared. */
  readonly summary: string;
}

/** Runs a simulation by its seed, whole or with something broken on purpose. */
type Simulation<Sabotage> = (seed: number, sabotage?: Sabotage) => Promise<Outcome>;

/** How many seeds a run of the tests takes, of the cheapest simulation. */
export const SEEDS = Number(process.env.NAVARCH_SIM_SEEDS ?? 200);
const FIRST_SEED = Number(process.env.NAVARCH_SIM_SEED ?? 1);

/** So many seeds have no problem, nor have those that ever had one; a seed repeats itself. */
export function seedSuite(
  name: string,
  { run, count, kept, file }: { run: Simulation<never>; count: number; kept: readonly number[]; file: string },
): void {
  suite(name, () => {
    test(`${count} seeds, and those that ever failed`, async () => {
      const seeds = [...kept, ...Array.from({ length: count }, (_, index) => FIRST_SEED + index)];
      for (const seed of seeds) {
        const { problems } = await run(seed);
        const again = `again with NAVARCH_SIM_SEED=${seed} NAVARCH_SIM_SEEDS=1, and keep it in testdata/${file}`;
        assert.deepEqual(problems, [], `seed ${seed}; ${again}`);
      }
    });

    test("the same seed does the same", async () => {
      for (const seed of [3, 77]) assert.equal((await run(seed)).summary, (await run(seed)).summary);
    });
  });
}

/** Declares tests that something broken on purpose is found within so many seeds. */
export function canaries<Sabotage>(run: Simulation<Sabotage>, seedsMax: number) {
  return (what: string, sabotage: () => Sabotage, problem: RegExp) =>
    test(what, async () => {
      for (let seed = 1; seed <= seedsMax; seed++) {
        const { problems } = await run(seed, sabotage());
        if (problems.some((one) => problem.test(one))) return;
      }
      assert.fail(`not found in ${seedsMax} seeds`);
    });
}
