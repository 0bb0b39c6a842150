"""Makes up reports of who said, denied, accused … what, with questions on them."""

import random
import re
from collections.abc import Iterator, Sequence

from training.data import ReadingExample

_FIRST = """Anna Boris Carla Dmitri Elena Farid Grace Hassan Ingrid Javier Karim Laura Mikhail Nadia Oscar Petra Ravi
Sofia Tariq Ursula Viktor Wanda Yusuf Zoe James Maria Chen Aisha
Pierre Olga Kwame Leila Tom Ruth Samuel Helen""".split()
_LAST = """Adler Baranov Castillo Dubois Eriksen Fofana Garcia Haddad Ivanov Jensen Kaya Lambert Moreau Novak Okafor
Petrov Quinn Rahman Santos Tanaka Ustinov Vargas Weber Xu Yilmaz Zhang Brennan Costa Delgado Ekström Fischer Grant
Horvat Ito Joshi Kowalski Lindqvist Mbeki Nasser Orlov Park Rossi Schmidt Tran Ueda Volkov Walsh Young Blake Carter
Sergeyev Blinker Lavrik Marlow Hollis Pike Drummond Kerr Sandoval Achebe Larsen""".split()
_ROLES = """Foreign Minister|Defence Minister|Prime Minister|President|Mayor|Senator|Governor|Chancellor|Ambassador
Interior Minister|police chief|union leader|spokeswoman|spokesman|opposition leader|Secretary of State
Chief Executive
Justice Minister|Health Secretary|General|Professor|campaigner|striker|coach|analyst|company director"""
_BODIES = """Moscow|Washington|Kyiv|Beijing|Berlin|Paris|London|Ankara|Tehran|the ministry|the government|the company
NATO|the European Union|the United Nations|the opposition|the union|the police|the Kremlin|the White House|the army
the central bank|the airline|the council|the committee|the port authority|Russia|France|Japan|Brazil|Nigeria|India"""
_PLANS = """attack its neighbour|raise taxes this year|close the northern border|send more troops|resign
sell the shipyard|cut pensions|postpone the election|join the alliance|withdraw from the treaty|ban the march
invade the region|release the report|dismiss the minister|build a second runway|lift the sanctions
threaten anybody|bribe the officials|hide the documents|ignore the warnings|break the ceasefire|arm the rebels"""
_DEEDS = """threatened the people of the island|ordered the raid|received money from the contractor|met the envoy
promised a referendum|used chemical weapons|leaked the letter|approved the contract|known of the leak
violated the airspace|supported the rebels|hacked the servers|asked for a delay|signed the agreement"""
_CRIMES = """breaking the ceasefire|misleading parliament|stirring up tension|ignoring the flood warnings
violating the treaty|rigging the vote|holding up the talks|spreading lies|wasting public money
massing troops near the border|bullying its neighbours|hiding the true figures|blocking the investigation"""

# By the question's verb, the forms of a report. The answer stands between « and ».
_REPORTS = {
    "deny": (
        "{who} denied that «{claim}».",
        "{who} denies «{gerund}».",
        "{who} has denied «{gerund}».",
        "{who} flatly rejected suggestions that «{claim}».",
        "{who} said there were «no plans to {plan}».",
        "{who} said it was untrue that «{claim}».",
        "{who} insisted that {body} had «never {deed}».",
        "“We have «never {deed}»,” said {who}.",
        "{who} said that {body} had «not {deed}».",
        "It is not true, {who} said, that «{claim}».",
        "{who} denied «having {deed}».",
        "{who} dismissed reports that «{claim}» as false.",
    ),
    "say": (
        "{who} said that «{claim}».",
        "“«{Claim}»,” {who} said.",
        "«{Claim}», according to {who}.",
        "{who} told reporters that «{claim}».",
        "{who} said «{claim}».",
    ),
    "confirm": (
        "{who} confirmed that «{claim}».",
        "{who} acknowledged that «{claim}».",
        "{who} admitted that «{claim}».",
    ),
    "warn": ("{who} warned that «{claim}».", "{who} warned against «{crime}»."),
    "promise": ("{who} promised to «{plan}».", "{who} vowed to «{plan}».", "{who} pledged to «{plan}»."),
    "threaten": ("{who} threatened to «{plan}».",),
    "demand": ("{who} demanded that «{claim}».", "{who} called for «{whom} to {plan}»."),
    "accuse": (
        "{who} accused {whom} of «{crime}».",
        "{who} has accused {whom} of «{crime}».",
        "{who} accused {whom} of «{crime}» and of wasting time.",
    ),
    "deny being": ("{who} denied accusations of «{crime}».", "{who} denied claims of «{crime}»."),
}
_ASKED = {
    "deny": ("What did {who} deny?", "What does {who} deny?", "What has {who} denied?", "what was denied by {who}?"),
    "say": ("What did {who} say?", "What did {who} tell reporters?", "what has {who} said?"),
    "confirm": ("What did {who} confirm?", "What did {who} admit?", "What has {who} confirmed?"),
    "warn": ("What did {who} warn about?", "What did {who} warn of?", "what was {who}'s warning?"),
    "promise": ("What did {who} promise?", "What did {who} promise to do?", "What has {who} pledged?"),
    "threaten": ("What did {who} threaten to do?", "What did {who} threaten?"),
    "demand": ("What did {who} demand?", "What did {who} call for?"),
    "accuse": ("What did {who} accuse {whom} of?", "What is {whom} accused of?", "What was {who}'s accusation?"),
}
_ASKED["deny being"] = _ASKED["deny"]
_KIND = {kind: kind.split()[0] for kind in _REPORTS}


def reports(stock: Sequence[str], count: int, rng: random.Random) -> Iterator[ReadingExample]:
    """Yield `count` questions on made-up passages; the claims in them are made from the sentences in `stock`."""
    claims = [claim for sentence in stock if (claim := _claim(sentence))]
    while count > 0:
        for example in _passage_questions(claims, rng):
            yield example
            count -= 1


def _passage_questions(claims: Sequence[str], rng: random.Random) -> Iterator[ReadingExample]:
    speakers = [_speaker(rng) for _ in range(4)]
    text, acts = "", []
    for position in range(rng.randint(1, 4)):
        if position and rng.random() < 0.3:
            claim = rng.choice(claims)
            text += f" {claim[0].upper()}{claim[1:]}."
        kind = rng.choice(list(_REPORTS))
        speaker = rng.choice(speakers[:3])
        sentence, span, whom = _report(kind, speaker, speakers, claims, rng)
        shift = len(text) + bool(text)
        text = f"{text} {sentence}".strip()
        acts.append((kind, speaker, whom, (span[0] + shift, span[1] + shift)))
    kinds = list(dict.fromkeys(_KIND.values()))
    for _ in range(3):
        if rng.random() < 0.6:
            kind, speaker, whom, _ = rng.choice(acts)
        else:
            kind, speaker, whom = rng.choice(kinds), rng.choice(speakers), rng.choice(speakers)
        if rng.random() < 0.15:
            kind = rng.choice(kinds)
        yield _ask(kind, speaker, whom, text, acts, rng)


def _ask(kind, speaker, whom, text, acts, rng) -> ReadingExample:  # noqa: ANN001
    kind = _KIND[kind]
    who, whom_named = speaker[1] if rng.random() < 0.7 else speaker[0], (whom or speaker)[1]
    form = rng.choice(_ASKED[kind])
    if "{whom}" in form and "{who}" not in form:
        spans = [span for k, s, w, span in acts if _KIND[k] == kind and w is not None and w[1] == whom_named]
    else:
        spans = [
            span for k, s, w, span in acts if _KIND[k] == kind and s == speaker and ("{whom}" not in form or w == whom)
        ]
        if kind == "say" and not spans:
            spans = [span for k, s, _, span in acts if s == speaker and k in ("deny", "warn", "confirm")]
    question = form.format(who=who, whom=whom_named)
    question = question if rng.random() < 0.7 else question[0].lower() + question[1:]
    return ReadingExample(question, text, tuple(spans), group="reports")


def _report(kind, speaker, speakers, claims, rng):  # noqa: ANN001, ANN202
    whom = rng.choice([each for each in speakers if each != speaker])
    claim = rng.choice(claims)
    plan = rng.choice(_listed(_PLANS))
    body = rng.choice(_listed(_BODIES))
    form = rng.choice(_REPORTS[kind])
    words = {
        "who": speaker[0] if rng.random() < 0.6 else speaker[1],
        "whom": whom[1],
        "claim": claim,
        "Claim": claim[0].upper() + claim[1:],
        "plan": plan,
        "gerund": _gerund(plan),
        "deed": rng.choice(_listed(_DEEDS)),
        "crime": rng.choice(_listed(_CRIMES)),
        "body": body,
    }
    sentence = form.format(**words)
    sentence = sentence[0].upper() + sentence[1:]
    start = sentence.index("«")
    end = sentence.index("»") - 1
    return sentence.replace("«", "").replace("»", ""), (start, end), whom if "{whom}" in form else None


def _speaker(rng: random.Random) -> tuple[str, str]:
    """Return `(full, short)`, such as "Foreign Minister Boris Novak" and "Novak"; for a body both are the same."""
    if rng.random() < 0.35:
        body = rng.choice(_listed(_BODIES))
        return body, body
    last = rng.choice(_LAST)
    full = f"{rng.choice(_FIRST)} {last}"
    role = rng.choice(_listed(_ROLES))
    drawn = rng.random()
    if drawn < 0.3:
        return f"{role} {full}", last
    if drawn < 0.5:
        return f"{full}, the {role.lower()},", last
    return full, last


def _claim(sentence: str) -> str | None:
    words = sentence.rstrip(".").split()
    if not 5 <= len(words) <= 22 or re.search(r"[“”\"?!:;()\[\]«»{}]", sentence) or not sentence[0].isupper():
        return None
    first = words[0]
    if first in (
        "The",
        "A",
        "An",
        "It",
        "In",
        "This",
        "These",
        "There",
        "He",
        "She",
        "They",
        "On",
        "At",
        "After",
        "Some",
    ):
        words[0] = first.lower()
    return " ".join(words)


def _gerund(plan: str) -> str:
    verb, _, rest = plan.partition(" ")
    stem = verb[:-1] if verb.endswith("e") and verb != "be" else verb
    stem = {"cut": "cutt", "ban": "bann"}.get(verb, stem)
    return f"{stem}ing {rest}".strip()


def _listed(names: str) -> list[str]:
    return re.split(r"[|\n]", names)
