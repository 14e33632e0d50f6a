// What an administrator has beside: why something is allowed or not, and what is on record.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, site, start_browser, stop_browser } from "./browser.mjs";

before(start_browser);
after(stop_browser);

test("who is no administrator is not offered either", async () => {
  const { page, finish } = await open("bob");
  await page.getByText("anyone, web").waitFor();
  assert.deepEqual(await page.getByRole("navigation").getByRole("link").allInnerTexts(), ["Actions", "Jobs", "History"]);
  await finish();
});

test("a denial is explained, with the lines that would grant it, and what is allowed with its rule", async () => {
  const { page, finish } = await open("alice", "#/explain");
  await page.getByLabel("Who asks").fill("www-data");
  await page.getByLabel("For what").selectOption("shutdown reboot");
  await page.getByRole("button", { name: "Explain" }).click();
  await page.locator(".decision-denied").waitFor();
  await page.getByText("the caller is not admins").waitFor();
  await page.getByRole("region", { name: "Lines that would grant it" }).getByText('action = "reboot"').waitFor();
  await page.getByLabel("For what").selectOption("scan start");
  await page.getByLabel("With which values").fill("task_ids=7\n");
  await page.getByRole("button", { name: "Explain" }).click();
  await page.locator(".decision-allowed").waitFor();
  await page.getByText("task_ids is 7, and the rule says 1..999").waitFor();
  await page.getByLabel("With which values").fill("task_ids=x");
  await page.getByRole("button", { name: "Explain" }).click();
  await page.locator(".decision-invalid").waitFor();
  await finish();
});

test("the number that a refusal quotes leads to its line", async () => {
  const bob = await open("bob", "#/do/shutdown/halt", { refused: true });
  await bob.page.getByRole("button", { name: "Halt" }).click();
  const [, number] = /audit number (\d+)/.exec(await bob.page.getByRole("alert").innerText());
  await bob.finish();
  const { page, finish } = await open("alice");
  await page.getByText("anyone, admins").waitFor();
  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByText("helper_started", { exact: true }).waitFor();
  await page.getByLabel("containing").fill("HALT");
  await page.getByText("1 line", { exact: true }).waitFor();
  await page.getByLabel("containing").fill("");
  await page.getByLabel("Number").fill(number);
  await page.getByRole("button", { name: "Look" }).click();
  await page.getByText("1 line", { exact: true }).waitFor();
  const line = page.locator(".audit-line");
  await line.getByText("shutdown halt").click();
  assert.match(await line.getByRole("region").innerText(), /"on_behalf_of": "bob"/);
  await finish();
});

for (const user of ["bob", "Alice"]) test(`without a key for it nobody is an administrator by a name such as ${user}`, async () => {
  const { page, finish } = await open(user, "", { refused: true });
  const status = await page.evaluate(async () => {
    const { data: { token } } = await (await fetch("api/token", { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } })).json();
    const headers = { "Content-Type": "application/json", "X-MGR-Token": token };
    const asked = [{ module: "review", action: "line", number: 1 }, { module: "review", action: "line", number: 1, "mgr-on-behalf-of": "alice" }];
    return Promise.all(asked.map(async (fields) => (await fetch("api", { method: "POST", body: JSON.stringify(fields), headers })).status));
  });
  assert.equal(status[0], 403);
  assert.ok(status[1] >= 400 && status[1] < 500, String(status[1]));
  await finish();
});
