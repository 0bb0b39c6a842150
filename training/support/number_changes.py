"""Changes numbers and dates in a true sentence, into false ones or into rounded ones that stay true."""

import random
import re

from spacy.tokens import Doc, Token

from index.text.calendar_words import MONTHS, WEEKDAYS
from training.support.editing import Made, is_negated, rewritten, same_case, span_change

WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_MORE = ("more than", "over", "at least", "above", "no fewer than", "exceeding", "exceeded")
_LESS = ("less than", "under", "fewer than", "up to", "at most", "nearly", "almost", "below")
_ABOUT = ("about", "around", "approximately", "roughly", "some", "estimated", "circa")
_BOUNDARIES = ("before", "after", "by", "until", "since", "till", "from", "between", "to", "during", "through")
_MEASURED = ("CARDINAL", "MONEY", "PERCENT", "QUANTITY")


def number_value(text: str) -> float | None:
    """Return the value of "1,200", "3.5" or "seven"; None for anything else."""
    if text.lower() in WORDS[1:]:
        return WORDS.index(text.lower())
    return float(text.replace(",", "")) if re.fullmatch(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?", text) else None


def changed_number(doc: Doc, rng: random.Random) -> Made | None:
    """Change one number: "killed 12 people" -> "killed 17 people"."""
    tokens = [token for token in measured(doc) if not _is_range(token) and _counts(token)]
    if not tokens:
        return None
    token = rng.choice(tokens)
    value, bound = number_value(token.text), bound_before(doc, token)
    if value in (None, 1) or value is None or bound == "unclear":
        return None
    factor = _factor(bound, rng)
    new = value * factor
    if bound == "" and value <= 20 and value == int(value):
        new = rng.choice([n for n in range(max(2, int(value) - 4), int(value) + 6) if n != value])
    text = number_like(new, token.text)
    if number_value(text) in (None, value, *(number_value(other.text) for other in doc)):
        return None
    label = "unsupported" if is_negated(doc) or bound else "contradicted"
    return Made("number", rewritten(doc, {token.i: text}), label)


def moved_number(doc: Doc, rng: random.Random) -> Made | None:
    """Exchange the numbers of two things: "3 died and 12 were hurt" -> "12 died and 3 were hurt"."""
    tokens = [token for token in measured(doc) if not _is_range(token) and bound_before(doc, token) == ""]
    tokens = [token for token in tokens if _counts(token)]
    pairs = [(a, b) for a in tokens for b in tokens if a.i < b.i and _differ(a, b)]
    if not pairs or is_negated(doc):
        return None
    first, second = rng.choice(pairs)
    if any((number_value(token.text) == 1) for token in (first, second)):
        return None
    changes = {first.i: same_case(second.text.lower(), first.text), second.i: first.text.lower()}
    return Made("number moved", rewritten(doc, changes), "contradicted")


def changed_date(doc: Doc, rng: random.Random) -> Made | None:
    """Change a weekday, month or year to another one."""
    tokens = [token for token in doc if token.ent_type_ == "DATE" and date_part(token)]
    tokens = [token for token in tokens if not set(_words_before(doc, token, 3)) & set(_BOUNDARIES)]
    tokens = [
        token for token in tokens if token.i + 1 == len(doc) or doc[token.i + 1].text not in ("–", "-", "/", "'s", "s")
    ]
    if not tokens:
        return None
    token = rng.choice(tokens)
    among: list[str] = [name.capitalize() for name in (*WEEKDAYS, *MONTHS) if date_part_of(name) == date_part(token)]
    if date_part(token) == "year":
        among = [str(int(token.text) + shift) for shift in (-20, -10, -5, -3, -2, -1, 1, 2, 3, 4, 5, 10)]
    among = [word for word in among if word not in doc.text]
    label = "unsupported" if is_negated(doc) else "contradicted"
    return Made("date", rewritten(doc, {token.i: rng.choice(among)}), label)


def date_part(token: Token) -> str:
    """Return "weekday", "month", "year" or ""."""
    if token.text[:1].isupper():
        return date_part_of(token.text.lower())
    return "year" if re.fullmatch(r"1[5-9]\d\d|20\d\d", token.text) else ""


def date_part_of(word: str) -> str:
    """Return "weekday" or "month" for such a name in lower case."""
    return "weekday" if word in WEEKDAYS else "month" if word in MONTHS else ""


def rounded_number(doc: Doc, rng: random.Random) -> Made | None:
    """Round a number and say so: "4,962 people" -> "nearly 5,000 people" or "more than 4,900 people"."""
    tokens = [token for token in measured(doc) if not _is_range(token) and bound_before(doc, token) == ""]
    tokens = [token for token in tokens if (number_value(token.text) or 0) > 20 and _can_be_bounded(token)]
    if not tokens:
        return None
    token = rng.choice(tokens)
    words, text = _rounding(token, rng)
    if not text:
        return None
    start = token.i - 1 if token.i and doc[token.i - 1].text in ("$", "£", "€") else token.i
    sign = doc[start].text if start < token.i else ""
    text = f"{words} {sign}{text}"
    return Made("number rounded", rewritten(doc, span_change(start, token.i + 1, text)), "follows")


def respelled_number(doc: Doc, rng: random.Random) -> Made | None:
    """Write a small number as a word or as digits: "seven men" <-> "7 men"."""
    tokens = [token for token in measured(doc) if token.dep_ == "nummod" and token.head.pos_ == "NOUN" and token.i]
    tokens = [token for token in tokens if (number_value(token.text) or 0) in range(2, 13) and not _is_range(token)]
    tokens = [token for token in tokens if re.fullmatch(r"\d+|[a-z]+", token.text) and not token.nbor(1).like_num]
    if not tokens:
        return None
    token = rng.choice(tokens)
    value = int(number_value(token.text) or 0)
    return Made(
        "number respelled", rewritten(doc, {token.i: WORDS[value] if token.text.isdigit() else str(value)}), "follows"
    )


def measured(doc: Doc) -> list[Token]:
    """Return the numbers that count or measure something; not those of dates, names and times."""
    tokens = [token for token in doc if token.ent_type_ in _MEASURED and number_value(token.text) is not None]
    tokens = [token for token in tokens if date_part(token) != "year"]
    return [token for token in tokens if token.pos_ == "NUM" and not (token.text == "one" and token.dep_ != "nummod")]


def bound_before(doc: Doc, token: Token) -> str:
    """Return "more", "less" or "about" if words before a number say so, "unclear" for odd ones, otherwise ""."""
    before = " ".join(_words_before(doc, token, 3)).replace("$", "").strip()
    for name, words in (("more", _MORE), ("less", _LESS), ("about", _ABOUT)):
        if any(before.endswith(word) for word in words):
            return name
    after = " ".join(word.lower_ for word in doc[token.i + 1 : token.i + 4])
    odd = re.search(
        r"\b(?:than|as many as|as much as|only|just|between|from|to|top|number|no|one|version|article|chapter|page)$",
        before,
    )
    return "unclear" if odd or re.match(r"or (?:more|less|fewer)|to \d|and a half|– ?\d|- ?\d|times", after) else ""


def number_like(value: float, model: str) -> str:
    """Return a number written as `model` is: with commas, decimals or in words."""
    if model.lower() in WORDS:
        whole = round(value)
        return same_case(WORDS[whole] if whole < len(WORDS) else str(whole), model)
    decimals = len(model.partition(".")[2])
    if not decimals and value > 50:
        zeros = len(model.replace(",", "")) - len(model.replace(",", "").rstrip("0"))
        value = round(value, -zeros) or value
    return f"{value:,.{decimals}f}" if "," in model or value >= 10_000 else f"{value:.{decimals}f}"


def _factor(bound: str, rng: random.Random) -> float:
    if bound == "more":
        return rng.choice([1.5, 2, 3, 10])
    if bound in ("less", "about"):
        return rng.choice([0.1, 0.2, 0.3, 0.5]) if bound == "less" else rng.choice([0.2, 0.4, 2, 3, 5])
    return rng.choice([0.3, 0.5, 0.7, 0.8, 0.9, 1.1, 1.2, 1.4, 1.7, 2, 3])


def _rounding(token: Token, rng: random.Random) -> tuple[str, str]:
    value = number_value(token.text) or 0
    step = 10 ** max(0, len(str(int(value))) - rng.choice([1, 2]))
    if step < 5 or value != int(value):
        return "", ""
    below, above = int(value // step * step), int(-(-value // step) * step)
    if below == above or below == 0:
        return "", ""
    nearest = below if value - below < above - value else above
    forms = [
        ("more than", below),
        ("over", below),
        ("fewer than" if token.ent_type_ == "CARDINAL" else "less than", above),
    ]
    if abs(nearest - value) < 0.06 * value:
        forms += [(rng.choice(["about", "around", "roughly"]), nearest)] * 2
        forms += [(rng.choice(["nearly", "almost"]), above)] * 2 if nearest == above else []
    words, number = rng.choice(forms)
    return words, f"{number:,}"


def _counts(token: Token) -> bool:
    """Return True if a number counts things or is an amount; false for "Apollo 11" and "article 7"."""
    if token.ent_type_ in ("MONEY", "PERCENT"):
        return True
    return token.dep_ == "nummod" and token.head.i > token.i and token.head.pos_ == "NOUN"


def _can_be_bounded(token: Token) -> bool:
    following, before = token.nbor(1), token.nbor(-1) if token.i else None
    if before is not None and (
        before.pos_ in ("DET", "ADJ", "NUM", "NOUN", "PRON") or before.text in ("(", ",", "among")
    ):
        return False
    if token.ent_type_ == "PERCENT":
        return following.lower_ in ("%", "percent")
    is_count = token.dep_ == "nummod" and token.head.tag_ == "NNS" and 0 < token.head.i - token.i < 3
    return is_count and (token.head.i + 1 == len(token.doc) or token.doc[token.head.i + 1].text != "(")


def _differ(first: Token, second: Token) -> bool:
    same_head = first.head == second.head and first.dep_ == "nummod"
    kinds = {first.ent_type_, second.ent_type_}
    return number_value(first.text) != number_value(second.text) and not same_head and len(kinds) == 1


def _is_range(token: Token) -> bool:
    around = [token.nbor(shift).text for shift in (-1, 1) if 0 <= token.i + shift < len(token.doc)]
    return any(text in ("–", "-", "/", ":", "to", "x", "×") or number_value(text) is not None for text in around)


def _words_before(doc: Doc, token: Token, count: int) -> list[str]:
    return [word.lower_ for word in doc[max(0, token.i - count) : token.i]]
