// What the tests of the page share: a Chromium at the site that page_test.py started, and what no page may do.
import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const modules = createRequire(path.join(process.env.MGR_NODE_MODULES, "installed"));
export const site = JSON.parse(process.env.MGR_SITE);
export const axe_source = fs.readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
export const package_folder = (name) => path.join(process.env.MGR_NODE_MODULES, "node_modules", name);

let browser;

export async function start_browser() {
  browser = await modules("playwright-core").chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

export async function stop_browser() {
  await browser?.close();
}

// A page of that user's at a view, and `finish()`, which closes it and fails where it did what no page may. A refusal
// of the web server's or of mgr's stands in the console whatever the page does; `refused` says that there may be one.
export async function open(user, view = "", { width = 1100, height = 800, scheme = "light", refused = false, motion = "no-preference" } = {}) {
  const context = await browser.newContext({
    ...(user && { httpCredentials: { username: user, password: site.users[user], send: "always" } }),
    viewport: { width, height }, colorScheme: scheme, reducedMotion: motion, timezoneId: "UTC", locale: "en-GB",
  });
  context.setDefaultTimeout(60000);  // reaching it is a failure, never an expectation
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => {
    const is_status = /^Failed to load resource: the server responded with a status of/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !(refused && is_status)) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.stack));
  page.on("dialog", (dialog) => (wrong.push(`a dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => request.url().startsWith(site.url) || wrong.push(`asks for ${request.url()}`));
  const finish = async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  };
  if (user) await page.goto(site.url + view);
  return { page, context, finish };
}

// What a command waits for at its gate.
export async function open_gate(name) {
  await fs.promises.writeFile(path.join(site.gates, name), "go\n");
}

// The lines of mgr's own audit log.
export function audit_lines() {
  return fs.readFileSync(site.audit, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

export async function start_scan(page, task) {
  await page.goto(`${site.url}#/do/scan/start`);
  await page.getByLabel("task_ids").fill(String(task));
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("heading", { name: /^scan start job \d+$/ }).waitFor();
  return Number(/#\/job\/(\d+)$/.exec(page.url())[1]);
}

export async function stop_shown_job(page) {
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("button", { name: "Stop the job" }).click();
  await page.locator(".facts .state-stopped").waitFor();
}
