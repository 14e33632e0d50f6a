// Every view, light and dark, on a desktop and on a phone: it is drawn, fits, and axe-core finds nothing against it.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { axe_source, open, open_gate, site, start_browser, start_scan, stop_browser, stop_shown_job } from "./browser.mjs";

const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };
let running;
let finish_running;

before(async () => {
  await start_browser();
  const { page, finish } = await open("bob");
  await start_scan(page, 9);
  await page.locator(".facts .state-failed").waitFor();
  await start_scan(page, 2);
  await page.getByText("this one is stopped").waitFor();
  await stop_shown_job(page);
  running = await start_scan(page, 1);
  await page.getByText("10 %").waitFor();
  await open_gate("1");
  await page.getByText("60 %").waitFor();
  finish_running = async () => {
    await open_gate("4");
    await finish();
  };
});

after(async () => {
  await finish_running?.();
  await stop_browser();
});

const views = {
  actions: ["bob", "", (page) => page.getByRole("link", { name: /^start\s/ }).waitFor()],
  form: ["bob", "#/do/try/everything", async (page) => {
    await page.getByLabel("number").fill("21");
    await page.getByRole("button", { name: "Everything" }).click();
    await page.locator("[aria-invalid=true]").first().waitFor();
  }],
  question: ["bob", "#/do/try/everything", async (page) => {
    for (const [label, text] of [["number", "7"], ["words", "lower case"], ["host *", "www.example.org"], ["hosts", "192.0.2.1"]]) await page.getByLabel(label).fill(text);
    await page.getByLabel("colour").selectOption("green");
    await page.getByRole("button", { name: "Everything" }).click();
    await page.getByRole("dialog").getByText("It is allowed by").waitFor();
  }],
  refused: ["bob", "#/do/shutdown/reboot", async (page) => {
    await page.getByRole("button", { name: "Reboot" }).click();
    await page.getByText("audit number").waitFor();
  }],
  jobs: ["bob", "#/jobs", (page) => page.locator(".job .state-running").waitFor()],
  job: ["bob", () => `#/job/${running}`, (page) => page.getByText("scanning /srv/backup").waitFor()],
  history: ["bob", "#/history", (page) => page.getByRole("row", { name: /stopped/ }).waitFor()],
  explain: ["alice", "#/explain", async (page) => {
    await page.getByLabel("Who asks").fill("www-data");
    await page.getByLabel("For what").selectOption("shutdown reboot");
    await page.getByRole("button", { name: "Explain" }).click();
    await page.getByText("would grant it").waitFor();
  }],
  audit: ["alice", "#/audit", async (page) => {
    await page.locator(".audit-line").last().locator("summary").click();
    await page.getByRole("region", { name: "The whole line" }).first().waitFor();
  }],
};

// What a picture is made of: how many colours, and how light it is, from 0 to 255.
async function looks_of(page, picture) {
  return page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    canvas.drawImage(bitmap, 0, 0);
    const pixels = new Uint32Array(canvas.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
    const light = pixels.reduce((sum, pixel) => sum + ((pixel & 255) + ((pixel >> 8) & 255) + ((pixel >> 16) & 255)) / 3, 0) / pixels.length;
    return { colours: new Set(pixels).size, light };
  }, picture.toString("base64"));
}

async function judge(page, name) {
  const { wide, narrow } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, narrow: document.documentElement.clientWidth }));
  assert.ok(wide <= narrow, `${name} scrolls sideways: ${wide} > ${narrow}`);
  const small = await page.evaluate(() => [...document.querySelectorAll("main button, main a.button, main select, nav a")]
    .filter((element) => !element.matches(".link") && element.getBoundingClientRect().height < 32).map((element) => element.outerHTML));
  assert.deepEqual(small, [], `${name}: too small to be touched`);
  const { violations } = await page.evaluate(`(() => { ${axe_source}; return axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }); })()`);
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)]), [], name);
}

async function shown(view, size, scheme) {
  const [user, address, reach] = views[view];
  const where = typeof address === "function" ? address() : address;
  const { page, finish } = await open(user, where, { ...sizes[size], scheme, refused: view === "refused", motion: "reduce" });
  await page.getByText(/^anyone, /).waitFor();
  await reach(page);
  const picture = await page.screenshot({ fullPage: view !== "question", path: path.join(process.env.MGR_SCREENS, `${view}-${size}-${scheme}.png`) });
  await judge(page, `${view}, ${size}, ${scheme}`);
  const looks = await looks_of(page, picture);
  await finish();
  return looks;
}

fs.mkdirSync(process.env.MGR_SCREENS, { recursive: true });
for (const view of Object.keys(views)) {
  for (const size of Object.keys(sizes)) {
    test(`${view} on a ${size}, light and dark`, async () => {
      const [light, dark] = await Promise.all([shown(view, size, "light"), shown(view, size, "dark")]);
      assert.ok(light.colours > 50 && dark.colours > 50, JSON.stringify([light, dark]));
      assert.ok(light.light > 110 && dark.light < 60 && light.light > dark.light + 80, JSON.stringify([light, dark]));
    });
  }
}
