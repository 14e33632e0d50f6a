// The page's parts without a mgr: what is checked of values, how events are put together, what is vendored.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { open, package_folder, site, start_browser, stop_browser } from "./browser.mjs";

before(start_browser);
after(stop_browser);

// Runs in the page: `body` is a function of what these modules of it export.
async function in_page(names, body, given) {
  const { page, finish } = await open("bob");
  await page.evaluate(async (sources) => {
    const modules = await Promise.all(sources.map((source) => import(new URL(`js/${source}.js`, document.baseURI))));
    globalThis.parts = Object.assign({}, ...modules.map((module) => ({ ...module })));
  }, names);
  const value = await page.evaluate(`(${body})(globalThis.parts, ${JSON.stringify(given ?? null)})`);
  await finish();
  return value;
}

test("lit-html is the package's, byte for byte", () => {
  const vendored = path.join(site.page, "lib/lit-html");
  const names = fs.readdirSync(vendored, { recursive: true }).map(String).concat(fs.readdirSync(path.join(vendored, "directives")).map((name) => `directives/${name}`));
  const files = [...new Set(names)].filter((name) => fs.statSync(path.join(vendored, name)).isFile());
  assert.ok(files.includes("lit-html.js") && files.includes("directives/repeat.js") && files.includes("LICENSE"));
  for (const name of files) {
    assert.ok(fs.readFileSync(path.join(vendored, name)).equals(fs.readFileSync(path.join(package_folder("lit-html"), name))), name);
  }
  const { version } = JSON.parse(fs.readFileSync(path.join(package_folder("lit-html"), "package.json"), "utf8"));
  assert.match(fs.readFileSync(path.join(site.page, "lib/README.md"), "utf8"), new RegExp(`lit-html\\]\\(https://lit.dev\\) ${version.replaceAll(".", "\\.")},`));
});

test("no file of the page makes markup of texts, or code", () => {
  for (const name of fs.readdirSync(path.join(site.page, "js"))) {
    const text = fs.readFileSync(path.join(site.page, "js", name), "utf8");
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|unsafe|document\.write|\beval\b|new Function|https?:\/\//, name);
    assert.match(text, /^\/\/ The page, in the user's browser/, name);
  }
});

test("values are refused and taken as their types say", async () => {
  const cases = [
    [{ type: "int", min: 1, max: 20 }, ["1", "20"], ["0", "21", "+1", "01", "1.0", "x", "-", "1 ", "99999999999999999999"]],
    [{ type: "int", min: null, max: null }, ["-5", "9007199254740993"], ["--5", "1e3"]],
    [{ type: "hostname" }, ["a.b", "www.example.org", "192.0.2.1"], ["a", "a.", "-a.b", "a..b", "a_b.c", `${"a".repeat(64)}.b`, `${"a.".repeat(130)}b`]],
    [{ type: "ip" }, ["192.0.2.1", "2001:db8::1", "::"], ["192.0.2.256", "1.2.3", "01.2.3.4", "fe80::1%eth0", "x"]],
    [{ type: "cidr" }, ["192.0.2.0/24", "2001:db8::/32"], ["192.0.2.0", "192.0.2.0/", "192.0.2.0/024"]],
    [{ type: "mac" }, ["00:00:5e:00:53:01"], ["00:00:5e:00:53", "00-00-5e-00-53-01"]],
    [{ type: "username" }, ["carol", "_x", "a-b"], ["Carol", "1a", "a".repeat(33)]],
    [{ type: "unit" }, ["nginx.service", "a@b.timer"], ["nginx", "*.service", "a/b.service"]],
    [{ type: "duration" }, ["0s", "10m", "500ms"], ["10", "010m", "10 m", "1w"]],
    [{ type: "path" }, ["/srv/a", "/srv/.a"], ["srv", "/srv/../a", "/srv/", "/srv//a", "/srv/."]],
    [{ type: "bool", is_list: true }, [["yes", "no"]], [["true"], ["yes", ""]]],
    [{ type: "enum", values: ["a", "b"] }, ["a"], ["c", "A"]],
    [{ type: "string", max_length: 4 }, ["abcd", "é1"], ["abcde", "ééé", "-x", "a\nb", "a\u009b"]],
    [{ type: "string", pattern: "[a-z]{2}|x.*" }, ["ab", "xé"], ["abc", "A"]],
    [{ type: "string", pattern: "(a+)+" }, ["b"], []],
    [{ type: "string", pattern: `${"a?".repeat(40)}${"a".repeat(40)}b` }, ["a".repeat(60)], []],
    [{ type: "string", pattern: `${"a*".repeat(12)}b` }, ["a".repeat(250)], []],
    [{ type: "string", pattern: "[[:alpha:]]\\z" }, ["b"], []],
    [{ type: "int", min: 1, max: 9, is_list: true, max_items: 2 }, [["1"], ["1", "9"]], [["1", "2", "3"], ["1", "10"], [""], []]],
    [{ type: "secret", max_length: 8 }, ["12345678"], ["123456789"]],
    [{ type: "of a later version" }, ["x"], ["-x"]],
  ];
  const wrong = await in_page(["value"], ({ problem_of }, all) => all.flatMap(([shape, good, bad]) => {
    const argument = { name: "it", required: true, is_list: false, values: [], roots: [], pattern: "", form: "", min: null, max: null, max_length: null, max_items: null, ...shape };
    return [...good.filter((value) => problem_of(argument, value) !== "").map((value) => ["refused", shape, value]),
      ...bad.filter((value) => problem_of(argument, value) === "").map((value) => ["taken", shape, value])];
  }), cases);
  assert.deepEqual(wrong, []);
});

test("events are the same however their bytes are cut", async () => {
  const text = ": a comment\n\ndata: one\r\ndata:two\r\n\r\nevent: end\rdata: {\"é\":1}\r\r:\nid: 7\nretry: 1\ndata\n\nevent: lost\n\ndata: unended";
  const results = await in_page(["events"], ({ EventParser }, whole) => [1, 2, 3, 5, 1000].map((size) => {
    const parser = new EventParser(1000);
    const events = [];
    for (let at = 0; at < whole.length; at += size) events.push(...parser.take(whole.slice(at, at + size)));
    return events;
  }), text);
  const wanted = [{ name: "message", data: "one\ntwo" }, { name: "end", data: '{"é":1}' }, { name: "message", data: "" }];
  for (const events of results) assert.deepEqual(events, wanted);
});

test("output is the same however it is cut into records, and what can act is written out", async () => {
  const text = "plain\n\nt\tab\r\n\u001b[31m\u0007\u202eé𝒳\u{e0041}\rover\n\u2028end";
  const shown = await in_page(["output_pane"], ({ OutputPane }, whole) => [1, 2, 3, 7, 1000].map((size) => {
    const pane = new OutputPane("x");
    const bytes = new TextEncoder().encode(whole);
    for (let at = 0; at < bytes.length; at += size) pane.add("stdout", bytes.subarray(at, at + size));
    return [...pane.element.children].map((line) => line.textContent);
  }), text);
  const wanted = ["plain", "", "t\tab", "\\x1b[31m\\x07\\u{202e}é𝒳\\u{e0041}\\rover", "\\u{2028}end"];
  for (const lines of shown) assert.deepEqual(lines, wanted);
});

test("a page of output is bounded in lines and in characters", async () => {
  const [many, long] = await in_page(["output_pane"], ({ OutputPane }) => ["x\n".repeat(50000), "y".repeat(3000000)].map((text) => {
    const pane = new OutputPane("x");
    pane.add("stdout", new TextEncoder().encode(text));
    return [pane.element.childElementCount, pane.element.textContent.length, pane.is_cut];
  }));
  assert.deepEqual([many[0], many[2]], [2000, true]);
  assert.ok(long[1] <= 404096 && long[1] > 300000 && long[2], String(long));
});

test("what a broker names and notes without end is bounded, too", async () => {
  const [streams, notes, jobs, events] = await in_page(["output_pane", "board", "events"], ({ OutputPane, Board, EventParser }) => {
    const panes = [new OutputPane("x"), new OutputPane("x")];
    for (let i = 0; i < 5000; i++) {
      panes[0].add(`stream ${i}`, new TextEncoder().encode("y"));
      panes[1].note("again");
    }
    const board = new Board(null, () => {});
    board.take(Array.from({ length: 5000 }, (_, id) => ({ id, state: "running" })));
    const parser = new EventParser(1000);
    let failure = "";
    try {
      for (let i = 0; i < 5000; i++) [...parser.take("data:\n")];
    } catch (thrown) {
      failure = thrown.detail;
    }
    return [panes[0].element.childElementCount, panes[1].element.childElementCount, [board.jobs.size, board.jobs.has(4999)], failure];
  });
  assert.deepEqual([streams, notes, jobs, events], [2, 2000, [500, true], "a line of the stream is too long"]);
});
