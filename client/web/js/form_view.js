// The page, in the user's browser. One action: its form, drawn from the schema, and what came of it.
import { html, nothing } from "../lib/lit-html/lit-html.js";
import { empty_value, field, given_value } from "./field.js";
import { passes, Refusal } from "./failures.js";
import { OutputPane, bytes_of } from "./output_pane.js";
import { facts, failure_box, jobs_of } from "./page.js";
import { ask_question } from "./question.js";
import { is_printed, plan_result, printed_result, success_result } from "./result.js";
import { body_fields, body_problem } from "./body.js";
import { harmless, shortened } from "./text.js";
import { problem_of } from "./value.js";

function new_request_id() {
  const digits = crypto.getRandomValues(new Uint8Array(16));
  return `web-${Array.from(digits, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

// What the button says: the action's name as a word.
function verb_of({ name }) {
  return name[0].toUpperCase() + name.slice(1).replaceAll(/[-_]/g, " ");
}

export class FormView {
  section = "actions";
  #values = new Map();
  #problems = new Map();
  #request_id = new_request_id();
  #busy = "";
  #outcome = null;  // {failure} or {data} or {plan} or {pane}
  #streaming = null;

  constructor(app, [module, action]) {
    this.app = app;
    this.action = app.catalogue.find(module, action);
    this.title = this.action ? `${this.action.module} ${this.action.name}` : "No such action";
    for (const argument of this.action?.arguments ?? []) this.#values.set(argument.name, empty_value(this.action, argument));
  }

  enter() {}

  leave() {
    this.#streaming?.abort();
  }

  #set(argument, value) {
    this.#values.set(argument.name, value);
    this.#problems.delete(argument.name);
    this.#request_id = new_request_id();  // another request from here on
    this.app.changed();
  }

  // What is filled in, as fields of a request.
  #given() {
    const fields = { module: this.action.module, action: this.action.name };
    for (const argument of this.action.arguments) {
      const value = argument.type === "blob" ? null : given_value(argument, this.#values.get(argument.name));
      if (value !== null) fields[argument.name] = value;
    }
    return fields;
  }

  #check() {
    this.#problems.clear();
    for (const argument of this.action.arguments) {
      const value = this.#values.get(argument.name);
      const problem = argument.type === "blob" ? body_problem(argument, value)
        : problem_of(argument, given_value(argument, value) ?? (argument.is_list ? [] : ""));
      if (problem) this.#problems.set(argument.name, problem);
    }
    return this.#problems.size === 0;
  }

  async #fields(more) {
    const blob = this.action.arguments.find((argument) => argument.type === "blob");
    return { ...this.#given(), ...(blob ? await body_fields(this.#values.get(blob.name)) : {}), ...more };
  }

  async #dry_run() {
    return (await this.app.api.ask(await this.#fields({ "mgr-dry-run": true }))).data ?? {};
  }

  // Names what will happen before it does: the values, and what mgr says that it would run.
  async #is_meant() {
    let plan = html`<p class="hint">Asking what it would run…</p>`;
    const loaded = this.#dry_run().then((data) => (plan = plan_result(data)), (failure) => (plan = failure_box(failure)));
    const values = Object.entries(this.#given()).slice(2)
      .map(([name, value]) => [name, this.#is_secret(name) ? "•••" : shortened(Array.isArray(value) ? value.join(", ") : value, 300)]);
    return ask_question({
      title: `Really ${this.title} on ${location.hostname}?`, verb: verb_of(this.action), loaded,
      content: () => html`<p>${harmless(this.action.summary)}</p>${facts(values)}${plan}`,
    });
  }

  #is_secret(name) {
    return this.action.arguments.some((argument) => argument.name === name && argument.type === "secret");
  }

  async #submit(is_dry) {
    if (this.#busy) return;
    if (!this.#check()) return this.#focus_problem();
    if (!is_dry && this.action.confirm && !(await this.#is_meant())) return;
    this.#busy = is_dry ? "dry" : "real";
    this.#outcome = null;
    this.app.changed();
    try {
      if (is_dry) this.#outcome = { plan: await this.#dry_run() };
      else await this.#carry_out();
    } catch (failure) {
      if (failure.name !== "AbortError") this.#failed(failure);
    }
    this.#busy = "";
    this.app.changed();
  }

  async #carry_out() {
    const confirm = this.action.confirm ? { "mgr-confirm": true } : {};
    if (this.action.streams) return this.#stream(await this.#fields(confirm));
    const id = this.action.mode === "job" ? { "mgr-request-id": this.#request_id } : {};
    const { data = {} } = await this.app.api.ask(await this.#fields({ ...confirm, ...id }));
    this.#request_id = new_request_id();
    const jobs = jobs_of(data);
    if (jobs.length > 0) this.app.board.take(jobs);
    if (this.action.mode === "job" && jobs.length === 1) location.hash = `#/job/${jobs[0].id}`;
    else this.#outcome = { data };
  }

  async #stream(fields) {
    const pane = new OutputPane(`Output of ${this.title}`);
    this.#streaming = new AbortController();
    this.#outcome = { pane };
    for await (const { data, last } of this.app.api.stream(fields, this.#streaming.signal)) {
      for (const record of Array.isArray(data.records) ? data.records : []) pane.add(record.stream, bytes_of(record));
      if (!data.records && !last && jobs_of(data).length > 0) pane.add("stdout", new TextEncoder().encode(`${JSON.stringify(jobs_of(data))}\n`));
      if (last) this.#outcome = { pane, data };
      this.app.changed();
      pane.scroll();
    }
  }

  #failed(failure) {
    const settled = failure instanceof Refusal && ![8, 13].includes(failure.code);
    if (settled) this.#request_id = new_request_id();
    this.#outcome = { failure, pane: this.#outcome?.pane };
  }

  async #focus_problem() {
    await this.app.changed();
    const wrong = [...document.querySelectorAll(".field")].find((one) => one.querySelector(".problem").textContent !== "");
    wrong?.querySelector("input, select, textarea")?.focus();
  }

  #outcome_template() {
    const { failure, data, plan, pane } = this.#outcome ?? {};
    return html`<div class="outcome" role="status">
      ${plan ? html`<div class="notice"><p class="notice-head">What it would do</p>${plan_result(plan)}</div>` : nothing}
      ${failure ? failure_box(failure) : nothing}
      ${failure && this.action.mode === "job" && passes(failure) ? html`<p class="hint">Ask again as it stands: what was
        started already is not started twice.</p>` : nothing}
      ${failure?.data && is_printed(failure.data) ? printed_result(failure.data) : nothing}
      ${data ? html`<div class="notice done"><p class="notice-head">Done.</p>${success_result(data, this.app.board)}</div>` : nothing}
      </div>${pane ? pane.element : nothing}`;
  }

  template() {
    const { action } = this;
    if (!action) return html`<h1 tabindex="-1">${this.title}</h1><p>mgr knows no such action.</p>`;
    const fields = action.arguments.map((argument) => field({
      action, argument, value: this.#values.get(argument.name), set: (value) => this.#set(argument, value),
      problem: this.#problems.get(argument.name) ?? "",
    }));
    return html`<p class="back"><a href="#/">What you may do</a></p>
      <h1 tabindex="-1">${this.title}</h1>
      <p class="lead">${harmless(action.summary)}</p>
      ${action.allowed ? nothing : html`<p class="notice">You are not allowed this. If you ask for it all the same it is refused, and
        put on record under a number that an administrator can look up.</p>`}
      <form class="card" novalidate @submit=${(event) => { event.preventDefault(); this.#submit(false); }}>
        ${fields}
        <div class="buttons">
          <button ?disabled=${this.#busy !== ""}>${this.#busy === "real" ? "Asking…" : verb_of(action)}</button>
          <button type="button" class="quiet" ?disabled=${this.#busy !== ""} @click=${() => this.#submit(true)}>What would it do?</button>
          ${this.#busy && this.#streaming ? html`<button type="button" class="danger"
            @click=${() => this.#streaming.abort()}>Stop</button>` : nothing}
        </div>
      </form>
      ${this.#outcome_template()}`;
  }
}
