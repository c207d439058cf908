/** What a store owes to those who watch it. Part of `store.suite.ts`. */
import assert from "node:assert/strict";
import { prefixEnd, type Store } from "./index.ts";
import { type Check, put, Recorder, remove, write } from "./suite-tools.ts";

const ALL = { start: "/", end: "0" };

export function watchTests(check: Check): void {
  deliveryTests(check);
  lifetimeTests(check);
}

function deliveryTests(check: Check): void {
  check("a watch sees every later change once, in order", async (store, base) => {
    await write(store, put("/a", "0"));
    const watcher = new Recorder();
    const watch = store.watch({ ...ALL, from: base + 2 }, watcher);
    await write(store, put("/a", "1"));
    await write(store, remove("/a"));
    await write(store, put("/b", "2"));
    await watcher.until(({ lines }) => lines.length >= 3);
    await watcher.settled(watch);
    assert.deepEqual(watcher.lines, ["put /a=1", "delete /a", "put /b=2"]);
    assert.deepEqual(
      watcher.batches.map(({ revision }) => revision - base),
      [2, 3, 4],
    );
  });

  check("a watch without a revision starts at the next one", async (store) => {
    await write(store, put("/a", "before"));
    const watcher = new Recorder();
    const watch = store.watch(ALL, watcher);
    await watcher.settled(watch);
    await write(store, put("/a", "after"));
    await watcher.until(({ lines }) => lines.length > 0);
    assert.deepEqual(watcher.lines, ["put /a=after"]);
  });

  check("a watch from a past revision sees the past, then the present, without a gap", async (store, base) => {
    for (let index = 0; index < 30; index++) await write(store, put(`/k${index % 3}`, `${index}`));
    const watcher = new Recorder();
    const watch = store.watch({ ...ALL, from: base + 11 }, watcher);
    await Promise.all(Array.from({ length: 30 }, (_, index) => write(store, put(`/k${index % 3}`, `${30 + index}`))));
    await watcher.until(({ batches }) => batches.length >= 50);
    await watcher.settled(watch);
    assert.deepEqual(
      watcher.batches.map(({ revision }) => revision - base),
      Array.from({ length: 50 }, (_, index) => index + 11),
    );
  });

  check("a watch of a future revision waits for it", async (store, base) => {
    const watcher = new Recorder();
    const watch = store.watch({ ...ALL, from: base + 3 }, watcher);
    for (const value of ["1", "2", "3", "4"]) await write(store, put("/a", value));
    await watcher.until(({ lines }) => lines.length >= 2);
    await watcher.settled(watch);
    assert.deepEqual(watcher.lines, ["put /a=3", "put /a=4"]);
  });

  check("changes of one revision come in one call, those in the range only", async (store, base) => {
    const watcher = new Recorder();
    const watch = store.watch({ start: "/in/", end: prefixEnd("/in/"), from: base + 1 }, watcher);
    await write(store, put("/in/a", "1"), put("/out", "1"), put("/in/b", "1"));
    await write(store, put("/out", "2"));
    await write(store, remove("/in/a"), put("/in/c", "3"), remove("/out"));
    await watcher.until(({ batches }) => batches.length >= 2);
    await watcher.settled(watch);
    assert.deepEqual(
      watcher.batches.map(({ revision, changes }) => [revision - base, changes.toSorted()]),
      [
        [1, ["put /in/a=1", "put /in/b=1"]],
        [3, ["delete /in/a", "put /in/c=3"]],
      ],
    );
  });

  check("previous values are told to who asks, past and present", async (store, base) => {
    await write(store, put("/a", "1"));
    await write(store, put("/a", "2"));
    const told = new Recorder();
    const untold = new Recorder();
    store.watch({ ...ALL, from: base + 1, previous: true }, told);
    store.watch({ ...ALL, from: base + 1 }, untold);
    await write(store, put("/a", "3"));
    await write(store, remove("/a"));
    await write(store, put("/a", "4"));
    await told.until(({ lines }) => lines.length >= 5);
    await untold.until(({ lines }) => lines.length >= 5);
    const lines = ["put /a=1", "put /a=2 (was 1)", "put /a=3 (was 2)", "delete /a (was 3)", "put /a=4"];
    assert.deepEqual(told.lines, lines);
    assert.deepEqual(
      untold.lines,
      lines.map((line) => line.replace(/ \(was.*/, "")),
    );
  });

  check("who writes as it hears a change hears its own write next", async (store, base) => {
    const echo = new Recorder();
    const changes = echo.changes.bind(echo);
    const writes: Array<Promise<unknown>> = [];
    echo.changes = (list, revision) => {
      if (revision < base + 4) writes.push(write(store, put("/echo", `${revision - base}`)));
      changes(list, revision);
    };
    store.watch({ ...ALL, from: base + 1 }, echo);
    const other = new Recorder();
    store.watch({ ...ALL, from: base + 1 }, other);
    await write(store, put("/a", "0"));
    for (const watcher of [echo, other]) {
      await watcher.until(({ lines }) => lines.length >= 4);
      assert.deepEqual(watcher.lines, ["put /a=0", "put /echo=1", "put /echo=2", "put /echo=3"]);
    }
    await Promise.all(writes);
  });
}

function lifetimeTests(check: Check): void {
  check("progress tells a revision up to which everything has come", async (store, base) => {
    for (let index = 0; index < 20; index++) await write(store, put("/a", `${index}`));
    const watcher = new Recorder();
    let seenAtProgress = -1;
    const progress = watcher.progress.bind(watcher);
    watcher.progress = (revision) => {
      if (revision >= base + 20) seenAtProgress = watcher.batches.length;
      progress(revision);
    };
    const watch = store.watch({ ...ALL, from: base + 1 }, watcher);
    while (seenAtProgress < 0) await watcher.settled(watch);
    assert.equal(seenAtProgress, 20);
  });

  check("a closed watch hears nothing more, others go on", async (store, base) => {
    const [stays, goes] = [new Recorder(), new Recorder()];
    store.watch({ ...ALL, from: base + 1 }, stays);
    const watch = store.watch({ ...ALL, from: base + 1 }, goes);
    await write(store, put("/a", "1"));
    await goes.until(({ lines }) => lines.length > 0);
    watch.close();
    await write(store, put("/a", "2"));
    await stays.until(({ lines }) => lines.length >= 2);
    assert.deepEqual(goes.lines, ["put /a=1"]);
    assert.equal(goes.error, undefined);
  });

  check("a write that is acknowledged is there for every read that starts then", async (store: Store) => {
    for (let index = 0; index < 20; index++) {
      const { revision } = await write(store, put("/a", `${index}`));
      const [{ entry }, newest] = await Promise.all([store.get("/a"), store.revision()]);
      assert.equal(entry!.modRevision, revision);
      assert.ok(newest >= revision);
    }
  });
}
