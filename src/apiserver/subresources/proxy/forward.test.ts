import assert from "node:assert/strict";
import { test } from "node:test";
import { rewriteLink, splitProxyPath } from "./forward.ts";
import { LinkRewriter } from "./links.ts";

test("a path is split behind the proxy, and can't climb out of it", () => {
  const check = (path: string, asked: string) =>
    assert.deepEqual(splitProxyPath(path, 5), { prefix: "/api/v1/nodes/n/proxy", path: asked });
  check("/api/v1/nodes/n/proxy", "");
  check("/api/v1/nodes/n/proxy/", "/");
  check("/api/v1/nodes/n/proxy/a/b%2Fc/", "/a/b%2Fc/");
  check("/api/v1/nodes/n/proxy/a//../%2e%2E/../x", "/x");
});

test("links to the other end lead through the proxy; others stay", () => {
  const place = { authority: "10.0.0.1:80", prefix: "/p/proxy", own: "api:6443" };
  const check = (link: string, wanted: string) => assert.equal(rewriteLink(link, place), wanted);
  check("/a?b#c", "/p/proxy/a?b#c");
  check("http://10.0.0.1:80/a", "/p/proxy/a");
  check("//10.0.0.1:80/a", "/p/proxy/a");
  check("https://api:6443/a", "https://api:6443/p/proxy/a");
  check("/p/proxy/a", "/p/proxy/a");
  for (const same of [
    "a/b",
    "../x",
    "?q",
    "#f",
    "",
    "http://elsewhere/a",
    "//elsewhere/a",
    "mailto:a@b",
    "data:/x",
    "javascript:/x/",
  ])
    check(same, same);
});

/** The text in one piece, and again letter by letter. */
function rewritten(text: string): string {
  const run = (pieces: readonly string[]) => {
    const links = new LinkRewriter((link) => (link.startsWith("/") ? `/P${link}` : link));
    return pieces.map((piece) => links.push(piece)).join("") + links.end();
  };
  const whole = run([text]);
  assert.equal(run([...text]), whole);
  return whole;
}

test("addresses in HTML are turned, in tags that have them and nowhere else", () => {
  const check = (text: string, wanted = text) => assert.equal(rewritten(text), wanted);
  check('<a href="/x">/x</a>', '<a href="/P/x">/x</a>');
  check("<A class='b' HREF = '/x' data-href=\"/y\">", "<A class='b' HREF = '/P/x' data-href=\"/y\">");
  check("<img src=/a.png alt='a>b'><link href=/b>", "<img src=/P/a.png alt='a>b'><link href=/P/b>");
  check(
    '<script src="/s.js">if (a < b) w("<a href=\'/n\'>")</script><a href="/x">',
    '<script src="/P/s.js">if (a < b) w("<a href=\'/n\'>")</script><a href="/P/x">',
  );
  check('<!-- <a href="/x"> --><a href="/y">', '<!-- <a href="/x"> --><a href="/P/y">');
  check('<div href="/x"> 1 < 2 <3 <');
});

test("a tag without an end passes when it is too long", () => {
  const long = `<a href="/x" ${"x".repeat(70_000)}`;
  const links = new LinkRewriter(() => assert.fail());
  assert.equal(links.push(long), long);
  assert.equal(links.end(), "");
});
