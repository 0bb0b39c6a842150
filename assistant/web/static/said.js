// Shows the buttons that copy a remark: the page needs no script for anything else.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("button.copy")) {
    button.addEventListener("click", () => window.onrecordCopying.copy(button, JSON.parse(button.dataset.record)));
    button.hidden = false;
  }
})();
