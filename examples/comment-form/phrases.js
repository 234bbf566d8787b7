// What the page itself says, in every language that it speaks. What the service says to an author is not here: it comes
// with each answer, in the language of the comment.

const PHRASES = {
  en: {
    title: "Comment form of the Harbour Courier",
    masthead: "The Harbour Courier",
    comments: "Comments",
    noComments: "No comments yet.",
    you: "You",
    write: "Write a comment",
    label: "Your comment",
    rules: "Please be polite and keep to the subject. Ctrl + Enter sends.",
    noCounter: "The counter is not available right now. You can still send your comment.",
    send: "Send",
    sending: "Sending …",
    approved: "Your comment is published",
    approvedText: "Thank you. It stands under the article.",
    held: "A person will look at your comment",
    heldText: "It is not published yet.",
    rejected: "Your comment was not published",
    rejectedText: "Your text is still in the form.",
    words: "The marked words led to this:",
    nudge: "You can put it differently and send it again.",
    reword: "Reword it",
    busy: "Many comments are coming in right now",
    busyText: "Your comment was not sent. Your text is still in the form. Please send it again in a moment.",
    unreachable: "Your comment could not be sent",
    unreachableText: "There is no connection. Your text is still in the form. Please try again in a moment.",
    refused: "This comment cannot be sent as it is",
    refusedText: "It may be too long. Your text is still in the form.",
  },
  ko: {
    title: "하버 쿠리어 댓글 양식",
    masthead: "하버 쿠리어",
    comments: "댓글",
    noComments: "아직 댓글이 없습니다.",
    you: "나",
    write: "댓글 쓰기",
    label: "댓글 내용",
    rules: "예의를 지키고 주제에 맞게 써 주세요. Ctrl + Enter로 등록합니다.",
    noCounter: "지금은 글자 수를 셀 수 없습니다. 댓글은 등록할 수 있습니다.",
    send: "등록",
    sending: "등록하는 중 …",
    approved: "댓글이 게시되었습니다",
    approvedText: "감사합니다. 기사 아래에 표시됩니다.",
    held: "담당자가 댓글을 확인합니다",
    heldText: "아직 게시되지 않았습니다.",
    rejected: "댓글이 게시되지 않았습니다",
    rejectedText: "쓰신 글은 입력란에 그대로 있습니다.",
    words: "표시된 낱말 때문입니다.",
    nudge: "표현을 바꾸어 다시 등록할 수 있습니다.",
    reword: "고쳐 쓰기",
    busy: "지금 댓글이 많이 몰리고 있습니다",
    busyText: "댓글이 등록되지 않았습니다. 쓰신 글은 입력란에 그대로 있습니다. 잠시 뒤에 다시 등록해 주세요.",
    unreachable: "댓글을 등록하지 못했습니다",
    unreachableText: "연결되지 않습니다. 쓰신 글은 입력란에 그대로 있습니다. 잠시 뒤에 다시 시도해 주세요.",
    refused: "이대로는 댓글을 등록할 수 없습니다",
    refusedText: "글이 너무 길 수 있습니다. 쓰신 글은 입력란에 그대로 있습니다.",
  },
};

/** Writes a phrase into an element, which keeps it when the page changes its language. */
export function say(element, phrase) {
  element.dataset.phrase = phrase;
  element.textContent = PHRASES[document.documentElement.lang][phrase];
}

/** Turns the page to a language: phrases, article and switch. A language without phrases changes nothing. */
export function speak(language) {
  if (!Object.hasOwn(PHRASES, language)) return;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-phrase]")) say(element, element.dataset.phrase);
  for (const article of document.querySelectorAll("article")) article.hidden = article.lang !== language;
  for (const button of document.querySelectorAll("nav button")) button.ariaPressed = button.lang === language;
}

/** The language of a text for its `lang` attribute, so that a screen reader takes the right voice. */
export function languageOf(text) {
  return /\p{Script=Hangul}/u.test(text) ? "ko" : "en";
}
