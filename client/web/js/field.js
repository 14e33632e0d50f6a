// The page, in the user's browser. An argument as a field of a form: its input, its help and what is wrong with it.
import { html, nothing } from "../lib/lit-html/lit-html.js";
import { live } from "../lib/lit-html/directives/live.js";
import { allowed_values } from "./catalogue.js";
import { harmless } from "./text.js";
import { form_text } from "./value.js";

// The values to choose from, where there are such; null where any text may be typed.
function choices_of(action, argument) {
  if (argument.type === "enum") return argument.values;
  const allowed = allowed_values(action, argument);
  return allowed && allowed.ranges.length === 0 && allowed.texts.length > 0 ? allowed.texts : null;
}

// What a form begins with: the one choice that there is, or nothing.
export function empty_value(action, argument) {
  if (argument.type === "blob") return { file: null, text: "" };
  if (argument.type === "bool" && !argument.is_list) return false;
  const choices = choices_of(action, argument);
  if (choices && argument.is_list) return [];
  return choices?.length === 1 && argument.required ? choices[0] : "";
}

// The value as it is sent: a text, of a list its texts; null where nothing is given.
export function given_value(argument, value) {
  if (argument.type === "bool" && !argument.is_list) return value ? "yes" : argument.required ? "no" : null;
  if (!argument.is_list) return value === "" ? null : value;
  const items = Array.isArray(value) ? value : value.split(/[,\n]/).map((item) => item.trim());
  if (items.length === 0 || (items.length === 1 && items[0] === "")) return null;
  return items;
}

function hint_of(action, argument) {
  const allowed = allowed_values(action, argument);
  const all = allowed && allowed.ranges.length > 0 ? [...allowed.ranges, ...allowed.texts] : [];
  const ranges = all.map((range) => range.replace("..", " to ")).join(", ");
  const form = choices_of(action, argument) ? "" : form_text(argument);
  return [harmless(argument.help), argument.is_list && !choices_of(action, argument) ? "several with a comma between" : "",
    ranges ? `you may: ${harmless(ranges)}` : form, argument.required || argument.type === "bool" ? "" : "may be left out"]
    .filter(Boolean).join(" · ");
}

function select({ id, described, value, set, argument, problem }, choices) {
  const blank = !argument.required || choices.length > 1;
  return html`<select id=${id} aria-describedby=${described} ?required=${argument.required}
    aria-invalid=${problem ? "true" : "false"} @change=${(event) => set(event.target.value)}>
    ${blank ? html`<option value="" ?selected=${value === ""}>${argument.required ? "Choose…" : "—"}</option>` : nothing}
    ${choices.map((choice) => html`<option .value=${choice} ?selected=${value === choice}>${harmless(choice)}</option>`)}
  </select>`;
}

function checkboxes({ id, value, set }, choices) {
  const toggle = (choice, on) => set(choices.filter((other) => (other === choice ? on : value.includes(other))));
  return html`<div class="checks">${choices.map((choice, index) => html`<label class="check">
    <input type="checkbox" id="${id}-${index}" .checked=${live(value.includes(choice))}
      @change=${(event) => toggle(choice, event.target.checked)}> ${harmless(choice)}</label>`)}</div>`;
}

function blob({ id, described, value, set, problem }) {
  return html`<input type="file" id=${id} aria-describedby=${described} aria-invalid=${problem ? "true" : "false"}
      @change=${(event) => set({ ...value, file: event.target.files[0] ?? null })}>
    <details ?open=${value.text !== ""}><summary>or type it</summary>
      <textarea rows="6" aria-label="The text in place of a file" spellcheck="false" .value=${live(value.text)}
        @input=${(event) => set({ ...value, text: event.target.value })}></textarea></details>`;
}

function input({ id, described, value, set, argument, problem }) {
  const is_number = ["int", "port"].includes(argument.type);
  const is_secret = argument.type === "secret";
  return html`<input id=${id} type=${is_secret ? "password" : "text"} .value=${live(value)} ?required=${argument.required}
    inputmode=${is_number && !argument.is_list && argument.min !== null && argument.min >= 0 ? "numeric" : "text"} autocapitalize="off"
    autocomplete=${is_secret ? "new-password" : "off"} spellcheck="false" aria-describedby=${described}
    aria-invalid=${problem ? "true" : "false"} @input=${(event) => set(event.target.value)}>`;
}

// `value` is what empty_value() began and `set` was given; `problem` a text, empty where there is none.
export function field({ action, argument, value, set, problem }) {
  const id = `field-${argument.name.replaceAll(".", "_")}`;
  const hint = hint_of(action, argument);
  const described = `${id}-hint ${id}-problem`;
  const known = { id, described, value, set, argument, problem };
  const notes = html`<p class="hint" id="${id}-hint">${hint}</p><p class="problem" id="${id}-problem">${problem}</p>`;
  const star = argument.required ? html`<span class="required" aria-hidden="true"> *</span>` : nothing;
  const name = html`${argument.name}${star}`;
  if (argument.type === "bool" && !argument.is_list) {
    return html`<div class="field"><label class="check"><input type="checkbox" id=${id} aria-describedby=${described}
      .checked=${live(value)} @change=${(event) => set(event.target.checked)}> ${argument.name}</label>${notes}</div>`;
  }
  const choices = choices_of(action, argument);
  if (choices && argument.is_list) {
    return html`<fieldset class="field" aria-describedby=${described}><legend>${name}</legend>${checkboxes(known, choices)}${notes}</fieldset>`;
  }
  const element = argument.type === "blob" ? blob(known) : choices ? select(known, choices) : input(known);
  return html`<div class="field"><label for=${id}>${name}</label>${element}${notes}</div>`;
}
