// What a hostile command, broker or schema can do to who looks at the page: be read, and nothing else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, site, start_browser, start_scan, stop_browser } from "./browser.mjs";

before(start_browser);
after(stop_browser);

const evil = '<img src=x onerror="alert(1)">\u001b[2J\u202e${alert(1)}';
const shown_evil = '<img src=x onerror="alert(1)">\\x1b[2J\\u{202e}${alert(1)}';

// Answers requests for that action as `answer(fields)` says: a hostile broker's word.
async function lie(page, actions) {
  await page.route(`${site.url}api**`, async (route) => {
    const fields = route.request().postDataJSON();
    const answer = actions[`${fields.module} ${fields.action}`];
    return answer ? route.fulfill(await answer(fields)) : route.continue();
  });
}

function success(data) {
  return { json: { success: true, msg: "ok", data } };
}

async function no_element_of(page, ...names) {
  assert.equal(await page.locator(names.map((name) => `${name}:not(.brand img)`).join(",")).count(), 0);
}

test("output is text, with what could act on it written out, and a line of a mebibyte does not fill the page", async () => {
  const { page, finish } = await open("bob");
  await start_scan(page, 3);
  await page.locator(".facts .state-succeeded").waitFor();
  await page.reload();
  const pane = page.getByRole("region", { name: /^Output of/ });
  await pane.getByText("the end").waitFor();
  await page.getByRole("button", { name: "Show from the beginning" }).click();
  await page.getByText("Earlier lines were taken off this page").waitFor();
  await page.getByText("before this are not shown").waitFor({ state: "detached" });
  assert.ok((await pane.innerText()).length < 500000);
  await no_element_of(page, "img", "script[src^=x]", "iframe");
  await finish();
});

test("hostile output is shown with its escapes", async () => {
  const { page, finish } = await open("bob");
  const records = [{ stream: "stdout", position: 0, text: `${evil}\r\n` }, { stream: "stderr", position: 50, base64: "//4KCg==" },
    { stream: evil, position: 54, text: "half a \u2028line" }, { stream: "progress", position: 70, text: `55 ${evil}` }];
  const lines = [{ success: true, msg: "follow ok", more: true, data: { records } }];
  await lie(page, {
    "job show": () => success({ jobs: [{ id: 7, module: evil, action: evil, key: evil, state: evil, argv: [evil, { root: evil, beneath: evil }], user: evil,
      caller: { uid: evil, on_behalf_of: evil }, started: evil, detail: evil, progress: 1e9 }] }),
    "job follow": () => ({ contentType: "text/event-stream", body: `${lines.map((line) => `data: ${JSON.stringify(line)}\n\n`).join("")}event: end\ndata: {"success":true,"data":{}}\n\n` }),
  });
  await page.goto(`${site.url}#/job/7`);
  const pane = page.getByRole("region", { name: /^Output of/ });
  await pane.getByText(shown_evil, { exact: true }).waitFor();
  await pane.getByText("\ufffd\ufffd").waitFor();
  await pane.getByText("half a \\u{2028}line").waitFor();
  await page.getByRole("heading", { name: `${shown_evil} ${shown_evil} job 7` }).waitFor();
  await page.locator(".badge", { hasText: "unknown" }).waitFor();
  await page.getByText("How it is run").click();
  await page.getByText(`${shown_evil}/${shown_evil}`).waitFor();
  await no_element_of(page, "img", "iframe");
  await finish();
});

test("a schema with names that are none is not shown at all", async () => {
  const { page, finish } = await open("bob");
  let told;
  await lie(page, { "mgr modules": () => success({ modules: told }) });
  const action = (name, more) => [{ name, mode: "reply", arguments: [], ...more }];
  for (const modules of [[{ name: evil, actions: [] }], [{ name: "fine", actions: action("../../job") }], [{ name: "fine", actions: action("__proto__") }],
    [{ name: "fine", actions: action("fine", { arguments: [{ name: "mgr-on-behalf-of", type: "string" }] }) }], [{ name: "fine", actions: evil }], evil]) {
    told = modules;
    await page.reload();
    await page.getByRole("heading", { name: "mgr cannot be asked" }).waitFor();
    await no_element_of(page, "img", "nav a[href*=job]");
  }
  told = [];
  await page.reload();
  await page.getByText("allows you nothing here").waitFor();
  await finish();
});

test("texts of a schema are texts, and names of JavaScript's own are names as any other", async () => {
  const { page, finish } = await open("bob");
  const sent = [];
  await lie(page, {
    "mgr modules": () => success({ modules: [{ name: "constructor", summary: evil, actions: [{ name: "valueof", summary: evil, mode: evil, arguments: [
      { name: "constructor", type: evil, help: evil, required: true }, { name: "choice", type: "enum", values: [evil, "b"] },
      { name: "slow", type: "string", pattern: "((a+)+)+b", form: evil, required: false }] }] }] }),
    "mgr can-i": () => success({ actions: [{ module: "constructor", action: "valueof", confirm: true, when: [{ constructor: [evil, "two"] }] }] }),
    "constructor valueof": (fields) => (sent.push(fields), { status: 409, json: { success: false, msg: { err_code: evil }, error: evil, detail: evil, audit: evil } }),
  });
  await page.reload();
  await page.getByText(shown_evil).first().waitFor();
  await page.getByRole("link", { name: /^valueof/ }).click();
  await page.getByLabel("constructor").selectOption("two");
  await page.getByLabel("choice").selectOption(shown_evil);
  await page.getByLabel("slow").fill("a".repeat(60));
  await page.getByRole("button", { name: "Valueof" }).click();
  const question = page.getByRole("dialog");
  await question.getByText("It went wrong.").waitFor();
  await question.getByRole("button", { name: "Valueof" }).click();
  await page.getByRole("alert").getByText(shown_evil).waitFor();
  assert.deepEqual(sent.map((fields) => [fields.constructor, fields.choice, fields["mgr-confirm"] ?? null, fields["mgr-dry-run"] ?? null]),
    [["two", evil, null, true], ["two", evil, true, null]]);
  await no_element_of(page, "img");
  await assert.rejects(finish, /409/);
});

test("an action is asked for again where mgr.cgi wants a token, and for no reply that says so", async () => {
  const refused = { success: false, msg: { err_code: 4 }, error: "denied", data: { token: "expired" } };
  for (const [headers, times, words] of [[{}, 1, "The policy does not allow this."], [{ "X-MGR-Token": "wanted" }, 2, "No job is meant by that."]]) {
    const { page, finish } = await open("bob", "#/do/scan/start", { refused: true });
    let asked = 0;
    await lie(page, { "scan start": () => (asked++ === 0 ? { status: 403, headers, json: refused } : success({ jobs: [] })) });
    await page.getByLabel("task_ids").fill("1");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText(words).waitFor();
    assert.equal(asked, times);
    await finish();
  }
});

test("an answer or a line without end is a failure, and no page that grows for ever", async () => {
  const { page, finish } = await open("bob");
  await lie(page, {
    "job list": () => ({ contentType: "application/json", body: `{"success":true,"x":"${"x".repeat(5 << 20)}"}` }),
    "job show": () => success({ jobs: [{ id: 7, state: "running" }] }),
    "job follow": () => ({ contentType: "text/event-stream", body: `data: ${"x".repeat(5 << 20)}` }),
  });
  await page.goto(`${site.url}#/history`);
  await page.getByText("the answer is too long").first().waitFor();
  await page.goto(`${site.url}#/job/7`);
  await page.getByText("The output has broken off").waitFor();
  await finish();
});

test("an address made by somebody else asks for nothing and runs nothing", async () => {
  const { page, finish } = await open("bob", "#/jobs");
  const asked = [];
  await page.getByRole("heading", { level: 1 }).waitFor();
  page.on("request", (request) => asked.push(request.postDataJSON()));
  for (const view of ["#/do/<img src=x onerror=alert(1)>/x", "#/__proto__/x", "#/job/1;mgr-on-behalf-of", "#/constructor", "#javascript:alert(1)"]) {
    await page.goto(site.url + view);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await no_element_of(page, "img");
  }
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  const told = asked.filter((fields) => fields?.module !== undefined);
  assert.ok(told.length > 0 && told.every(({ module, action }) => module === "mgr" || ["list", "watch", "show", "follow"].includes(action)), JSON.stringify(told));
  await finish();
});
