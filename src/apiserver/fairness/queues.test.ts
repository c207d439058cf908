import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../base/index.ts";
import type { PriorityLevelConfiguration } from "../../api/index.ts";
import { flowHash, hand } from "./hand.ts";
import { limitsOf, seatsOf } from "./limits.ts";
import { FairQueues, type LevelLimits, type Ticket } from "./queues.ts";

const QUEUING = { queues: 16, handSize: 4, queueLengthMax: 10 };
const level = (name: string, nominalSeats: number, more: Partial<LevelLimits> = {}): LevelLimits => ({
  name,
  isExempt: false,
  nominalSeats,
  lendableSeats: 0,
  borrowableSeats: Number.POSITIVE_INFINITY,
  queuing: QUEUING,
  ...more,
});

function fair(...levels: LevelLimits[]) {
  const queues = new FairQueues();
  queues.configure(levels, 0);
  const arrive = (name: string, flow = "f", seats = 1) =>
    queues.arrive({ level: name, hash: flowHash("s", flow), seats }, 0);
  return { queues, arrive };
}

/** How many of `count` requests run at once. */
function running(arrive: () => Ticket | string, count: number): number {
  const all = Array.from({ length: count }, arrive);
  return all.filter((one) => typeof one !== "string" && one.state === "running").length;
}

test("a hand has different queues, is always the same for a flow and rarely that of another", () => {
  const hands = Array.from({ length: 1000 }, (_, flow) =>
    hand(flowHash("s", String(flow)), { queues: 64, handSize: 6 }),
  );
  for (const dealt of hands) {
    assert.equal(new Set(dealt).size, 6);
    assert.ok(dealt.every((card) => card >= 0 && card < 64));
  }
  assert.deepEqual(hand(7, { queues: 64, handSize: 6 }), hand(7, { queues: 64, handSize: 6 }));
  assert.equal(new Set(hands.map((dealt) => [...dealt].sort().join())).size, 1000);
  assert.deepEqual(hand(7, { queues: 3, handSize: 3 }).sort(), [0, 1, 2]);
});

test("as many run as there are seats; the next waits until one is over", () => {
  const { queues, arrive } = fair(level("a", 2));
  const first = arrive("a") as Ticket;
  assert.equal((arrive("a") as Ticket).state, "running");
  const third = arrive("a") as Ticket;
  assert.equal(third.state, "waiting");
  assert.deepEqual(queues.finish(first, 5), [third]);
  assert.deepEqual([third.state, third.startedMs], ["running", 5]);
});

test("a level that doesn't queue refuses, and so does one whose queues are full", () => {
  const { arrive } = fair(
    level("none", 1, { queuing: undefined }),
    level("short", 1, { queuing: { queues: 1, handSize: 1, queueLengthMax: 1 } }),
  );
  arrive("none");
  assert.equal(arrive("none"), "concurrency-limit");
  arrive("short");
  assert.equal((arrive("short") as Ticket).state, "waiting");
  assert.equal(arrive("short"), "queue-full");
});

test("an exempt level never waits and takes nobody's seats", () => {
  const { arrive } = fair(level("exempt", 0, { isExempt: true }), level("a", 1));
  assert.equal(
    running(() => arrive("exempt"), 50),
    50,
  );
  assert.equal(
    running(() => arrive("a"), 5),
    1,
  );
});

test("a level borrows what others lend while it is free, up to its own limit", () => {
  const lender = level("lender", 10, { lendableSeats: 6 });
  assert.equal(
    running(
      (
        (all) => () =>
          all.arrive("a")
      )(fair(lender, level("a", 4))),
      20,
    ),
    10,
  );
  assert.equal(
    running(
      (
        (all) => () =>
          all.arrive("a")
      )(fair(lender, level("a", 4, { borrowableSeats: 3 }))),
      20,
    ),
    7,
  );
  const { queues, arrive } = fair(lender, level("a", 4));
  const borrowed = Array.from({ length: 10 }, () => arrive("a") as Ticket);
  // The lender is sure of four; the others come back as they get free.
  assert.equal(
    running(() => arrive("lender"), 5),
    4,
  );
  assert.equal(queues.finish(borrowed[0]!, 1)[0]?.level, "lender");
});

test("one flow that asks for everything leaves others their turn", () => {
  const { queues, arrive } = fair(level("a", 1));
  const runs = arrive("a", "greedy") as Ticket;
  for (let count = 0; count < 40; count++) arrive("a", "greedy");
  const modest = arrive("a", "modest") as Ticket;
  assert.equal(modest.state, "waiting");
  let turn = runs;
  let turns = 0;
  for (; modest.state === "waiting"; turns++) turn = queues.finish(turn, (turns + 1) * 10)[0]!;
  assert.ok(turns <= QUEUING.handSize + 1, `${turns} turns`);
});

test("who gives up makes room in the queue", () => {
  const { queues, arrive } = fair(level("a", 1, { queuing: { queues: 1, handSize: 1, queueLengthMax: 1 } }));
  const runs = arrive("a") as Ticket;
  const waits = arrive("a") as Ticket;
  assert.deepEqual(queues.giveUp(waits, 1), []);
  const next = arrive("a") as Ticket;
  assert.deepEqual(queues.finish(runs, 2), [next]);
});

test("levels change while requests run and wait: more seats let more in, a level that is gone ends with its last", () => {
  const { queues, arrive } = fair(level("a", 1));
  const [runs, second, third] = [arrive("a"), arrive("a"), arrive("a")] as Ticket[];
  assert.deepEqual(queues.configure([level("a", 2, { queuing: { ...QUEUING, queues: 3 } })], 1), [second]);
  queues.configure([], 2);
  assert.deepEqual(queues.finish(runs!, 3), [third]);
  queues.finish(second!, 4);
  queues.finish(third!, 5);
  assert.deepEqual(queues.levels, []);
});

test("whatever comes and goes: seats are never overdrawn, nobody is lost, and nobody waits beside a free seat of its own", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const { queues, arrive } = fair(
      level("a", 5, { lendableSeats: 3 }),
      level("b", 3, { lendableSeats: 1, borrowableSeats: 1 }),
      level("c", 2),
    );
    const open: Ticket[] = [];
    let waiting = 0;
    for (let now = 0; now < 500; now++) {
      const pick = open[random.int(open.length + 1)];
      if (!pick || random.int(2) === 0) {
        const ticket = arrive(["a", "b", "c"][random.int(3)]!, String(random.int(4)), 1 + random.int(3));
        if (typeof ticket !== "string") open.push(ticket);
      } else {
        if (pick.state === "running") queues.finish(pick, now);
        else queues.giveUp(pick, now);
        open.splice(open.indexOf(pick), 1);
      }
      const runs = open.filter(({ state }) => state === "running");
      assert.ok(runs.reduce((sum, { seats }) => sum + seats, 0) <= 10);
      waiting = open.length - runs.length;
      assert.equal(
        queues.levels.reduce((sum, one) => sum + one.waiting, 0),
        waiting,
      );
    }
    while (open.length > 0) {
      const runs = open.find(({ state }) => state === "running");
      assert.ok(runs, "somebody waits while nobody runs");
      queues.finish(runs, 1000);
      open.splice(open.indexOf(runs), 1);
    }
  }
});

test("seats are shared out by the levels' shares", () => {
  const limited = (name: string, nominalConcurrencyShares: number, more = {}) =>
    ({
      metadata: { name },
      spec: { type: "Limited", limited: { nominalConcurrencyShares, ...more } },
    }) as PriorityLevelConfiguration;
  const queue = { limitResponse: { type: "Queue", queuing: { queues: 8, handSize: 2, queueLengthLimit: 3 } } };
  const exempt = { metadata: { name: "exempt" }, spec: { type: "Exempt" } } as PriorityLevelConfiguration;
  const found = limitsOf(
    [limited("a", 30, { ...queue, lendablePercent: 50, borrowingLimitPercent: 10 }), limited("b", 10), exempt],
    100,
  );
  assert.deepEqual(found, [
    {
      name: "a",
      isExempt: false,
      nominalSeats: 75,
      lendableSeats: 38,
      borrowableSeats: 8,
      queuing: { queues: 8, handSize: 2, queueLengthMax: 3 },
    },
    {
      name: "b",
      isExempt: false,
      nominalSeats: 25,
      lendableSeats: 0,
      borrowableSeats: Number.POSITIVE_INFINITY,
      queuing: undefined,
    },
    {
      name: "exempt",
      isExempt: true,
      nominalSeats: 0,
      lendableSeats: 0,
      borrowableSeats: Number.POSITIVE_INFINITY,
      queuing: undefined,
    },
  ]);
  assert.deepEqual(
    [
      seatsOf({ verb: "get" }, 5000),
      seatsOf({ verb: "list" }, 0),
      seatsOf({ verb: "list" }, 250),
      seatsOf({ verb: "list" }, 5000),
    ],
    [1, 1, 3, 10],
  );
});
