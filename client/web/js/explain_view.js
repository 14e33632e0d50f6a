// The page, in the user's browser. Why something is allowed or denied: the action `review explain`, where it is there.
import { html, nothing } from "../lib/lit-html/lit-html.js";
import { failure_box } from "./page.js";
import { harmless, harmless_lines } from "./text.js";

const decisions = new Map([["allow", "allowed"], ["deny", "denied"], ["invalid", "invalid"]]);

function texts(value) {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

// A part of an explanation in words, by its text where it has one: parts may come to have other members.
function words_of(value) {
  if (typeof value !== "object" || value === null) return harmless(value ?? "");
  if (typeof value.text === "string") return harmless(value.text);
  return Object.entries(value).map(([name, member]) => `${harmless(name)}: ${words_of(member)}`).join(" · ");
}

function list_of(head, items, row = words_of) {
  return items.length === 0 ? nothing : html`<h2 class="sub">${head}</h2><ul>${items.map((item) => html`<li>${row(item)}</li>`)}</ul>`;
}

function near_rule(rule) {
  return html`<code>${harmless(rule?.place ?? "")}</code>${texts(rule?.fails).map((fail) => html`<br>${words_of(fail)}`)}`;
}

function grant_of({ lines, file, notes }) {
  if (typeof lines !== "string") return nothing;
  return html`<h2 class="sub">These lines at the end of ${harmless(file ?? "policy.toml")} would grant it</h2>
    <pre class="output" tabindex="0" role="region" aria-label="Lines that would grant it">${harmless_lines(lines.trimEnd())}</pre>
    ${texts(notes).map((note) => html`<p class="hint">${words_of(note)}</p>`)}`;
}

function explanation(data) {
  const decision = decisions.get(data.decision) ?? "unknown";
  const request = `${harmless(data.caller ?? "")}: ${harmless(data.request ?? "")}`;
  const who = texts(data.principals).map(words_of).join(", ");
  return html`<div class="card explanation">
    <p><span class="badge decision-${decision}">${decision}</span> <strong>${request}</strong></p>
    <p>${harmless(data.reason ?? "")}${data.rule ? html` (<code>${harmless(data.rule.place ?? data.rule)}</code>)` : nothing}</p>
    ${list_of("Because", texts(data.because))}
    ${who ? html`<p class="hint">${harmless(data.caller ?? "")} is: ${who}</p>` : nothing}
    ${list_of("What the rules about it miss it by", texts(data.nearest), near_rule)}
    ${grant_of(data.grant ?? {})}
    ${list_of("No line would grant it", texts(data.no_grant))}
  </div>`;
}

export class ExplainView {
  section = "explain";
  title = "Why is it allowed, or not?";
  #who = "";
  #what = "";
  #values = "";
  #busy = false;
  #failure = null;
  #data = null;

  constructor(app) {
    this.app = app;
    this.#what = app.catalogue.modules[0] ? `${app.catalogue.modules[0].name} ${app.catalogue.modules[0].actions[0]?.name ?? ""}` : "";
  }

  enter() {}

  leave() {}

  async #ask() {
    const [of_module, of_action] = this.#what.split(" ");
    const values = this.#values.split("\n").map((line) => line.trim()).filter(Boolean);
    const fields = { module: "review", action: "explain", as: this.#who, of_module, of_action, ...(values.length > 0 && { values }) };
    this.#busy = true;
    this.#failure = this.#data = null;
    this.app.changed();
    try {
      this.#data = (await this.app.api.ask(fields)).data?.output ?? {};
    } catch (failure) {
      this.#failure = failure;
    }
    this.#busy = false;
    this.app.changed();
  }

  #form() {
    const actions = this.app.catalogue.modules.flatMap((module) => module.actions.map((action) => `${module.name} ${action.name}`));
    return html`<form class="card" @submit=${(event) => { event.preventDefault(); this.#ask(); }}>
      <div class="field"><label for="who">Who asks</label>
        <input id="who" required autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="who-hint"
          pattern="[A-Za-z0-9_][A-Za-z0-9_.:\\-]*" .value=${this.#who} @input=${(event) => (this.#who = event.target.value)}>
        <p class="hint" id="who-hint">a user of this machine, such as www-data, or key: and the name of a key</p></div>
      <div class="field"><label for="what">For what</label>
        <select id="what" @change=${(event) => (this.#what = event.target.value)}>${actions.map((name) =>
          html`<option value=${name} ?selected=${name === this.#what}>${name}</option>`)}</select></div>
      <div class="field"><label for="values">With which values</label>
        <textarea id="values" rows="3" spellcheck="false" aria-describedby="values-hint" .value=${this.#values}
          @input=${(event) => (this.#values = event.target.value)}></textarea>
        <p class="hint" id="values-hint">name=value, one on each line</p></div>
      <div class="buttons"><button ?disabled=${this.#busy}>${this.#busy ? "Asking…" : "Explain"}</button></div>
    </form>`;
  }

  template() {
    return html`<h1 tabindex="-1">${this.title}</h1>
      <p class="lead">Nothing is carried out: the policy in force is asked.</p>
      ${this.#form()}
      <div class="outcome" role="status">${failure_box(this.#failure)}${this.#data ? explanation(this.#data) : nothing}</div>`;
  }
}
