// What the chat page does beyond Gradio: sources beside the chat, copying with citations, names for screen readers.
(() => {
  "use strict";

  const compact = /\/embed\/?$/.test(location.pathname);
  document.documentElement.classList.toggle("compact", compact);
  keepStorageUsable();
  let touched;
  addEventListener("pointerdown", () => (touched = document.activeElement), true);
  addEventListener("click", onClick);
  addEventListener("keydown", onKey);
  addEventListener("focusin", () => document.body.classList.remove("card-away"));
  addEventListener("mouseover", (event) => {
    if (event.target.closest?.(".cite")) document.body.classList.remove("card-away");
  });
  new MutationObserver(nameParts).observe(document.documentElement, { childList: true, subtree: true });

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
      if (isFirstTap(link)) link.focus();
      else openSource(link);
    }
    const copy = event.target.closest?.(".answer .copy");
    if (copy) copyAnswer(copy);
    const again = event.target.closest?.(".answer .chip")?.querySelector(".again");
    if (again) ask(again.textContent);
  }

  function ask(question) {
    const field = document.querySelector('textarea[data-testid="textbox"]');
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, question);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    // Gradio takes the text over after this event.
    setTimeout(() => document.querySelector('[data-testid="submit-button"]')?.click());
  }

  // Where nothing can hover, the first tap on a citation shows its card, and the next one opens the source.
  function isFirstTap(link) {
    return link.matches(".cite") && matchMedia("(hover: none)").matches && touched !== link;
  }

  function onKey(event) {
    if (event.key !== "Escape") return;
    const card = document.querySelector(".cite:hover + .card, .cite:focus + .card");
    if (card && !document.body.classList.contains("card-away")) document.body.classList.add("card-away");
    else closeSource();
  }

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

  async function copyAnswer(button) {
    const answer = button.closest(".answer").cloneNode(true);
    answer.querySelectorAll(".card").forEach((card) => card.remove());
    const said = answer.querySelector(".said").textContent;
    const sources = [...answer.querySelectorAll(".sources li")].map((line) => {
      const original = line.querySelector(".original");
      const address = original ? `\n    ${original.href.split("#:~:")[0]}` : "";
      original?.remove();
      return line.textContent.replace(/ · $/, "") + address;
    });
    const text = [said, "", ...sources].join("\n");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyBySelection(text);
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy with citations"), 2000);
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

  // Gradio drops aria- attributes in messages, names answers by their HTML, and calls a row of buttons a list.
  function nameParts() {
    for (const cite of document.querySelectorAll(".answer .cite:not([aria-label])")) {
      const card = cite.nextElementSibling;
      cite.setAttribute("aria-label", `Source ${cite.textContent.replace(/\D/g, "")}: ${card.textContent}`);
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
  }
})();
