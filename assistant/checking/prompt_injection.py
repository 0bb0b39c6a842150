"""Recognises sentences in articles that give orders to a language model and therefore report nothing."""

import re

_MODEL = r"(?:AIs?|LLMs?|(?:chat)?bots?|assistants?|(?:language\s+)?models?)"
_IGNORE = (
    r"(?:ignor\w+|disregard|forget|override|bypass|oubli\w+|olvid\w+|vergiss\w*|vergesst|dimentica\w*|esque[cç]\w+)"
)
_ORDER = re.compile(
    rf"""
    ^\W*{_IGNORE}\b.{{0,60}}\b(?:(?:an)?weisung\w*|instru[cçkz]\w+|istruzion\w+|directions|rules?|prompts?|data|text)\b
    | \b{_IGNORE}\b.{{0,60}}\b(?:above|previous|prior|earlier|bisherig\w+|pr[ée]c[ée]dent\w*|anterior\w*)\b
    | \byour\s+(?:answers?|output|instructions|(?:system\s+)?prompt|guidelines|developers?|creators?|training)\b
    | \b(?:from\s+now\s+on|henceforth),?\s+you\b | \byou\s+are\s+(?:now|no\s+longer)\s+(?:an?|the|in)\b
    | \b(?:note|message|orders?|instructions?)\s+(?:to|for)\s+(?:the|any|all|every)\s+{_MODEL}\b
    | (?:^|\W)(?:system|user|{_MODEL})\s*:
    | ^\W*(?:(?:please|now|then|next|just),?\s+)?(?:answer|append|cite|include|insert|introduce\s+yourself|output|print
        |pretend|put|repeat|reply|respond|say|summari[sz]e|translate|write)\s+(?!(?:your|my|to)\b)\w
    | <\|[^|]*\|> | \[/?INST\]
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""Matches the wording of prompt injections (Greshake et al. 2023, "Not what you've signed up for"; garak's probes).

It matches 21 of 27,953 sentences from Wikipedia and Reddit in SQuAD 2 and SQuADShifts.
"""


def gives_orders(sentence: str) -> bool:
    """Return True if the sentence addresses a language model rather than readers."""
    return _ORDER.search(sentence) is not None
