// What somebody without privilege does with the page: start, watch, stop, be refused, look at what was.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { audit_lines, open, open_gate, site, start_browser, start_scan, stop_browser, stop_shown_job } from "./browser.mjs";

before(start_browser);
after(stop_browser);

test("a scan is started from the form, and its progress and output are seen as they come", async () => {
  const { page, finish } = await open("bob");
  await page.getByRole("link", { name: /^start\s/ }).click();
  await page.getByLabel("task_ids").fill("1");
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("heading", { name: /^scan start job/ }).waitFor();
  const pane = page.getByRole("region", { name: /^Output of job/ });
  await pane.getByText("scanning /srv/media").waitFor();
  await page.getByText("10 %").waitFor();
  await page.getByText("reading /srv/media").waitFor();
  assert.equal(await pane.getByText("scanning /srv/backup").count(), 0);
  await open_gate("1");
  await pane.getByText("scanning /srv/backup").waitFor();
  await page.getByText("60 %").waitFor();
  assert.equal(await page.getByRole("progressbar").evaluate((bar) => bar.value), 60);
  await pane.locator(".stderr", { hasText: "a link that leads nowhere" }).waitFor();
  await open_gate("4");
  await pane.getByText("nothing has changed").waitFor();
  await page.locator(".facts .state-succeeded").waitFor();
  await page.getByText("exit status 0").waitFor();
  assert.equal(await page.getByRole("button", { name: "Stop", exact: true }).count(), 0);
  await finish();
});

test("a job is among the running ones until it is stopped, which asks first", async () => {
  const { page, finish } = await open("bob");
  const id = await start_scan(page, 2);
  await page.getByRole("link", { name: "Jobs 1" }).click();
  await page.getByRole("heading", { name: "Running jobs" }).waitFor();
  await page.getByRole("button", { name: `Stop job ${id}` }).click();
  const question = page.getByRole("dialog", { name: `Stop scan start, job ${id}?` });
  await question.getByRole("button", { name: "Cancel" }).click();
  await question.waitFor({ state: "detached" });
  await page.locator(".job .state-running").waitFor();
  await page.getByRole("link", { name: "Output" }).click();
  await page.getByText("this one is stopped").waitFor();
  await stop_shown_job(page);
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await page.getByText("Nothing is running.").waitFor();
  await finish();
});

test("a reboot is refused, with the number of its line in the audit log", async () => {
  const { page, finish } = await open("bob", "", { refused: true });
  await page.getByLabel("Show also what you may not do").check();
  await page.getByRole("link", { name: /reboot/ }).click();
  await page.getByText("You are not allowed this.").waitFor();
  await page.getByRole("button", { name: "Reboot" }).click();
  const box = page.getByRole("alert");
  await box.getByText("The policy does not allow this.").waitFor();
  const number = Number(/audit number (\d+)/.exec(await box.innerText())[1]);
  const line = audit_lines().find(({ seq }) => seq === number);
  assert.deepEqual([line.event, line.module, line.action, line.on_behalf_of, line.error],
    ["refused", "shutdown", "reboot", "bob", "denied"]);
  await finish();
});

test("what was is in the history, by how it ended, and its output is there again", async () => {
  const { page, finish } = await open("bob", "#/do/scan/start");
  await start_scan(page, 9);
  await page.locator(".facts .state-failed").waitFor();
  const stopped = await start_scan(page, 2);
  await stop_shown_job(page);
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("row", { name: /failed exit status 3/ }).waitFor();
  await page.getByLabel("Ended as").selectOption("stopped");
  await page.getByRole("row", { name: /failed/ }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: `scan start job ${stopped}` }).click();
  await page.getByRole("region", { name: /^Output of/ }).getByText("this one is stopped").waitFor();
  await page.getByText("How it is run").click();
  await page.getByText("scan-command", { exact: false }).waitFor();
  await finish();
});

test("a request whose answer is lost starts nothing twice when it is sent again", async () => {
  const { page, finish } = await open("bob", "#/do/scan/start", { refused: true });
  const sent = [];
  await page.route(`${site.url}api`, async (route) => {
    const fields = route.request().postDataJSON();
    if (fields.action !== "start") return route.continue();
    sent.push(fields["mgr-request-id"]);
    if (sent.length > 1) return route.continue();
    await route.fetch();
    return route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad Gateway</h1>" });
  });
  await page.getByLabel("task_ids").fill("2");
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByText("It may have been carried out all the same.").waitFor();
  await page.getByText("not started twice").waitFor();
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("heading", { name: /^scan start job/ }).waitFor();
  assert.equal(sent.length, 2);
  assert.equal(sent[0], sent[1]);
  const id = Number(/\d+$/.exec(page.url())[0]);
  const jobs = new Set(audit_lines().filter(({ event, action, jobs }) => event === "outcome" && action === "start" && jobs).flatMap(({ jobs }) => jobs));
  assert.ok(![...jobs].some((other) => other > id), `a job after ${id}`);
  await stop_shown_job(page);
  await finish();
});

// As the shipped nginx.conf answers who asks for too much at once, without having asked mgr.
const too_many = { status: 429, contentType: "text/html", body: "<h1>Too Many Requests</h1>" };

test("what the web server let through to nobody is not said to have been carried out", async () => {
  const { page, finish } = await open("bob", "#/do/scan/start", { refused: true });
  await page.route(`${site.url}api`, (route) => (route.request().postDataJSON().action === "start" ? route.fulfill(too_many) : route.continue()));
  await page.getByLabel("task_ids").fill("2");
  await page.getByRole("button", { name: "Start" }).click();
  const box = page.getByRole("alert");
  await box.getByText("The web server let it through to nobody.").waitFor();
  assert.match(await box.innerText(), /answers 429/);
  assert.doesNotMatch(await box.innerText(), /carried out/);
  await finish();
});

test("who the page is taken for is asked again where the web server had no room for that", async () => {
  const { page, finish } = await open("bob", "", { refused: true });
  await page.getByText("anyone, web").waitFor();
  let asked = 0;
  await page.route(`${site.url}api`, (route) => {
    const is_refused = route.request().postDataJSON().action === "whoami" && ++asked === 1;
    return is_refused ? route.fulfill(too_many) : route.continue();
  });
  await page.reload();
  await page.getByText("anyone, web").waitFor();
  assert.equal(asked, 2);
  await finish();
});

test("values are held against their types, and what asks first names what it will run", async () => {
  const { page, finish } = await open("bob", "#/do/try/everything");
  await page.getByLabel("number").fill("21");
  await page.getByLabel("words").fill("UPPER");
  await page.getByLabel("hosts").fill("192.0.2.1,");
  await page.getByRole("button", { name: "Everything" }).click();
  await page.getByText("of the form [a-z ]+").waitFor();
  await page.getByText("it has to be from 1 to 20", { exact: true }).waitFor();
  assert.equal(await page.locator(":focus").getAttribute("id"), "field-number");
  assert.equal(await page.locator("[aria-invalid=true]").count(), 5);
  await page.getByLabel("number").fill("7");
  await page.getByLabel("words").fill("lower case");
  await page.getByLabel("host *").fill("www.example.org");
  await page.getByLabel("hosts").fill("192.0.2.1, 2001:db8::1");
  await page.getByLabel("colour").selectOption("green");
  await page.getByRole("button", { name: "Everything" }).click();
  const question = page.getByRole("dialog", { name: "Really try everything on localhost?" });
  await question.getByText("/bin/echo 7 no green lower case www.example.org 192.0.2.1 2001:db8::1").waitFor();
  await question.getByRole("button", { name: "Everything" }).click();
  await page.getByRole("region", { name: "What it printed" }).getByText("7 no green lower case www.example.org 192.0.2.1 2001:db8::1").waitFor();
  await page.getByRole("button", { name: "What would it do?" }).click();
  await page.getByText("Nothing has been done.").waitFor();
  await finish();
});

test("a file, a secret and a stream", async () => {
  const { page, finish } = await open("bob", "#/do/try/upload");
  await page.getByLabel("text", { exact: false }).first().setInputFiles({ name: "any", mimeType: "text/plain", buffer: Buffer.alloc(70000, 255) });
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("region", { name: "What it printed" }).getByText("70000").waitFor();
  await page.goto(`${site.url}#/do/try/password`);
  await page.getByLabel("user").fill("carol");
  const secret = page.getByLabel("value");
  assert.equal(await secret.getAttribute("type"), "password");
  await secret.fill("a secret of 22 letters");
  await page.getByRole("button", { name: "Password" }).click();
  await page.getByRole("region", { name: "What it printed" }).getByText("23").waitFor();
  assert.ok(!JSON.stringify(audit_lines()).includes("22 letters"));
  await page.goto(`${site.url}#/do/try/log`);
  await page.getByRole("button", { name: "Log" }).click();
  await page.getByText("a line", { exact: true }).waitFor();
  await finish();
});

test("a stream that breaks off goes on from where it was, and trouble is said and forgotten", async () => {
  const { page, finish } = await open("bob", "#/jobs", { refused: true });
  const asked = [];
  await page.route(`${site.url}api/stream`, (route) => {
    const fields = route.request().postDataJSON();
    if (fields.action !== "follow") return route.continue();
    asked.push(fields);
    if (asked.length > 1) return route.continue();
    const data = { records: [{ time: "2026-01-02T03:04:05Z", stream: "stdout", position: 0, text: "this one" }] };
    return route.fulfill({ contentType: "text/event-stream", body: `data: ${JSON.stringify({ success: true, msg: "follow ok", more: true, data })}\n\n` });
  });
  const id = await start_scan(page, 2);
  await page.getByText("this one is stopped").waitFor();
  assert.deepEqual([asked[0].from, asked[1].from, asked[1].id], [undefined, 8, id]);
  await stop_shown_job(page);
  await page.route(`${site.url}api/stream`, (route) => route.fulfill({
    status: 503, json: { success: false, msg: { err_code: 8 }, error: "unavailable", detail: "the helper is not there" } }));
  await page.reload();
  await page.getByText("What you see may be old: the helper is not there.").waitFor();
  await page.unroute(`${site.url}api/stream`);
  await page.getByText("What you see may be old").waitFor({ state: "detached" });
  await finish();
});
