"""Separates the article on a web page from what surrounds it."""

import re
from copy import deepcopy
from itertools import islice
from typing import Any

from index.text.cleaning import is_list_item, normalise, paragraphs

MOST_WORDS_OF_MARKS = 60
"""How many words of an element's id, classes and so on are looked at."""
MOST_CHARACTERS_OF_LINE = 500
_MOST_PARTS_OF_LINE = 20

_NOT_TEXT = (
    "//nav | //aside | //form | //button | //figcaption | //dialog | //template | //noscript | //iframe | //svg"
    " | //script | //style | //select | //*[@hidden or @aria-hidden='true'] | //*[contains(@style, 'display:none')"
    " or contains(@style, 'display: none')] | //*[@role='navigation' or @role='complementary' or @role='contentinfo'"
    " or @role='dialog' or @role='search'] | //footer[not(ancestor::article)] | //header[not(ancestor::article)]"
)
_SURROUNDING = frozenset(
    "related recommended recommendations recirc recirculation trending mostread popular newsletter newsletters signup"
    " subscribe subscription subscriber paywall regwall meter cookie cookies consent gdpr share sharing sharebar social"
    " promo promos promotion advert ads advertisement sponsored outbrain taboola"
    " breadcrumb breadcrumbs readmore popup sidebar nav navbar navigation menu masthead topbar pagination tags"
    " taglist topics tools toolbar toc widget sitemap donate donation login overlay skip banner teasers".split()
)
_COMMENTS = frozenset("comment comments commentlist disqus respond".split())
_CREDITS = frozenset("byline author authors bio caption credit credits photocredit copyright kicker eyebrow".split())
_DATES = frozenset("by dateline duration meta posted pubdate published readtime timestamp updated".split())
"""Such names also stand around whole parts of an article, so only short elements are taken out."""
_SURROUNDING_PAIRS = re.compile(
    r"\b(?:most (?:read|viewed|popular)|read (?:more|next|also)|more (?:on|from|stories|news)|see also|sign up"
    r"|site (?:header|footer)|teaser (?:list|box|grid))\b"
)
_DATE_PAIRS = re.compile(r"\b(?:(?:publication|entry|post|article|story) (?:date|time|info)|reading time)\b")
_SUMMARY = re.compile(r"\b(?:standfirst|dek|deck|sub ?title|sub ?head(?:line|ing)?|lede|lead|intro|summary)\b")
_LAYOUT = "//table[.//p or .//h1 or .//table or .//div]"
_INLINE = frozenset("a abbr b cite em i mark q small span strong sub sup time u".split())
_NO_PROSE = frozenset("a button option script style title".split())
_WHOLES = frozenset("html head body main article h1".split())
_PROSE_CHARACTERS, _LITTLE_PROSE = 40, 500
"""Characters: a longer text is prose; unless paragraphs hold more than the second, all prose counts. Not measured."""
_MOST_HEADLINES = 20
"""How many `h1` elements are kept with all that is around them. Not measured."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_DATE_LINE = re.compile(
    r"(?:(?:first |last )?(?:for immediate release|published|posted|updated|created|modified|veröffentlicht"
    r"|aktualisiert|publié|mis à jour|stand)\b.{0,20}\d.{0,60}(?<!\w[.!?])"
    r"|(?:\w{3,10},? )?(?:\d{1,2}\.?(?:st|nd|rd|th)? [^\W\d]{3,10}\.?|[^\W\d]{3,10}\.? \d{1,2}(?:st|nd|rd|th)?),? \d{4}"
    r"(?:\W{1,5}(?:at )?\d{1,2}[:.h]\d\d.{0,30})?|\d{1,2} (?:min|minute|hour|day|week)s? ago)",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:(?:[a-z]+ )?(?:by|von|par|por)\b|(?:words|text|story):)", re.IGNORECASE)
_OPENING_LINES, _CLOSING_LINES = 6, 3
"""Blocks at the beginning and at the end of an article that may be a byline or a date. Not measured."""
_LINE_CHARACTERS = 100
"""Characters of a byline or a date; a longer block is text. Not measured."""


def marks(element: Any) -> str:  # noqa: ANN401 (lxml has no types)
    """Return the words of the element's id and classes: "articleBody story__text" gives "article body story text"."""
    names = " ".join(element.get(key) or "" for key in ("id", "class", "itemprop", "data-component", "data-testid"))
    return " ".join(word.lower() for word in islice(_WORD.findall(names), MOST_WORDS_OF_MARKS))


def opening_line(element: Any) -> str:  # noqa: ANN401
    """Return the beginning of the element's text, on one line: enough to distinguish a line from a paragraph."""
    parts = (part[:MOST_CHARACTERS_OF_LINE] for part in islice(element.itertext(), _MOST_PARTS_OF_LINE))
    return " ".join("".join(parts).split())[:MOST_CHARACTERS_OF_LINE]


def without_surroundings(tree: Any) -> Any:  # noqa: ANN401
    """Return a copy of the page without navigation, banners, related stories and comments; bylines and dates stay."""
    page = deepcopy(tree)
    not_text: Groups = {}
    for element in page.xpath(_NOT_TEXT):
        not_text.setdefault(element.tag, []).append(element)
    _drop(page, not_text)
    _drop(page, _elements_named(page, _COMMENTS), most=0.9)
    _drop(page, _elements_named(page, _SURROUNDING, _SURROUNDING_PAIRS))
    return page


def article_blocks(tree: Any, title: str | None, authors: list[str]) -> list[str]:  # noqa: ANN401
    """Return the article's paragraphs, subheadings and list items, without its title and the lines about its authors.

    Where taking out the surroundings loses most of what trafilatura finds, they were part of the article: then all that
    trafilatura finds is returned.
    """
    page = without_surroundings(tree)
    _drop(page, _elements_named(page, _CREDITS))
    dates = _elements_named(page, _DATES, _DATE_PAIRS)
    _drop(page, {name: [each for each in dates[name] if len(opening_line(each)) <= _LINE_CHARACTERS] for name in dates})
    lines, all_lines = _extracted(page), _extracted(deepcopy(tree))
    if 3 * sum(map(len, lines)) < sum(map(len, all_lines)):
        lines = all_lines
    blocks = paragraphs("\n\n".join(normalise(text).strip("| ") for text in lines))
    return _without_credits([block for block in blocks if block != title], authors)


def _extracted(page: Any) -> list[str]:  # noqa: ANN401
    """Return the lines that trafilatura finds on the page, after the summary, which it often leaves out.

    The page is changed.
    """
    import trafilatura

    _simplify(page)
    summaries = [opening_line(each) for each in page.iter("p", "h2", "h3", "div") if _SUMMARY.search(marks(each))]
    document = trafilatura.bare_extraction(page, with_metadata=False, include_comments=False)
    if not document or not document.text:
        return []
    above = [text for text in summaries if text not in document.text and len(text) < MOST_CHARACTERS_OF_LINE]
    return [*above[:1], *document.text.split("\n")]


Groups = dict[str, list[Any]]


def _elements_named(page: Any, words: frozenset[str], pairs: re.Pattern[str] | None = None) -> Groups:  # noqa: ANN401
    """Return the elements whose names have one of the words or match the pattern, grouped by the word."""
    groups: Groups = {}
    for element in page.iter("*"):
        names = marks(element)
        pair = pairs.search(names) if pairs else None
        for name in words.intersection(names.split()) | ({pair.group()} if pair else set()):
            groups.setdefault(name, []).append(element)
    return groups


def _simplify(page: Any) -> None:  # noqa: ANN401
    """Rename elements that the extraction drops or garbles: times within sentences, headers, tables for the layout."""
    for element in [*page.iter("time")]:
        element.tag = "span"
    for element in [*page.iter("header")]:
        element.tag = "div"
    if page.find(".//article") is None and (around := _around_paragraphs(page)) is not None:
        around.tag = "article"
    for table in page.xpath(_LAYOUT):
        for element in [table, *table.iter("tbody", "tr", "td", "th")]:
            element.tag = "div"


def _around_paragraphs(page: Any) -> Any:  # noqa: ANN401
    """Return the innermost element that holds all of the page's paragraphs, unless that is the page."""
    filled = [paragraph for paragraph in page.iter("p") if opening_line(paragraph)]
    if len(filled) < 2:
        return None
    around_last = set(filled[-1].iterancestors("div", "section", "td", "main"))
    return next((each for each in filled[0].iterancestors() if each in around_last), None)


def _drop(page: Any, groups: Groups, most: float = 0.5) -> None:  # noqa: ANN401
    """Take the elements out, except those that hold the headline, and words in a paragraph.

    An element, or a group together, with more than `most` of the page's prose is part of the article, and stays.
    """
    prose = _prose(page)
    around_headlines = {
        each for headline in islice(page.iter("h1"), _MOST_HEADLINES) for each in headline.iterancestors()
    }
    for elements in groups.values():
        dropped: dict[Any, None] = {}
        for element in elements:
            around = list(element.iterancestors())
            within_sentence = element.tag in _INLINE and any(each.tag == "p" for each in around)
            kept = element.tag in _WHOLES or element in around_headlines or within_sentence
            if around and not kept and prose[element] <= most * prose[page] and dropped.keys().isdisjoint(around):
                dropped[element] = None
        if sum(prose[element] for element in dropped) <= most * prose[page]:
            for element in dropped:
                element.drop_tree()


def _prose(page: Any) -> dict[Any, int]:  # noqa: ANN401
    """Map each element to the characters of text in its paragraphs; or anywhere in it, if paragraphs hold little."""
    filled = [paragraph for paragraph in page.iter("p") if len(opening_line(paragraph)) > _PROSE_CHARACTERS]
    in_paragraphs = {paragraph: sum(map(len, paragraph.itertext())) for paragraph in filled}
    anywhere = {
        element: sum(len(text) for text in _texts(element) if len(text) > _PROSE_CHARACTERS)
        for element in page.iter("*")
        if element.tag not in _NO_PROSE
    }
    own = in_paragraphs if sum(in_paragraphs.values()) > _LITTLE_PROSE else anywhere
    characters: dict[Any, int] = {}
    for element in reversed([*page.iter("*")]):
        within = characters[element] = characters.get(element, 0) + own.get(element, 0)
        if (parent := element.getparent()) is not None:
            characters[parent] = characters.get(parent, 0) + within
    return characters


def _texts(element: Any) -> list[str]:  # noqa: ANN401
    """Return the texts that are directly in the element, not in one inside it."""
    return [text for text in (element.text, *(child.tail for child in element)) if text]


def _without_credits(blocks: list[str], authors: list[str]) -> list[str]:
    """Return the blocks without lines that say who wrote when, at the beginning and the end of the article."""
    last = len(blocks) - _CLOSING_LINES
    return [
        block
        for number, block in enumerate(blocks)
        if any(map(str.isalnum, block))
        and not (_is_credit(block, authors) and (number < _OPENING_LINES or number >= last))
    ]


def _is_credit(line: str, authors: list[str]) -> bool:
    if len(line) > _LINE_CHARACTERS or is_list_item(line):
        return False
    wordless = not any(map(str.isalpha, line))
    of_author = line in authors or (_BYLINE.match(line) and any(author in line for author in authors))
    return wordless or bool(of_author) or _DATE_LINE.fullmatch(line) is not None
