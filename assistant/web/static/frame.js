// The chat's side of the widget: in the frame, it talks with embed.js in the page around it.
(() => {
  "use strict";

  if (parent === window || !/\/embed\/?$/.test(location.pathname)) return;

  const chat = window.onrecordChat;

  // The origin of the page around the frame, once that has sent a message and is on the list.
  let host;
  let announced = false;
  let start = { greeting: "", starters: [] };
  const article = new URLSearchParams(location.search).get("article");

  addEventListener("message", onMessage);
  addEventListener("click", onClick, true);
  addEventListener("keydown", onKey, true);
  addEventListener("onrecord:answered", report);
  addEventListener("onrecord:failed", ({ detail }) => send("error", { message: detail }));
  new MutationObserver(onChange).observe(document.documentElement, { childList: true, subtree: true });

  function onChange() {
    greet();
    if (!announced && chat.textbox() && origins()) announce();
  }

  // Messages

  // To whoever shows the frame, as that isn't known yet: it says no more than that the chat is there.
  function announce() {
    announced = true;
    if (article) addChip().catch(() => {});
    parent.postMessage({ onrecord: 1, type: "ready" }, "*");
  }

  function send(type, content = {}) {
    if (host) parent.postMessage({ onrecord: 1, type, ...content }, host);
  }

  function onMessage(event) {
    if (event.source !== parent || event.data?.onrecord !== 1 || !origins()?.includes(event.origin)) return;
    host = event.origin;
    const { type } = event.data;
    if (type === "init") init(event.data);
    if (type === "ask") chat.ask(String(event.data.question));
    if (type === "focus") chat.textbox().focus();
    if (type === "shown") document.querySelector("#source:not([hidden]) button")?.click();
  }

  // The server's list comes with the page; Gradio adds it to the document some time after this script.
  function origins() {
    const list = document.querySelector('meta[name="onrecord-origins"]');
    return list && [location.origin, ...list.content.split(" ").filter(Boolean)];
  }

  // How the page around it wants the chat to begin and to look

  function init({ greeting, starters, accent, look }) {
    start = { greeting: String(greeting), starters: Array.from(starters, String) };
    greet();
    if (look !== "auto") document.body.classList.toggle("dark", look === "dark");
    if (!accent || !CSS.supports("color", accent)) return;
    const { style } = document.body;
    style.setProperty("--color-accent", accent);
    style.setProperty("--border-color-accent", accent);
    style.setProperty("--color-accent-soft", `color-mix(in srgb, ${accent} 16%, transparent)`);
  }

  // Gradio shows its greeting anew whenever the conversation is empty, and once more when the page has loaded.
  function greet() {
    const empty = document.querySelector(".placeholder-content");
    if (!empty) return;
    const text = empty.querySelector(".placeholder p");
    if (start.greeting && text && text.textContent !== start.greeting) text.textContent = start.greeting;
    if (!start.starters.length) return;
    empty.querySelector(".examples")?.remove();
    if (empty.querySelector(".starters")) return;
    const list = document.createElement("div");
    list.className = "starters";
    list.append(...start.starters.map((question) => button("example", question)));
    empty.append(list);
  }

  // Where the collection has the page's article: it alone is searched first then.
  async function addChip() {
    const found = await fetch(`articles?article=${encodeURIComponent(article)}`);
    const { title } = (await found.json()) ?? {};
    if (!title) return;
    const chip = document.createElement("div");
    chip.id = "chip";
    const remove = button("", "×", () => removeChip(chip));
    remove.setAttribute("aria-label", "Ask all articles alike");
    chip.append("This article first ", remove);
    chip.title = `Questions are answered from “${title}” if that says something, else from all articles.`;
    document.body.prepend(chip);
    document.body.classList.add("with-chip");
  }

  // Gradio sends the page's parameters with each question, as they are then.
  function removeChip(chip) {
    history.replaceState(null, "", location.pathname);
    document.body.classList.remove("with-chip");
    chip.remove();
    chat.textbox().focus();
  }

  function button(className, textContent, onclick = null) {
    return Object.assign(document.createElement("button"), { type: "button", className, textContent, onclick });
  }

  // Reporting answers to the page around the frame

  function report() {
    const question = last('[data-testid="user"]')?.textContent.trim();
    const answer = last('[data-testid="user"], [data-testid="bot"] .answer');
    const data = answer && chat.record(answer);
    if (!data) {
      const message = answer?.querySelector(".said")?.textContent.trim();
      return send("error", { question, message: message ?? "There was no answer." });
    }
    const { refused, citations } = data;
    const text = refused ? answer.querySelector(".said").textContent : data.text;
    send("answer", { question, text, refused, citations: citations.map(chat.citationFacts) });
  }

  function last(selector) {
    return [...document.querySelectorAll(selector)].at(-1);
  }

  // The citation that a mark stands for: of several quotations of a passage, the one that the mark leads to.
  function citation(mark) {
    const [, article, start] = mark.getAttribute("href").match(/articles\/([^?]+)\?quote=(\d+)/);
    const { citations } = chat.record(mark);
    return chat.citationFacts(citations.find((each) => each.article.id === article && each.start === Number(start)));
  }

  // What the reader does

  function onClick(event) {
    const mark = event.target.closest?.(".answer .cite");
    if (mark && !event.ctrlKey && !event.metaKey && !event.shiftKey) send("cite", citation(mark));
  }

  // Escape closes the innermost thing that is open: chat.js closes a card or a source, the page the whole chat.
  function onKey(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    if (!chat.hasOpenPart()) send("close");
  }
})();
