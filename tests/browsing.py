"""What the browser tests of the chat and of the widget share."""

STILL = """() => new Promise((still) => {
    let timer = setTimeout(still, 300);
    document.addEventListener("scroll", () => {
        clearTimeout(timer);
        timer = setTimeout(still, 300);
    }, true);
})"""


def settle(frame):
    """Waits until the chat has scrolled down to the answer: while it does, its parts move away under the pointer."""
    frame.locator("html").evaluate(STILL)
