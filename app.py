"""The chat as a program: `python app.py`. Everything is set by `ONRECORD_…` variables; nothing is decided here."""

import sys

from assistant.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve"]))
