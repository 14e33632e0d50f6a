// The page, in the user's browser. Jobs of the past, and what came of them.
import { html, nothing } from "../lib/lit-html/lit-html.js";
import { live } from "../lib/lit-html/directives/live.js";
import { Look } from "./look.js";
import { caller_text, end_text, ended_states, failure_box, job_title, jobs_of, state_badge } from "./page.js";
import { run_time, time_text } from "./text.js";

const step = 50;
const most = 1000;  // that mgr tells at a time

export class HistoryView {
  section = "history";
  title = "History";
  #state = "";
  #module = "";
  #limit = step;
  #jobs = null;

  constructor(app) {
    this.app = app;
    this.look = new Look(app);
  }

  enter() {
    this.#look();
  }

  leave() {
    this.look.end();
  }

  #look() {
    const fields = { module: "job", action: "list", limit: this.#limit, state: this.#state ? [this.#state] : ended_states };
    if (this.#module) fields.of_module = this.#module;
    this.look.at(fields, (data) => {
      this.#jobs = jobs_of(data).sort((one, other) => other.id - one.id);
    });
  }

  #filters() {
    const modules = this.app.catalogue.modules.filter(({ name }) => name !== "mgr" && name !== "job");
    const choose = (member) => (event) => {
      if (member === "state") this.#state = event.target.value;
      else this.#module = event.target.value;
      this.#limit = step;
      this.#look();
    };
    return html`<div class="filters">
      <label>Ended as <select .value=${live(this.#state)} @change=${choose("state")}>
        <option value="">any way</option>
        ${ended_states.map((state) => html`<option value=${state}>${state}</option>`)}</select></label>
      <label>Module <select .value=${live(this.#module)} @change=${choose("module")}>
        <option value="">all</option>
        ${modules.map(({ name }) => html`<option value=${name}>${name}</option>`)}</select></label>
      <button class="quiet" @click=${() => this.#look()}>Look again</button>
    </div>`;
  }

  #row(job) {
    return html`<tr>
      <th scope="row"><a href="#/job/${job.id}">${job_title(job)} <small>job ${job.id}</small></a></th>
      <td data-label="Ended as">${state_badge(job.state)} <small>${end_text(job)}</small></td>
      <td data-label="Asked for by">${caller_text(job.caller)}</td>
      <td data-label="Ended">${time_text(job.ended)}</td>
      <td data-label="Ran for">${run_time(job)}</td>
    </tr>`;
  }

  #table() {
    if (this.#jobs === null) return this.look.failure ? nothing : html`<p class="hint" role="status">Looking…</p>`;
    if (this.#jobs.length === 0) return html`<div class="empty"><p>No job has ended like that.</p></div>`;
    const more = this.#jobs.length >= this.#limit && this.#limit < most;
    return html`<table>
        <thead><tr><th scope="col">Job</th><th scope="col">Ended as</th><th scope="col">Asked for by</th>
          <th scope="col">Ended</th><th scope="col">Ran for</th></tr></thead>
        <tbody>${this.#jobs.map((job) => this.#row(job))}</tbody>
      </table>
      ${more ? html`<p><button class="quiet" @click=${() => {
        this.#limit = Math.min(most, this.#limit * 4);
        this.#look();
      }}>Show more</button></p>` : nothing}`;
  }

  template() {
    return html`<h1 tabindex="-1">${this.title}</h1>
      ${this.#filters()}
      ${failure_box(this.look.failure)}
      ${this.#table()}`;
  }
}
