import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestMetrics } from "./metrics.ts";
import { requestInfo } from "../http/request-info.ts";

const info = (method: string, path: string) => requestInfo(method, path, new URLSearchParams());

test("requests are counted by what they were about, and timed in buckets", () => {
  const metrics = new RequestMetrics();
  const get = info("GET", "/api/v1/namespaces/a/pods/b");
  metrics.count(get, { code: 200, dryRun: false, durationMs: 3 });
  metrics.count(get, { code: 200, dryRun: false, durationMs: 30 });
  const labels = 'dry_run="",group="",resource="pods",scope="resource",subresource="",verb="GET",version="v1"';
  const text = metrics.text([{ group: "apps", resource: "deployments", count: 2 }]);
  assert.ok(text.includes(`apiserver_request_total{code="200",component="apiserver",${labels}} 2\n`), text);
  const bucket = `apiserver_request_duration_seconds_bucket{component="apiserver",${labels},le=`;
  assert.ok(text.includes(`${bucket}"0.005"} 1\n`) && text.includes(`${bucket}"0.05"} 2\n`), text);
  assert.ok(text.includes('apiserver_resource_objects{group="apps",resource="deployments"} 2\n'));
});

test("what lasts is counted until it is over", () => {
  const metrics = new RequestMetrics();
  const over = metrics.longRunning(requestInfo("GET", "/api/v1/pods", new URLSearchParams("watch=1")));
  const line = /apiserver_longrunning_requests\{.*verb="WATCH".*\} (\d)/;
  assert.equal(line.exec(metrics.text([]))?.[1], "1");
  over();
  assert.equal(line.exec(metrics.text([]))?.[1], "0");
});

test("a path can't end a label", () => {
  const metrics = new RequestMetrics();
  metrics.count(info("GET", '/api/v1/po"ds\n'), { code: 404, dryRun: false, durationMs: 1 });
  assert.ok(metrics.text([]).includes('resource="po\\"ds\\n"'));
});
