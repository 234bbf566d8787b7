// The comment form: checks the draft while the reader types, sends the comment, shows what became of it.

import { Comity } from "./comity.js";
import { list, publish, showResult } from "./answer.js";
import { say, speak } from "./phrases.js";

/** How long the reader must pause before the draft is checked, in milliseconds. */
const PAUSE = 250;

const OUTCOMES = { DECISION_APPROVE: "approved", DECISION_HOLD: "held", DECISION_REJECT: "rejected" };

const [form, text, counter, reasonList, send, reword] =
  ["comment-form", "text", "counter", "reasons", "send", "reword"].map((id) => document.getElementById(id));

const settings = new URLSearchParams(location.search);
const comity = new Comity(settings.get("api") ?? document.querySelector("meta[name=comity-api]").content);

// Each check ends the one before it: a late answer never overwrites a newer one.
let check = new AbortController();
let timer;

function checkDraftIn(milliseconds) {
  check.abort();
  clearTimeout(timer);
  timer = setTimeout(checkDraft, milliseconds);
}

async function checkDraft() {
  const { signal } = (check = new AbortController());
  try {
    const draft = await comity.checkDraft({ text: text.value }, signal);
    if (signal.aborted) return;
    delete counter.dataset.phrase;
    counter.textContent = draft.counter;
    // Nobody needs to be told that an untouched field is empty.
    list(reasonList, text.value ? messages(draft.reasons) : []);
  } catch (failure) {
    if (signal.aborted) return;
    say(counter, failure.why === "refused" ? "refused" : "noCounter");
    list(reasonList, []);
    if (failure.retryAfter) checkDraftIn(failure.retryAfter * 1000);
  }
}

async function sendComment() {
  if (send.disabled) return;
  const comment = { text: text.value };
  const article = { headline: document.querySelector("article:not([hidden]) h1").textContent };
  text.readOnly = send.disabled = true;
  say(send, "sending");
  // When the button works again, in seconds: the service may ask for a pause.
  let pause = 0;
  try {
    showVerdict(comment.text, await comity.moderate(comment, article));
  } catch (failure) {
    showResult(failure.why ?? "unreachable");
    pause = failure.retryAfter ?? 0;
  } finally {
    text.readOnly = false;
    say(send, "send");
    setTimeout(() => (send.disabled = false), pause * 1000);
  }
}

function showVerdict(sent, { decision, reasons = [] }) {
  const outcome = OUTCOMES[decision];
  showResult(outcome, {
    messages: messages(reasons),
    sent,
    spans: reasons.flatMap((reason) => reason.spans ?? []),
    canReword: reasons.some((reason) => reason.authorCanFix),
  });
  if (outcome === "approved") publish(sent);
  if (outcome !== "rejected") fill("");
  markInvalid(outcome === "rejected");
  // A held comment comes back into the form, unless the reader has begun another.
  reword.onclick = () => {
    if (!text.value) fill(sent);
    text.focus();
  };
}

const messages = (reasons = []) => [...new Set(reasons.map((reason) => reason.authorMessage))];

function fill(draft) {
  text.value = draft;
  checkDraftIn(0);
}

function markInvalid(yes) {
  text.ariaInvalid = yes;
  text.setAttribute("aria-describedby", `rules counter reasons${yes ? " result-reasons" : ""}`);
}

text.addEventListener("input", () => {
  markInvalid(false);
  checkDraftIn(PAUSE);
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  sendComment();
});
for (const button of document.querySelectorAll("nav button")) {
  button.addEventListener("click", () => speak(button.lang));
}
speak(settings.get("lang") ?? document.documentElement.lang);
checkDraftIn(0);
