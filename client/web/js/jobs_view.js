// The page, in the user's browser. The jobs that are alive.
import { html, nothing } from "../lib/lit-html/lit-html.js";
import { repeat } from "../lib/lit-html/directives/repeat.js";
import { caller_text, failure_box, job_title, progress_bar, state_badge } from "./page.js";
import { stop_job, stop_request } from "./job_view.js";
import { harmless, run_time } from "./text.js";

export class JobsView {
  section = "jobs";
  title = "Running jobs";
  #failure = null;
  #clock = null;

  constructor(app) {
    this.app = app;
  }

  enter() {
    this.#clock = setInterval(() => this.app.board.alive.length > 0 && this.app.changed(), 1000);
  }

  leave() {
    clearInterval(this.#clock);
  }

  async #stop(job) {
    this.#failure = await stop_job(this.app, job);
    this.app.changed();
  }

  #card(job) {
    const may_stop = job.state !== "stopping" && stop_request(this.app.catalogue, job) !== null;
    const waits = Array.isArray(job.waits_for) ? `waits for job ${job.waits_for.map(harmless).join(", ")}` : "";
    return html`<li class="card job">
      <div class="head-line">
        <h2><a href="#/job/${job.id}">${job_title(job)} <small>job ${job.id}</small></a></h2>
        ${state_badge(job.state)}
      </div>
      ${progress_bar(job)}
      <p class="hint">${[harmless(job.key ?? ""), caller_text(job.caller), run_time(job), waits].filter(Boolean).join(" · ")}</p>
      <div class="buttons">
        <a class="button quiet" href="#/job/${job.id}">Output</a>
        ${may_stop ? html`<button class="danger quiet" aria-label="Stop job ${job.id}" @click=${() => this.#stop(job)}>Stop</button>` : nothing}
      </div>
    </li>`;
  }

  template() {
    const { board } = this.app;
    const none = board.is_known
      ? html`<div class="empty"><p>Nothing is running.</p><p><a class="button" href="#/">See what you may do</a></p></div>`
      : html`<p class="hint" role="status">${board.failure ? "" : "Looking for jobs…"}</p>`;
    return html`<h1 tabindex="-1">${this.title}</h1>
      ${failure_box(this.#failure)}
      ${board.alive.length === 0 ? none
        : html`<ul class="cards">${repeat(board.alive, (job) => job.id, (job) => this.#card(job))}</ul>`}`;
  }
}
