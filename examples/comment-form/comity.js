// The two calls of comity that a comment form needs, as plain JSON.

/** How long the reader waits for an answer, in milliseconds. */
const PATIENCE = 10_000;

/** Why there is no answer: "busy", "unreachable" or "refused". `retryAfter`: seconds to wait before the next call. */
export class CallFailed extends Error {
  constructor(why, retryAfter = 0) {
    super(why);
    this.why = why;
    this.retryAfter = retryAfter;
  }
}

export class Comity {
  #address;

  /** The address as in "http://127.0.0.1:8080", with or without a slash at the end. */
  constructor(address) {
    this.#address = address.replace(/\/+$/, "");
  }

  /** Applies the form rules to a draft: { counter, ready, reasons, … }. Fields that are zero or empty may be absent. */
  checkDraft(comment, signal) {
    return this.#call("/v1/comments:checkDraft", { comment }, signal);
  }

  /** Judges a comment under an article: a verdict, with spans as JavaScript counts. */
  async moderate(comment, article) {
    const request = { comment, article, offsetUnit: "OFFSET_UNIT_UTF16", omitScores: true };
    const { verdict } = await this.#call("/v1/comments:moderate", request);
    return verdict;
  }

  async #call(path, message, signal) {
    const patience = AbortSignal.timeout(PATIENCE);
    let response, answer;
    try {
      response = await fetch(this.#address + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(message),
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
      });
      answer = await response.json();
    } catch {
      throw new CallFailed("unreachable");
    }
    if (response.ok) return answer;
    const why = { 400: "refused", 429: "busy", 503: "busy" }[response.status] ?? "unreachable";
    throw new CallFailed(why, retryAfter(response, answer));
  }
}

/** The seconds that an error asks to wait: google.rpc.RetryInfo as in "0.5s", else Retry-After, else none. */
function retryAfter(response, answer) {
  const info = answer.error?.details?.find((detail) => detail["@type"]?.endsWith("/google.rpc.RetryInfo"));
  return parseFloat(info?.retryDelay ?? response.headers.get("retry-after")) || 0;
}
