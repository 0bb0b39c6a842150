// Adds the chat to any page with one line: <script src="https://HOST/embed.js"></script>. See docs/embedding.md.
(() => {
  "use strict";

  const script = document.currentScript;
  if (!script || window.onrecord) return;

  const base = new URL(".", script.src);
  const options = {
    mode: "launcher",
    position: "bottom-right",
    label: "Ask our articles",
    greeting: "",
    starters: "",
    look: "auto",
    ...script.dataset,
  };
  const inline = options.mode === "inline";
  const PATIENCE = 15_000;
  const PHONE = "(max-width: 40rem)";
  const TEXTS = {
    loading: "Opening the chat …",
    away: "The chat can't be reached just now.",
    unreachable: "The chat doesn't answer: its server is down, or this page's origin isn't in its ONRECORD_ORIGINS.",
  };

  const { host, root, launcher, panel, frameBox } = build();
  let frame;
  let waiting;
  let ready = false;
  const questions = [];

  window.onrecord = Object.freeze({ open, close, ask });
  addEventListener("message", onMessage);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", mount);
  else mount();

  function mount() {
    addPageStyle();
    if (!inline) return document.body.append(host);
    const target = options.target && document.querySelector(options.target);
    if (target) target.append(host);
    else script.after(host);
    new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      if (!frame) load();
    }).observe(host);
  }

  // Opening, closing and asking

  function open() {
    if (!frame) load();
    if (inline) host.scrollIntoView({ block: "nearest" });
    else if (panel.hidden) {
      show(true);
      dispatch("open");
    }
    focusChat();
  }

  function close() {
    if (inline || panel.hidden) return;
    show(false);
    launcher.focus();
    dispatch("close");
  }

  function show(shown) {
    panel.hidden = !shown;
    launcher.setAttribute("aria-expanded", String(shown));
  }

  function ask(question) {
    if (String(question).trim()) questions.push(String(question));
    open();
    if (ready) sendQuestions();
  }

  function sendQuestions() {
    for (const question of questions.splice(0)) send("ask", { question });
  }

  function focusChat() {
    if (!ready) return panel.focus();
    frame.focus();
    send("focus");
  }

  // The frame is loaded when it is first needed, and again by the button Retry

  function load() {
    setState("loading");
    frame?.remove();
    frame = make("iframe", { title: options.label, allow: "clipboard-write", src: address() });
    frameBox.append(frame);
    clearTimeout(waiting);
    waiting = setTimeout(giveUp, PATIENCE);
  }

  function giveUp() {
    setState("away");
    dispatch("error", { message: TEXTS.unreachable });
  }

  function setState(state) {
    ready = state === "ready";
    panel.dataset.state = state;
  }

  function address() {
    const url = new URL("embed", base);
    if (article()) url.searchParams.set("article", article());
    return url.href;
  }

  // Returns the id or URL of the page's article: data-article, the canonical link, or the page's own address.
  function article() {
    if ("article" in options) return options.article;
    return document.querySelector('link[rel="canonical"]')?.href ?? location.origin + location.pathname;
  }

  // Messages to and from the chat, only in our own frame and only with our own server

  function send(type, content = {}) {
    frame.contentWindow.postMessage({ onrecord: 1, type, ...content }, base.origin);
  }

  function onMessage(event) {
    if (!frame || event.source !== frame.contentWindow || event.origin !== base.origin) return;
    if (event.data?.onrecord !== 1) return;
    const { onrecord, type, ...content } = event.data;
    if (type === "ready") onReady();
    if (type === "answer") onAnswer(content);
    if (type === "cite") onCite(content);
    if (type === "close") close();
    if (type === "error") dispatch("error", content);
  }

  function onReady() {
    clearTimeout(waiting);
    const hadFocus = root.activeElement !== null;
    setState("ready");
    const starters = options.starters.split("|").map((starter) => starter.trim());
    const accent = getComputedStyle(host).getPropertyValue("--onrecord-accent").trim();
    send("init", { greeting: options.greeting, starters: starters.filter(Boolean), accent, look: options.look });
    dispatch("ready");
    sendQuestions();
    if (hadFocus) focusChat();
  }

  function onAnswer(answer) {
    const ranges = answer.citations.filter(isOfThisPage).map((citation) => findInPage(citation.quote));
    highlight(ranges.filter(Boolean));
    dispatch("answer", answer);
  }

  function onCite(citation) {
    const covered = !inline && matchMedia(PHONE).matches;
    const range = isOfThisPage(citation) && !covered && findInPage(citation.quote);
    if (!range) return;
    highlight([range]);
    range.startContainer.parentElement.scrollIntoView({ block: "center" });
    send("shown");
  }

  function dispatch(name, detail = {}) {
    document.dispatchEvent(new CustomEvent(`onrecord:${name}`, { bubbles: true, detail }));
  }

  // Quotations in the page itself

  function isOfThisPage(citation) {
    return Boolean(article()) && [citation.article, citation.url].includes(article().split("#")[0]);
  }

  // Returns the range of the page that has the quotation's text, whatever white space and markup are in between.
  function findInPage(quote) {
    const letters = [...quote].map(folded).join("");
    for (const part of [...document.querySelectorAll("article, main"), document.body]) {
      const { text, places } = textOf(part);
      const at = text.indexOf(letters);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(...places[at]);
      const [node, offset] = places[at + letters.length - 1];
      range.setEnd(node, offset + 1);
      return range;
    }
    return null;
  }

  function textOf(part) {
    const places = [];
    let text = "";
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.parentElement.closest("script, style, noscript, textarea")) continue;
      for (let offset = 0; offset < node.length; offset++) {
        const letter = folded(node.data[offset]);
        text += letter;
        if (letter) places.push([node, offset]);
      }
    }
    return { text, places };
  }

  function folded(letter) {
    if (/[\s\u00ad\u200b]/.test(letter)) return "";
    return { "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-" }[letter] ?? letter;
  }

  function highlight(ranges) {
    if (window.Highlight) CSS.highlights.set("onrecord", new Highlight(...ranges));
    else if (ranges.length) getSelection().setBaseAndExtent(...ends(ranges[0]));
  }

  function ends(range) {
    return [range.startContainer, range.startOffset, range.endContainer, range.endOffset];
  }

  function addPageStyle() {
    const sheet = styleSheet("::highlight(onrecord) { background-color: #ffe58a; color: #1f1f1f; }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }

  // The elements, in a shadow tree, so that the page's styles and ours don't affect each other

  function build() {
    const host = make("div");
    host.dataset.look = options.look;
    host.dataset.mode = options.mode;
    host.dataset.position = options.position;
    for (const name of ["accent", "width", "height"]) {
      if (options[name]) host.style.setProperty(`--onrecord-${name}`, options[name]);
    }
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styleSheet(widgetStyle())];

    const launcher = make("button", { type: "button", className: "launcher", textContent: options.label });
    launcher.setAttribute("aria-expanded", "false");
    launcher.setAttribute("aria-controls", "panel");
    launcher.addEventListener("click", () => (panel.hidden ? open() : close()));

    const closer = make("button", { type: "button", textContent: "Close" });
    closer.addEventListener("click", close);
    const header = make("header", {}, make("strong", { textContent: options.label }), closer);

    const retry = make("button", { type: "button", textContent: "Retry" });
    retry.addEventListener("click", () => {
      load();
      focusChat();
    });
    const loading = make("p", { className: "loading", textContent: TEXTS.loading });
    const away = make("div", { className: "away" }, make("p", { textContent: TEXTS.away }), retry);
    loading.setAttribute("role", "status");
    away.setAttribute("role", "alert");

    const frameBox = make("div", { className: "frame" }, loading, away);
    const panel = make("section", { id: "panel", tabIndex: -1, hidden: !inline }, ...(inline ? [] : [header]), frameBox);
    panel.setAttribute("role", inline ? "region" : "dialog");
    panel.setAttribute("aria-label", options.label);
    panel.addEventListener("keydown", (event) => event.key === "Escape" && close());

    root.append(...(inline ? [panel] : [launcher, panel]));
    return { host, root, launcher, panel, frameBox };
  }

  function make(name, properties = {}, ...children) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }

  function styleSheet(text) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  }

  function widgetStyle() {
    return `
      :host {
        --accent: var(--onrecord-accent, #4f46e5); --ink: light-dark(#1f2430, #e6e8ee);
        --line: light-dark(#d9dce3, #363b47); --paper: light-dark(#fff, #14161c);
        /* Only an important rule in here is stronger than the page's own rules for this element. */
        all: initial !important; display: block !important; color-scheme: light dark !important;
        font: 16px/1.4 system-ui, sans-serif !important; text-align: left !important;
      }
      :host([data-look="light"]) { color-scheme: light !important; }
      :host([data-look="dark"]) { color-scheme: dark !important; }
      [hidden] { display: none !important; }
      * { box-sizing: border-box; }
      button { font: inherit; cursor: pointer; }
      :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
      #panel:focus { outline: none; }

      .launcher {
        position: fixed; right: 1.25rem; bottom: 1.25rem; z-index: var(--onrecord-z-index, 9000);
        padding: .7rem 1.15rem; border: 0; border-radius: 2rem; font-weight: 600;
        color: var(--onrecord-accent-text, #fff); background: var(--accent); box-shadow: 0 3px 14px rgb(0 0 0 / .25);
      }
      #panel {
        display: flex; flex-direction: column; overflow: hidden; color: var(--ink); background: var(--paper);
        border: 1px solid var(--line); border-radius: .8rem;
        width: var(--onrecord-width, 100%); max-width: 100%; height: var(--onrecord-height, 36rem);
      }
      :host(:not([data-mode="inline"])) #panel {
        position: fixed; right: 1.25rem; bottom: 5rem; z-index: var(--onrecord-z-index, 9000);
        width: var(--onrecord-width, 26rem); height: var(--onrecord-height, 40rem);
        max-width: calc(100vw - 2.5rem); max-height: calc(100dvh - 6.25rem); box-shadow: 0 10px 40px rgb(0 0 0 / .25);
      }
      :host([data-position="bottom-left"]:not([data-mode="inline"])) :is(.launcher, #panel) {
        right: auto; left: 1.25rem;
      }
      @media ${PHONE} {
        :host(:not([data-mode="inline"])) #panel {
          inset: 0 !important; width: auto; height: 100dvh; max-width: none; max-height: none; border: 0;
          border-radius: 0;
        }
      }

      header {
        display: flex; align-items: center; justify-content: space-between; gap: 1rem;
        padding: .5rem .6rem .5rem 1rem; border-bottom: 1px solid var(--line);
      }
      header button, .away button {
        padding: .25rem .7rem; border: 1px solid var(--line); border-radius: .4rem; color: inherit; background: none;
      }
      header button:hover, .away button:hover { border-color: currentcolor; }
      .frame { position: relative; flex: 1; min-height: 0; }
      iframe { display: block; width: 100%; height: 100%; border: 0; visibility: hidden; }
      [data-state="ready"] iframe { visibility: visible; }
      .loading, .away {
        position: absolute; inset: 0; display: none; flex-direction: column; align-items: center;
        justify-content: center; gap: .8rem; margin: 0; padding: 1rem; text-align: center;
      }
      .away p { margin: 0; }
      [data-state="loading"] .loading, [data-state="away"] .away { display: flex; }
      .loading::before {
        content: ""; width: 1.4rem; height: 1.4rem; border: 3px solid var(--line); border-top-color: var(--accent);
        border-radius: 50%; animation: turn 1s linear infinite;
      }
      @keyframes turn { to { rotate: 1turn; } }
      @media (prefers-reduced-motion: reduce) { .loading::before { animation: none; } }
    `;
  }
})();
