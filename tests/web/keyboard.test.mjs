// The page with nothing but a keyboard: everything that counts is reached, in order, and seen where it is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, start_browser, stop_browser } from "./browser.mjs";

before(start_browser);
after(stop_browser);

function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const labels = [...(element.labels ?? [])].map((label) => label.innerText);
    return { text: (element.getAttribute("aria-label") ?? labels.join(" ") ?? "").trim() || element.innerText.replace(/\s+/g, " ").trim(),
      is_seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 1 && box.height > 1 };
  });
}

// Presses Tab until what is focused has that text; all on the way has to be seen to have the focus.
async function tab_to(page, text) {
  const passed = [];
  for (let count = 0; count < 40; count += 1) {
    await page.keyboard.press("Tab");
    const { text: at, is_seen } = await focused(page);
    assert.ok(is_seen, `the focus on "${at}" is not seen`);
    passed.push(at);
    if (text instanceof RegExp ? text.test(at) : at === text) return passed;
  }
  throw new Error(`no way to ${text}: ${passed.join(" | ")}`);
}

test("from the start of the page to a job, and its stop", async () => {
  const { page, finish } = await open("bob");
  await page.getByRole("heading", { name: "What you may do" }).waitFor();
  assert.deepEqual(await tab_to(page, "History"), ["Skip to what this page is about", "mgr localhost", "Actions", "Jobs", "History"]);
  for (let count = 0; count < 4; count += 1) await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  assert.equal((await page.locator("h1:focus").innerText()), "What you may do");
  assert.deepEqual(await tab_to(page, /^start/), ["Search", "Show also what you may not do", "start Start scan tasks"]);
  await page.keyboard.press("Enter");
  await page.locator("h1:focus", { hasText: "scan start" }).waitFor();
  await tab_to(page, /^task_ids/);
  await page.keyboard.type("2");
  await page.keyboard.press("Enter");
  await page.locator("h1:focus", { hasText: /^scan start job|^Job/ }).waitFor();
  await page.getByText("this one is stopped").waitFor();
  await tab_to(page, "Stop");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  assert.equal((await focused(page)).text, "Cancel");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal((await focused(page)).text, "Stop");
  await page.keyboard.press("Enter");
  await tab_to(page, "Stop the job");
  await page.keyboard.press("Enter");
  await page.locator(".facts .state-stopped").waitFor();
  await page.getByRole("status").filter({ hasText: /has ended: stopped/ }).waitFor({ state: "attached" });
  await finish();
});
