"""Cleans an article's text: plain characters, paragraphs without the page's furniture, the headline apart."""

import re
import unicodedata

HEADLINE_CHARACTERS = 200
"""The most characters of a headline."""

MOST_COMBINING_MARKS = 30
"""The most combining marks in a row, as in the Stream-Safe Text Format (Unicode Standard Annex 15). Python sorts a run
of them in quadratic time: 48,000 marks took 6 seconds, and a file may have millions."""

_CONTROL = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_REFERENCE_MARK = re.compile(r"\[(\d+)\]")
_LIST_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_FURNITURE = re.compile(
    r"""(?:exit\ mobile\ version
    | advertisement | sponsored(?:\ content)? | story\ continues\ below.*
    | skip\ to\ (?:main\ )?content | back\ to\ top | (?:hide|show)\ caption | toggle\ caption | enlarge\ this\ image
    | (?:share|tweet|email|print|save|comments?|copy\ link)(?:\ (?:this|on|via|with|by|to)\b.*)?
    | (?:share|facebook|twitter|x|whatsapp|linkedin|email|print)(?:\s*[|/·,]\s*\w+)+
    | (?:read|see)\ (?:more|also|next)\b.* | continue\ reading.* | related(?:\ (?:articles|stories|topics|content))?:?.*
    | (?:sign\ up|subscribe|log\ in|register|follow\ us|click\ here|support\ our)\b.*
    | (?:photo|image|picture|video|source|graphic)(?:\ (?:by|credit|source|caption))?\s*:.*
    | getty\ images | file\ photo
    | (?:©|\(c\)\s|copyright\b).* | all\ rights\ reserved.*
    | (?:we|this\ (?:site|website))\ uses?\ cookies.* | accept\ (?:all\ )?cookies | \d+\ min(?:ute)?s?\ read
    )[.!]?""",
    re.IGNORECASE | re.VERBOSE,
)

_FURNITURE_SENTENCE = re.compile(
    r"""(?:(?:we|this\ (?:web)?site|we\ and\ our\ partners)\ (?:use|store)s?\ cookies\b
    | by\ (?:using|continuing\ to\ use)\ (?:this|our)\ (?:web)?site,?\ you\ (?:agree|accept|consent)\b
    | (?:sign\ up|subscribe)\ (?:now\ )?(?:for|to)\ (?:our|the)\ (?:[\w-]+\ ){0,4}newsletters?\b
    | (?:sign\ up|subscribe)\ to\ (?:continue|keep)\ reading\b | already\ a\ subscriber\?
    | thanks\ for\ reading\b.*\bsubscribe\b | (?:please\ )?enable\ javascript\b | your\ browser\ does\ not\ support\b
    )[^“”"]*""",
    re.IGNORECASE | re.VERBOSE,
)

_FURNITURE_WORDS = re.compile(
    r"\b(?:subscri(?:be|ption)|newsletter|cookies?|sign up|log ?in|click here|read more|follow us|share this"
    r"|all rights reserved|copyright|terms of (?:use|service)|advertis(?:ement|ing)|first published|last updated"
    r"|e-?mail us|contact us|download (?:the|our) app|support our|this (?:article|story) (?:was|has been|is part))\b|©",
    re.IGNORECASE,
)


def normalise(text: str) -> str:
    """Return the text with plain spaces and line ends, composed letters and no control characters.

    Bracketed numbers become `(1)`: in answers `[1]` is a citation mark, which an article must not be able to write. Of
    more than `MOST_COMBINING_MARKS` in a row, the rest is left out.
    """
    text = unicodedata.normalize("NFC", _stream_safe(text.replace("\r\n", "\n").replace("\r", "\n")))
    text = _CONTROL.sub(lambda match: " " if match.group().isspace() else "", text)
    return _REFERENCE_MARK.sub(r"(\1)", text)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of plain text without furniture; wrapped lines are joined, list items stay apart."""
    blocks = re.split(r"\n\s*\n", text) if re.search(r"\S\s*\n\s*\n\s*\S", text) else text.split("\n")
    joined = (paragraph for block in blocks for paragraph in _unwrap(block))
    return [paragraph for paragraph in joined if paragraph and not is_furniture(paragraph)]


def split_headline(text: str) -> tuple[str | None, str]:
    """Return `(headline, rest)` where the first line is short and stands apart, or else `(None, text)`."""
    first, _, rest = text.lstrip().partition("\n")
    following = rest.split("\n", 1)[0].strip()
    apart = not following or len(following) > 1.5 * len(first)
    if rest.strip() and apart and len(first) <= HEADLINE_CHARACTERS and not is_list_item(first):
        return first.strip(), rest
    return None, text


def is_furniture(line: str) -> bool:
    """Return True if the line belongs to the page ("Exit mobile version", "Share this") and not to the article.

    A whole sentence of more than five words belongs to the article ("Share this view of Moscow, he said, and you are
    lost."), unless it is one that many pages have ("We use cookies to …").
    """
    line = line.strip()
    short = len(line) <= 120 and (line[-1:] not in ".!?" or len(line.split()) <= 5)
    if len(line) <= 200 and _FURNITURE_SENTENCE.fullmatch(line):
        return True
    return short and _FURNITURE.fullmatch(line) is not None


def has_furniture_words(sentence: str) -> bool:
    """Return True if a sentence has words that stand around articles, as "subscribe" and "all rights reserved" do.

    Stricter than `is_furniture`: it also matches sentences of articles, so it only serves to choose among sentences.
    """
    return _FURNITURE_WORDS.search(sentence) is not None


def is_list_item(line: str) -> bool:
    """Return True if the line begins with a bullet or a number."""
    return _LIST_ITEM.match(line) is not None


def bullet_length(line: str) -> int:
    """Return how many characters of the line are its bullet, 0 where it has none."""
    match = _LIST_ITEM.match(line)
    return match.end() if match else 0


def squashed(text: str) -> str:
    """Return only the letters and digits, in lower case: "The Gazette – News" becomes "thegazettenews"."""
    return "".join(re.findall(r"[^\W_]+", text.casefold()))


def _stream_safe(text: str) -> str:
    """Return the text with at most `MOST_COMBINING_MARKS` in a row."""
    marks = "".join(filter(unicodedata.combining, set(text)))
    return re.sub(f"([{marks}]{{{MOST_COMBINING_MARKS}}})[{marks}]+", r"\1", text) if marks else text


def _unwrap(block: str) -> list[str]:
    paragraphs: list[str] = []
    for line in block.split("\n"):
        line = re.sub(r"\s+", " ", line).strip()
        if paragraphs and line and not is_list_item(line) and not is_furniture(line):
            paragraphs[-1] += " " + line
        elif line:
            paragraphs.append(line)
    return paragraphs
