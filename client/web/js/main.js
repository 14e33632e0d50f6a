// The page, in the user's browser: starts, says who is here, and shows the view that the address names.
import { html, nothing, render } from "../lib/lit-html/lit-html.js";
import { ActionsView } from "./actions_view.js";
import { Api } from "./api.js";
import { AuditView } from "./audit_view.js";
import { Board } from "./board.js";
import { Catalogue } from "./catalogue.js";
import { ExplainView } from "./explain_view.js";
import { FormView } from "./form_view.js";
import { HistoryView } from "./history_view.js";
import { JobView } from "./job_view.js";
import { JobsView } from "./jobs_view.js";
import { failure_box } from "./page.js";
import { keep_trying } from "./retry.js";
import { harmless } from "./text.js";

const views = { "": ActionsView, do: FormView, jobs: JobsView, job: JobView, history: HistoryView, explain: ExplainView, audit: AuditView };
const hidden_for = 60000;  // ms after which a page that nobody looks at gives its stream back

class App {
  api = new Api();
  board = new Board(this.api, () => this.changed());
  catalogue = null;
  #view = null;
  #who = null;
  #failure = null;
  #drawing = null;
  #watching = null;
  #hiding = null;

  start() {
    addEventListener("hashchange", () => this.#route(true));
    addEventListener("pagehide", () => this.#watching?.abort());
    addEventListener("pageshow", (event) => event.persisted && this.#watch());
    document.addEventListener("visibilitychange", () => this.#seen_or_not());
    this.changed();
    this.#load();
  }

  // Draws the page anew, once for all that has changed; fulfilled when that is done.
  changed() {
    this.#drawing ??= Promise.resolve().then(() => {
      this.#drawing = null;
      render(this.#template(), document.getElementById("page"));
    });
    return this.#drawing;
  }

  async #load() {
    const { signal } = new AbortController();
    const failed = (failure) => {
      this.#failure = failure;
      this.changed();
    };
    try {
      await keep_trying(async () => {
        const [schema, abilities] = await Promise.all(["modules", "can-i"].map((action) => this.api.ask({ module: "mgr", action })));
        this.catalogue = new Catalogue(schema.data, abilities.data);
        return true;
      }, signal, failed);
      this.#failure = null;
    } catch (failure) {
      return failed(failure);
    }
    this.#watch();
    this.#route(false);
    if (this.catalogue.may("mgr", "whoami")) this.#ask_who(signal);
  }

  // What nobody tells is not shown.
  async #ask_who(signal) {
    const attempt = async () => {
      this.#who = (await this.api.ask({ module: "mgr", action: "whoami" })).data ?? null;
      return true;
    };
    await keep_trying(attempt, signal, () => {}).catch(() => {});
    this.changed();
  }

  #watch() {
    this.#watching?.abort();
    this.#watching = new AbortController();
    if (this.catalogue) this.board.keep(this.catalogue, this.#watching.signal);
  }

  #seen_or_not() {
    clearTimeout(this.#hiding);
    if (document.hidden) this.#hiding = setTimeout(() => this.#watching?.abort(), hidden_for);
    else if (this.#watching?.signal.aborted) this.#watch();
  }

  async #route(moved) {
    if (!this.catalogue) return;
    const [name = "", ...rest] = location.hash.replace(/^#\/?/, "").split("/");
    this.#view?.leave();
    const View = Object.hasOwn(views, name) ? views[name] : ActionsView;
    this.#view = new View(this, rest);
    this.#view.enter();
    document.title = `${this.#view.title} – mgr`;
    await this.changed();
    if (moved) {
      scrollTo(0, 0);
      document.querySelector("h1")?.focus();
    }
  }

  #links() {
    const may = (module, action) => this.catalogue?.may(module, action) ?? false;
    const alive = this.board.alive.length;
    return [["actions", "#/", "Actions", true],
      ["jobs", "#/jobs", html`Jobs${alive > 0 ? html` <span class="count">${alive}</span>` : nothing}`, may("job", "list") || may("scan", "list")],
      ["history", "#/history", "History", may("job", "list")],
      ["explain", "#/explain", "Explain", may("review", "explain")],
      ["audit", "#/audit", "Audit", may("review", "audit")]].filter(([, , , is_shown]) => is_shown);
  }

  #who_template() {
    if (!this.api.user) return nothing;
    const principals = Array.isArray(this.#who?.principals) ? this.#who.principals.map(harmless).join(", ") : "";
    const { key, uid } = this.#who ?? {};
    const proven = key !== undefined ? `the key ${harmless(key)}` : uid !== undefined ? `the uid ${harmless(uid)}` : "nobody it knows";
    return html`<p class="who"><span class="visually-hidden">You are </span><strong>${harmless(this.api.user)}</strong>
      ${principals ? html`<small title="What mgr takes this page for: ${proven}">${principals}</small>` : nothing}</p>`;
  }

  #trouble() {
    const { failure } = this.board;
    if (!failure || this.#failure) return nothing;
    return html`<div class="trouble" role="status">What you see may be old: ${harmless(failure.detail || failure.error)}.
      ${this.board.retry_at > 0 ? "Asking again by itself." : html`<button class="link" @click=${() => this.#watch()}>Try again</button>`}</div>`;
  }

  #content() {
    if (this.#view) return this.#view.template();
    if (!this.#failure) return html`<p class="hint loading" role="status">Asking mgr…</p>`;
    return html`<h1 tabindex="-1">mgr cannot be asked</h1>${failure_box(this.#failure)}
      <p class="buttons"><button @click=${() => location.reload()}>Try again</button></p>`;
  }

  #template() {
    return html`<button class="skip" @click=${() => document.querySelector("h1")?.focus()}>Skip to what this page is about</button>
      <header>
        <a class="brand" href="#/"><img src="icon.svg" alt="" width="28" height="28"><span>mgr <small>${location.hostname}</small></span></a>
        <nav aria-label="Views"><ul>${this.#links().map(([section, address, label]) => html`<li><a href=${address}
          aria-current=${this.#view?.section === section ? "page" : "false"}>${label}</a></li>`)}</ul></nav>
        ${this.#who_template()}
      </header>
      ${this.#trouble()}
      <main>${this.#content()}</main>`;
  }
}

new App().start();
