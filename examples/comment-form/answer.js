// Shows answers. Text of readers and of the service goes into the page as text only (`textContent`, `append`), never as
// HTML, so that markup in a comment stays what was typed.

import { languageOf, say } from "./phrases.js";

const byId = (id) => document.getElementById(id);

/**
 * Shows what became of a comment and moves the focus there. `outcome` is a phrase, as is `${outcome}Text`; `spans` are the
 * stretches of `sent` that led to it.
 */
export function showResult(outcome, { messages = [], sent = "", spans = [], canReword = false } = {}) {
  const result = byId("result");
  result.dataset.outcome = outcome;
  say(byId("result-title"), outcome);
  say(byId("result-text"), `${outcome}Text`);
  list(byId("result-reasons"), messages);
  byId("result-comment").replaceChildren(...marked(sent, spans));
  byId("result-comment").lang = languageOf(sent);
  byId("result-words").hidden = !spans.length;
  byId("result-nudge").hidden = !canReword;
  result.hidden = false;
  result.focus();
}

/** Puts an approved comment under the article. */
export function publish(comment) {
  const author = document.createElement("strong");
  say(author, "you");
  const body = line("p", comment);
  const item = document.createElement("li");
  item.append(author, body);
  byId("comments").append(item);
  byId("no-comments").hidden = true;
}

/** Fills a list, which is hidden when there is nothing in it. */
export function list(element, lines) {
  element.replaceChildren(...lines.map((text) => line("li", text)));
  element.hidden = !lines.length;
}

function line(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  element.lang = languageOf(text);
  return element;
}

/** The comment in pieces, its spans inside <mark>. Spans are in UTF-16 units and may overlap; a `begin` of 0 is absent. */
function marked(comment, spans) {
  const pieces = [];
  let done = 0;
  for (const { begin = 0, end } of spans.toSorted((a, b) => (a.begin ?? 0) - (b.begin ?? 0))) {
    if (end <= done) continue;
    const from = Math.max(begin, done);
    const mark = document.createElement("mark");
    mark.textContent = comment.slice(from, end);
    pieces.push(comment.slice(done, from), mark);
    done = end;
  }
  return [...pieces, comment.slice(done)];
}
