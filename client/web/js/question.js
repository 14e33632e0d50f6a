// The page, in the user's browser. A question that has to be answered before anything happens.
import { html, nothing, render } from "../lib/lit-html/lit-html.js";

// Whether the user means it. `title` and `verb` name what will happen; `content()` is a template that may change:
// `loaded`, a promise, has it drawn again. No, and no action, is the answer of Escape.
export function ask_question({ title, verb, content, loaded }) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "question-title");
  const draw = () => render(html`<form method="dialog">
    <h2 id="question-title">${title}</h2>
    ${content ? html`<div class="question-content" role="status">${content()}</div>` : nothing}
    <div class="buttons">
      <button class="quiet" value="no" autofocus>Cancel</button>
      <button class="danger" value="yes">${verb}</button>
    </div>
  </form>`, dialog);
  draw();
  loaded?.then(draw);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    dialog.showModal();
  });
}
