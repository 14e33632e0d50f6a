// The page, in the user's browser. What is on record: the actions `review audit` and `review line`, where they are there.
import { html, nothing } from "../lib/lit-html/lit-html.js";
import { live } from "../lib/lit-html/directives/live.js";
import { Look } from "./look.js";
import { bytes_of } from "./output_pane.js";
import { caller_text, failure_box } from "./page.js";
import { harmless, pretty, time_text } from "./text.js";

const most_lines = 300;
const minor = ["sums", "outcome"];  // what was counted, and that an effect was begun as it was written down
const spans = [[1, "an hour ago"], [24, "a day ago"], [168, "a week ago"], [720, "30 days ago"]];

function audit_time(time) {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

// The lines of a log that are JSON, the newest first.
function lines_of(data) {
  const text = new TextDecoder().decode(bytes_of({ text: data?.stdout, base64: data?.stdout_base64 }));
  return text.split("\n").flatMap((line) => {
    try {
      const record = JSON.parse(line);
      return typeof record === "object" && record !== null ? [record] : [];
    } catch {
      return [];
    }
  }).reverse();
}

export class AuditView {
  section = "audit";
  title = "Audit";
  #hours = 24;
  #number = "";
  #words = "";
  #all = false;
  #is_one = false;  // the line of a number is shown, whatever it is
  #lines = null;
  #left_out = false;

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
    const span = { action: "audit", since: audit_time(new Date(Date.now() - this.#hours * 3600000)) };
    const wanted = /^[1-9]\d{0,15}$/.test(this.#number) ? { action: "line", number: this.#number } : span;
    this.look.at({ module: "review", ...wanted }, (data) => {
      this.#lines = lines_of(data);
      this.#is_one = wanted !== span;
      this.#left_out = data?.left_out > 0;
    });
  }

  #filters() {
    return html`<form class="filters" @submit=${(event) => { event.preventDefault(); this.#look(); }}>
      <label>Number <input inputmode="numeric" autocomplete="off" size="8" pattern="[1-9][0-9]*" .value=${live(this.#number)}
        @input=${(event) => (this.#number = event.target.value.trim())}></label>
      <label>or since <select @change=${(event) => { this.#hours = Number(event.target.value); this.#number = ""; this.#look(); }}>
        ${spans.map(([hours, label]) => html`<option value=${hours} ?selected=${hours === this.#hours}>${label}</option>`)}</select></label>
      <label>containing <input type="search" autocomplete="off" spellcheck="false" .value=${live(this.#words)}
        @input=${(event) => { this.#words = event.target.value; this.app.changed(); }}></label>
      <label class="check"><input type="checkbox" .checked=${live(this.#all)}
        @change=${(event) => { this.#all = event.target.checked; this.app.changed(); }}> Also sums and outcomes</label>
      <button class="quiet">Look</button>
    </form>`;
  }

  #line(record) {
    const what = [record.module, record.action].filter((word) => typeof word === "string").map(harmless).join(" ");
    const who = record.uid !== undefined || record.key !== undefined ? caller_text(record) : "";
    const came = record.error ?? record.detail ?? (record.state || "");
    return html`<li class="audit-line">
      <details><summary><span class="seq">${harmless(record.seq ?? "?")}</span>
        <span class="badge event-${record.event === "refused" ? "refused" : "other"}">${harmless(record.event ?? "?")}</span>
        <strong>${what}</strong> <span>${who}</span> <span class="hint">${harmless(came)}</span>
        <time>${time_text(record.time)}</time></summary>
        <pre class="output" tabindex="0" role="region" aria-label="The whole line">${pretty(record)}</pre></details></li>`;
  }

  #found() {
    if (this.#lines === null) return this.look.failure ? nothing : html`<p class="hint" role="status">Looking…</p>`;
    const words = this.#words.toLowerCase();
    const is_meant = (record) => this.#all || this.#is_one || !minor.includes(record.event);
    const found = this.#lines.filter((record) => is_meant(record) && JSON.stringify(record).toLowerCase().includes(words));
    return html`<p class="hint" role="status">${found.length === 1 ? "1 line" : `${found.length} lines`}${
      found.length > most_lines ? `, the newest ${most_lines} are shown` : ""}${this.#left_out ? "; not all fitted into the answer" : ""}</p>
      <ul class="card rows">${found.slice(0, most_lines).map((record) => this.#line(record))}</ul>`;
  }

  template() {
    return html`<h1 tabindex="-1">${this.title}</h1>
      ${this.#filters()}
      ${failure_box(this.look.failure)}
      ${this.#found()}`;
  }
}
