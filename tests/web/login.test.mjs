// Who is let in, and what the page comes with.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, site, start_browser, stop_browser } from "./browser.mjs";

before(start_browser);
after(stop_browser);

test("a wrong password is refused and the right one is let in", async () => {
  const status = async (user, password) => {
    const { page, finish } = await open(null, "", { refused: true });
    await page.context().setHTTPCredentials(user ? { username: user, password } : null);
    const response = await page.goto(site.url);
    const shown = await page.locator("#page").count();
    await finish();
    return [response.status(), shown];
  };
  assert.deepEqual(await status("bob", "guessed"), [401, 0]);
  assert.deepEqual(await status("mallory", site.users.bob), [401, 0]);
  assert.deepEqual(await status("bob", site.users.bob), [200, 1]);
});

test("it says who is here, and offers what the policy allows", async () => {
  const { page, finish } = await open("bob");
  await page.getByText("You are bob").waitFor();
  await page.getByText("anyone, web").waitFor();
  await page.getByRole("link", { name: /^start\s/ }).waitFor();
  assert.equal(await page.getByRole("link", { name: /reboot/ }).count(), 0);
  await page.getByLabel("Show also what you may not do").check();
  await page.getByRole("link", { name: /reboot.*not allowed/ }).waitFor();
  await page.getByLabel("Search").fill("REBOOT");
  assert.equal(await page.locator(".modules > section").count(), 1);
  await finish();
});

test("what the page says of itself holds without the headers of the server, too", async () => {
  const { page, context, finish } = await open(null);
  await context.setHTTPCredentials({ username: "bob", password: site.users.bob });
  await page.route(site.url, async (route) => {
    const response = await route.fetch({ headers: { Authorization: `Basic ${btoa(`bob:${site.users.bob}`)}` } });
    const headers = response.headers();
    assert.match(headers["content-security-policy"], /frame-ancestors 'none'/);
    delete headers["content-security-policy"];
    await route.fulfill({ response, headers });
  });
  await page.goto(site.url);
  await page.getByText("You are bob").waitFor();
  const refused = await page.evaluate(async () => {
    const tried = (attempt) => {
      try {
        attempt();
        return "done";
      } catch (failure) {
        return failure.name;
      }
    };
    await new Promise((resolve) => setTimeout(resolve));  // what is evaluated for a test may do more than a page
    return [tried(() => (document.body.innerHTML = "<b>x</b>")), tried(() => new Function("return 1")()),
      tried(() => trustedTypes.createPolicy("another", {}))];
  });
  assert.deepEqual(refused, ["TypeError", "EvalError", "TypeError"]);
  await assert.rejects(finish, /violates the following Content Security Policy|requires 'TrustedHTML'/);
});
