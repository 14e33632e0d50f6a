// The page, in the user's browser. What this user may do, and, on demand, what there is beside it.
import { html, nothing } from "../lib/lit-html/lit-html.js";
import { live } from "../lib/lit-html/directives/live.js";
import { harmless } from "./text.js";

// Modules about mgr itself, which the other views are made of.
const inner = ["job", "mgr", "review"];

function matches(action, words) {
  const text = `${action.module} ${action.name} ${action.summary}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function row(action) {
  return html`<li class=${action.allowed ? "action" : "action not-allowed"}>
    <a href="#/do/${action.module}/${action.name}">
      <span class="action-name">${action.name}</span>
      <span class="action-summary">${harmless(action.summary)}</span>
      ${action.confirm ? html`<span class="badge">asks first</span>` : nothing}
      ${action.allowed ? nothing : html`<span class="badge">not allowed</span>`}
    </a></li>`;
}

export class ActionsView {
  section = "actions";
  title = "What you may do";
  #words = "";
  #all = false;

  constructor(app) {
    this.app = app;
  }

  enter() {}

  leave() {}

  #sections(is_inner) {
    const words = this.#words.toLowerCase().split(/\s+/).filter(Boolean);
    return this.app.catalogue.modules.filter((module) => inner.includes(module.name) === is_inner).map((module) => {
      const shown = module.actions.filter((action) => (this.#all || action.allowed) && matches(action, words));
      return shown.length === 0 ? nothing : html`<section class="card module" aria-labelledby="module-${module.name}">
        <h2 id="module-${module.name}">${module.name} <small>${harmless(module.summary)}</small></h2>
        <ul class="actions">${shown.map(row)}</ul>
      </section>`;
    }).filter((section) => section !== nothing);
  }

  #change(change) {
    change();
    this.app.changed();
  }

  template() {
    const sections = this.#sections(false);
    const others = this.#sections(true);
    return html`<h1 tabindex="-1">${this.title}</h1>
      <div class="filters">
        <label>Search <input type="search" .value=${live(this.#words)} autocomplete="off" spellcheck="false"
          @input=${(event) => this.#change(() => (this.#words = event.target.value))}></label>
        <label class="check"><input type="checkbox" .checked=${live(this.#all)}
          @change=${(event) => this.#change(() => (this.#all = event.target.checked))}>
          Show also what you may not do</label>
      </div>
      ${sections.length > 0 ? html`<div class="modules">${sections}</div>`
        : html`<div class="empty"><p>${this.#words ? "Nothing of that name."
          : "The policy of this machine allows you nothing here. An administrator can change that."}</p></div>`}
      ${others.length > 0 ? html`<details class="inner" ?open=${this.#words !== ""}><summary>About mgr and its jobs</summary>
        <div class="modules">${others}</div></details>` : nothing}`;
  }
}
