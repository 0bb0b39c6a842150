// Adds to Gradio's chat: sources beside the chat, questions asked and edited by a click, copying with citations, names
// for screen readers.
(() => {
  "use strict";

  // Elements that show a card when they are pointed at, tapped or focused.
  const CARDED = ".answer :is(.cite, .flag)";

  const copying = window.onrecordCopying;
  const compact = /\/embed\/?$/.test(location.pathname);
  document.documentElement.classList.toggle("compact", compact);
  keepStorageUsable();
  let touched;
  addEventListener("pointerdown", () => (touched = document.activeElement), true);
  addEventListener("click", onClick);
  addEventListener("click", onExample, true);
  addEventListener("keydown", onKey);
  addEventListener("keydown", (event) => (typed ||= event.key === "Enter" && event.target === textbox()), true);
  addEventListener("scroll", onScroll, true);
  addEventListener("focusin", () => document.body.classList.remove("card-away"));
  addEventListener("mouseover", (event) => {
    if (event.target.closest?.(CARDED)) document.body.classList.remove("card-away");
  });
  const changes = { childList: true, subtree: true, attributeFilter: ["disabled"] };
  new MutationObserver(onChange).observe(document.documentElement, changes);
  window.onrecordChat = Object.freeze({ ask, textbox, hasOpenPart, record, citationFacts });

  function onChange() {
    nameParts();
    followAnswer();
    returnFocus();
    keepInSight();
    putNext();
  }

  // In a frame of another site some browsers forbid any storage: then it lasts as long as the page.
  function keepStorageUsable() {
    try {
      localStorage.getItem("");
    } catch {
      const kept = new Map();
      const storage = {
        getItem: (name) => kept.get(String(name)) ?? null,
        setItem: (name, value) => void kept.set(String(name), String(value)),
        removeItem: (name) => void kept.delete(String(name)),
        clear: () => kept.clear(),
      };
      for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, { value: storage, configurable: true });
      }
    }
  }

  function onClick(event) {
    const link = event.target.closest?.(".answer a.cite, .answer a.source");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (isFirstTap(link)) showCard(link);
      else openSource(link);
    }
    const button = event.target.closest?.(".answer button");
    if (button?.matches(".copy")) copying.copy(button, record(button));
    if (button?.matches(".chip")) askWithout(button.name, record(button));
    if (button?.matches(".edit")) edit(record(button).understood);
  }

  // Answers as data: each message carries its answer as the server's JSON, signed, in a hidden input.

  function record(part) {
    const input = part.closest(".answer")?.querySelector("input.record");
    return input ? JSON.parse(input.value) : null;
  }

  function citationFacts({ number, quote, article }) {
    const { id, title, url } = article;
    return { number, quote, title, facts: copying.publishedLine(article), url: url ?? "", article: id };
  }

  // Gradio would ask it too, but wouldn't keep the conversation.
  function onExample(event) {
    const example = event.target.closest?.("button.example");
    if (!example) return;
    event.stopPropagation();
    ask(example.textContent.trim());
  }

  // Where nothing can hover, the first tap on a citation shows its card, and the next one opens the source.
  function isFirstTap(link) {
    return link.matches(".cite") && matchMedia("(hover: none)").matches && touched !== link;
  }

  // Above the card, which lies over the lower part of a small screen.
  function showCard(link) {
    link.focus();
    link.scrollIntoView({ block: "center" });
  }

  function onKey(event) {
    if (event.key !== "Escape") return;
    if (openCard()) document.body.classList.add("card-away");
    else closeSource();
  }

  function openCard() {
    return document.querySelector(`body:not(.card-away) ${CARDED}:is(:hover, :focus) + .card`);
  }

  function hasOpenPart() {
    return Boolean(openCard() ?? document.querySelector("#source:not([hidden])"));
  }

  // Sources

  let opener;

  function openSource(link) {
    const panel = document.getElementById("source") ?? makePanel();
    const frame = panel.querySelector("iframe");
    const [path, fragment] = link.getAttribute("href").split("#");
    const dark = document.body.classList.contains("dark") ? "dark" : "light";
    // A new frame for each source: going from one quotation to another in the same document wouldn't load it anew.
    const fresh = frame.cloneNode();
    fresh.src = `${path}&look=${dark}#${fragment}`;
    frame.replaceWith(fresh);
    panel.hidden = false;
    document.body.classList.add("with-source");
    document.body.classList.add("card-away");
    opener = link;
    panel.querySelector("button").focus();
  }

  function closeSource() {
    const panel = document.getElementById("source");
    if (!panel || panel.hidden) return;
    panel.hidden = true;
    document.body.classList.remove("with-source");
    opener?.focus();
    document.body.classList.add("card-away");
  }

  function makePanel() {
    const panel = document.createElement("aside");
    panel.id = "source";
    panel.setAttribute("aria-label", "Source");
    panel.innerHTML = '<header><strong>Source</strong><button type="button">Close</button></header>';
    const frame = document.createElement("iframe");
    frame.title = "The article, its quotation highlighted";
    panel.append(frame);
    panel.querySelector("button").addEventListener("click", closeSource);
    document.body.append(panel);
    return panel;
  }

  // Questions for Gradio's textbox: each is put there when the answer before it is finished

  const waiting = [];
  let asked = false;
  let answering = false;
  let typed = false;
  let returning = false;

  function textbox() {
    return document.querySelector('textarea[data-testid="textbox"]');
  }

  function submit() {
    return document.querySelector('[data-testid="submit-button"]');
  }

  function stop() {
    return document.querySelector('[data-testid="stop-button"]');
  }

  function ask(question, ignore = []) {
    waiting.push({ question, ignore, send: true });
    putNext();
  }

  // Asks again, of all articles: without what was guessed from the question's words about dates, publisher or author.
  function askWithout(field, { question, understood, ignored }) {
    ask(understood || question, [...ignored, field]);
  }

  // For the reader to change and send; an answer that is being written is stopped.
  function edit(question) {
    stop()?.click();
    waiting.push({ question, ignore: [], send: false });
    putNext();
  }

  function putNext() {
    if (!waiting.length || asked || answering || !submit() || textbox().disabled) return;
    const { question, ignore, send } = waiting.shift();
    const field = textbox();
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, question);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (!send) return field.focus();
    asked = true;
    setParameter("ignore", ignore.join(","));
    // Gradio takes the text over after this event.
    setTimeout(() => submit().click());
  }

  // Gradio sends the page's parameters with each question, as they are then.
  function setParameter(name, value) {
    const address = new URL(location.href);
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }

  // While an answer is made Gradio shows a button that stops it.
  function followAnswer() {
    if (stop()) {
      asked = false;
      answering = true;
    } else if (answering && submit()) {
      answering = false;
      setParameter("ignore", "");
      returning = typed;
      typed = false;
      dispatchEvent(new Event("onrecord:answered"));
    }
    // Else Gradio would write the rest of the answer into the other conversation.
    for (const part of document.querySelectorAll("#history, #conversation .top-panel")) part.inert = Boolean(stop());
    document.querySelectorAll('.toast-body.error [data-testid="toast-text"]:not([data-told])').forEach(onError);
    clearTimeout(calm);
    calm = setTimeout(tellStopped, 500);
  }

  // Gradio disables the textbox while it answers, which takes the focus away from somebody who types.
  function returnFocus() {
    if (!returning || textbox().disabled) return;
    returning = false;
    if (document.activeElement === document.body) textbox().focus();
  }

  let questions = 0;
  let followed = false;
  let placed = 0;

  // The question stays in sight while its answer grows, until something else scrolls.
  function keepInSight() {
    const shown = [...document.querySelectorAll('[data-testid="user"]')];
    if (shown.length !== questions) followed = shown.length > questions;
    questions = shown.length;
    if (!followed) return;
    const question = shown.at(-1);
    const log = question.closest('[role="log"]');
    log.scrollTop += question.getBoundingClientRect().top - log.getBoundingClientRect().top - 12;
    placed = log.scrollTop;
  }

  function onScroll({ target }) {
    if (target.matches?.('[role="log"]') && Math.abs(target.scrollTop - placed) > 2) followed = false;
  }

  // Such as that the connection is lost.
  function onError(toast) {
    toast.dataset.told = "";
    asked = answering = false;
    waiting.length = 0;
    setParameter("ignore", "");
    dispatchEvent(new CustomEvent("onrecord:failed", { detail: toast.textContent.trim() }));
  }

  let calm;

  // An answer that was stopped before its first sentence still says what was being done.
  function tellStopped() {
    for (const doing of submit() ? document.querySelectorAll(".answer .doing") : []) {
      doing.textContent = "Stopped.";
      doing.classList.remove("doing");
    }
  }

  // Gradio drops aria- attributes in messages, names answers by their HTML, calls a row of buttons a list, and takes
  // the textbox's placeholder away with the first question.
  function nameParts() {
    for (const cite of document.querySelectorAll(".answer .cite:not([aria-label])")) {
      const card = cite.nextElementSibling;
      cite.setAttribute("aria-label", `Source ${cite.textContent.replace(/\D/g, "")}: ${card.textContent}`);
    }
    for (const flag of document.querySelectorAll(".answer .flag:not([aria-label])")) {
      flag.setAttribute("aria-label", `Not backed by the articles: ${flag.nextElementSibling.textContent}`);
    }
    for (const button of document.querySelectorAll(".answer .edit:not([aria-label])")) {
      button.setAttribute("aria-label", `Edit the question: ${button.previousElementSibling.textContent}`);
    }
    for (const chip of document.querySelectorAll(".answer .chip:not([aria-label])")) {
      chip.setAttribute("aria-label", `Ask again without: ${chip.firstChild.textContent.replace(" ×", "")}`);
    }
    for (const examples of document.querySelectorAll('.examples[role="list"]')) {
      examples.setAttribute("role", "group");
      examples.setAttribute("aria-label", "Example questions");
    }
    for (const message of document.querySelectorAll('[data-testid="bot"][aria-label*="<"]')) {
      message.setAttribute("aria-label", "Answer");
    }
    if (textbox() && !textbox().placeholder) textbox().placeholder = "Ask a question";
  }
})();
