// Copies what is quoted with its citations: in the chat, and on the page of who said what.
(() => {
  "use strict";

  window.onrecordCopying = Object.freeze({ copy, publishedLine });

  // Copies a text with citation marks, and below it a line for each source; says so on the button.
  async function copy(button, { text: quoted, citations }) {
    const byNumber = new Map(citations.map((citation) => [citation.number, citation]));
    const sources = [...byNumber.values()].sort((one, other) => one.number - other.number).map(sourceLine);
    const text = [quoted, "", ...sources].join("\n");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyBySelection(text);
      button.focus();
    }
    button.dataset.label ??= button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = button.dataset.label), 2000);
  }

  function sourceLine({ number, article, also_in: copies }) {
    const also = copies.length ? ` · also in ${copies.join(", ")}` : "";
    const address = article.url ? `\n    ${article.url}` : "";
    return `[${number}] ${article.title} — ${publishedLine(article)}${also}${address}`;
  }

  function publishedLine({ publisher, published }) {
    const day = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
    const date = published ? new Date(published).toLocaleDateString("en-GB", day) : "undated";
    return publisher ? `${publisher}, ${date}` : date;
  }

  // Without https, or in a frame that wasn't given the clipboard.
  function copyBySelection(text) {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
})();
