"""Changes what a sentence commits itself to: negation, certainty, who says it, causes, order and conditions."""

import random

from spacy.tokens import Doc, Token

from training.support.editing import (
    Made,
    agreeing,
    auxiliaries,
    bounds,
    inflected,
    is_negated,
    is_plural,
    is_whole,
    phrase,
    rewritten,
    span_change,
    subject,
    tidied,
)

SAYING = ("say", "claim", "announce", "report", "argue", "state", "add", "tell", "warn", "suggest", "insist", "explain")
NON_FACTIVE = ("claim", "allege", "argue", "suggest", "insist", "speculate", "believe", "predict", "hope", "fear")
_DOUBTFUL = ("claimed", "alleged", "denied", "suggested", "speculated", "argued", "insisted", "believed")
_FACTIVE = ("learned", "discovered", "found out", "realised")
_UNFINISHED = ("only", "and", "or", "but", "even", "as", "than", "unclear", "known")
_SOURCES = (
    "police",
    "officials",
    "the opposition",
    "prosecutors",
    "a spokesman",
    "one witness",
    "the ministry",
    "residents",
)
_POLARITY = frozenset(
    "any anyone anything anybody either yet ever anymore until because only all every everyone both".split()
)
_ADVERBS = (("reportedly", "allegedly", "supposedly"), ("possibly", "perhaps"))
_INTENTIONS = {
    "plan": 3,
    "intend": 3,
    "want": 2,
    "hope": 2,
    "threaten": 2,
    "agree": 1,
    "promise": 3,
    "refuse": 2,
    "expect": 2,
}


def clauses(doc: Doc) -> list[Token]:
    """Return the finite verbs of the main clause and of what is said to be so."""
    verbs = [t for t in doc if t.pos_ in ("VERB", "AUX") and t.dep_ in ("ROOT", "ccomp", "conj") and subject(t)]
    return [verb for verb in verbs if finite(verb) is not None and _is_asserted(verb)]


def finite(verb: Token) -> Token | None:
    """Return the word of a verb group that carries the tense, if there is one."""
    first = (auxiliaries(verb) or [verb])[0]
    return first if first.tag_ in ("VBD", "VBZ", "VBP", "MD") else None


def negated(doc: Doc, rng: random.Random) -> Made | None:
    """Deny the main verb: "The army left." -> "The army did not leave."."""
    verbs = [verb for verb in clauses(doc) if _can_be_denied(verb)]
    if not verbs or is_negated(doc):
        return None
    verb = rng.choice(verbs)
    word = finite(verb)
    if word is None:
        return None
    if word != verb or verb.lemma_ == "be":
        short = word.text + "n't" if word.lower_ in ("is", "was", "are", "were", "has", "have", "did", "does") else ""
        changes = {word.i: short if short and rng.random() < 0.3 else f"{word.text} not"}
    else:
        do = "did" if word.tag_ == "VBD" else "does" if word.tag_ == "VBZ" else "do"
        denial = rng.choice([f"{do} not", f"{do} not", f"{do}n't"])
        changes = {word.i: f"{denial} {verb.lemma_}"}
    return Made("negation added", rewritten(doc, changes), "contradicted")


def affirmed(doc: Doc, rng: random.Random) -> Made | None:
    """Remove a denial: "The army did not leave." -> "The army left."."""
    denials = [t for t in doc if t.dep_ == "neg" and t.lower_ in ("not", "n't", "never") and t.head in clauses(doc)]
    denials = [t for t in denials if t.nbor(1).lower_ in (t.head.lower_, "been", "be") or t.head.lemma_ == "be"]
    if len(denials) != 1 or _POLARITY & {token.lower_ for token in doc} or "but" in doc.text:
        return None
    denial = denials[0]
    verb, word = denial.head, finite(denial.head)
    subject_head = subject(verb)
    if (
        word is None
        or subject_head is None
        or word.lower_ in ("could", "might", "may")
        or denial.nbor(1).lower_ in ("only", "just")
    ):
        return None
    changes = {denial.i: ""}
    if word.lemma_ == "do" and word != verb:
        changes |= {word.i: "", verb.i: agreeing(word, verb.lemma_, is_plural(subject_head))}
    elif word.lower_ in ("ca", "wo"):
        changes |= {word.i: {"ca": "can", "wo": "will"}[word.lower_]}
    return Made("negation removed", rewritten(doc, changes), "contradicted")


def certain(doc: Doc, rng: random.Random) -> Made | None:
    """Drop a possibility or a plan: "may win" -> "will win", "plans to build" -> "has built"."""
    for verb in rng.sample(clauses(doc), len(clauses(doc))):
        word = finite(verb)
        if word is not None and word.lower_ in ("may", "might", "could") and not _has_denial(verb):
            return _made_certain(doc, verb, word, rng)
        goal = next((child for child in verb.children if child.dep_ == "xcomp"), None)
        if word == verb and goal is not None and verb.lemma_ in _INTENTIONS and goal.tag_ == "VB":
            return _done(doc, verb, goal, rng)
    return None


def hedged(doc: Doc, rng: random.Random) -> Made | None:
    """Put a doubt into the premise, of which the sentence itself is then free: "Smith reportedly left."."""
    doubts = doubtful(doc)
    return Made("certainty", doc.text, "not_said", rng.choice(rng.choice(doubts))) if doubts else None


def kept_hedge(doc: Doc, rng: random.Random) -> Made | None:
    """Put the same doubt into both the premise and the sentence, which then still follows."""
    doubts = doubtful(doc)
    if not doubts:
        return None
    same = rng.choice(doubts)
    premise = rng.choice(same)
    return Made("hedge kept", rng.choice(same) if rng.random() < 0.6 else premise, "follows", premise)


def doubtful(doc: Doc) -> list[list[str]]:
    """Return the sentence in doubtful forms: those that say it is said to be so, and those that say it is possible."""
    root = next(token for token in doc if token.dep_ == "ROOT")
    word, head = finite(root), subject(root)
    if word is None or head is None or is_negated(doc) or word.tag_ == "MD" or '"' in doc.text or root.lemma_ in SAYING:
        return []
    is_after = word != root or root.lemma_ == "be"
    said, possible = ([f"{word.text} {a}" if is_after else f"{a} {word.text}" for a in each] for each in _ADVERBS)
    if not is_after and not any(child.dep_ == "conj" for child in root.children):
        is_past = word.tag_ == "VBD"
        form = f"have {inflected(root.lemma_, 'VBN')}" if is_past else root.lemma_
        said.append(f"{'are' if is_plural(head) else 'is'} said to {form}")
        possible += [f"{modal} {form}" for modal in ("may", "might", "could")]
    forms = [said, possible, *([form] for form in _intentions(root, word, head))]
    return [[rewritten(doc, {word.i: form}) for form in same] for same in forms]


def _intentions(root: Token, word: Token, head: Token) -> list[str]:
    """Return forms by which something is only planned or expected: "left" -> "is expected to leave"."""
    if word != root or root.tag_ != "VBD" or any(child.dep_ in ("conj", "advmod", "xcomp") for child in root.children):
        return []
    forms = [f"{'are' if is_plural(head) else 'is'} {how} to {root.lemma_}" for how in ("expected", "due", "likely")]
    if head.ent_type_ in ("PERSON", "ORG", "GPE"):
        has = "have" if is_plural(head) else "has"
        forms += [f"{has} {how} to {root.lemma_}" for how in ("promised", "offered", "threatened", "refused", "tried")]
    return forms


def reporting_dropped(doc: Doc, rng: random.Random) -> Made | None:
    """Take out of its report what is only claimed: "He claimed that the army left." -> "The army left."."""
    for verb in doc:
        if verb.lemma_ not in NON_FACTIVE or verb.dep_ != "ROOT" or auxiliaries(verb) or _has_denial(verb):
            continue
        said = next((child for child in verb.children if child.dep_ == "ccomp" and child.i > verb.i), None)
        if said is None or not is_whole(said) or not subject(said) or finite(said) is None:
            continue
        start, end = bounds(said)
        start += doc[start].lower_ == "that"
        return Made("reporting dropped", tidied(doc[start:end].text, doc.text), "not_said")
    return None


def reporter(name: str, rng: random.Random) -> str:
    """Return who reports something: the name or a common source of news."""
    return name if rng.random() < 0.6 else rng.choice(_SOURCES)


def only_reported(doc: Doc, name: str, rng: random.Random) -> Made | None:
    """Let a person claim the sentence in the premise: it isn't said to be so."""
    premise = _reported(doc, name, rng.choice(_DOUBTFUL))
    return Made("reporting dropped", doc.text, "not_said", premise) if premise else None


def discovered(doc: Doc, name: str, rng: random.Random) -> Made | None:
    """Let a person find the sentence out in the premise: then it is so."""
    premise = _reported(doc, name, rng.choice(_FACTIVE))
    return Made("fact found out", doc.text, "follows", premise) if premise else None


def report_kept(doc: Doc, name: str, rng: random.Random) -> Made | None:
    """Let a person claim the sentence in the premise, and say so in the hypothesis in other words."""
    premise = _reported(doc, name, rng.choice(["claimed", "said", "argued"]))
    start = 1 if doc[0].text in ('"', "“") else 0
    text = f"According to {name}, {phrase(doc, start, len(doc))}"
    return Made("report kept", text, "follows", premise) if premise else None


def other_speaker(doc: Doc, name: str, rng: random.Random) -> Made | None:
    """Let somebody else say it: "Okafor said it failed." -> "A source close to Okafor said it failed."."""
    for verb in doc:
        head = subject(verb) if verb.lemma_ in SAYING and verb.dep_ == "ROOT" else None
        if (
            head is None
            or head.dep_ != "nsubj"
            or head.ent_type_ != "PERSON"
            or not is_whole(head)
            or len(list(head.subtree)) > 3
        ):
            continue
        start, end = bounds(head)
        others = [
            each.text
            for each in doc.ents
            if each.label_ == "PERSON" and not {t.text for t in each} & {t.text for t in doc[start:end]}
        ]
        forms = [*others, *others, name, f"{'A' if start == 0 else 'a'} source close to {doc[start:end].text}"]
        return Made("speaker", rewritten(doc, span_change(start, end, rng.choice(forms))), "unsupported")
    return None


def clauses_exchanged(doc: Doc, rng: random.Random) -> Made | None:
    """Exchange cause and effect, or what came first: "X because Y" -> "Y because X"."""
    parts = joined_clauses(doc, ("because", "after", "before"))
    if parts is None:
        return None
    mark, main, side = parts
    root = next(token for token in doc if token.dep_ == "ROOT")
    heads = [subject(root), *(subject(child) for child in root.children if child.dep_ == "advcl")]
    is_pronoun = [head is not None and head.pos_ == "PRON" for head in heads]
    start = bounds(heads[0])[0] if heads[0] is not None else 0
    if is_pronoun[0] != is_pronoun[-1] or not main.startswith(phrase(doc, start, start + 1)):
        return None
    label = "not_said" if mark == "because" else "contradicted"
    kind = "cause reversed" if mark == "because" else "order reversed"
    if rng.random() < 0.5:
        return Made(kind, tidied(f"{side} {mark} {main}.", doc.text), label)
    return Made(kind, tidied(f"{mark} {main}, {side}.", doc.text), label)


def condition_dropped(doc: Doc, rng: random.Random) -> Made | None:
    """State what is so only on a condition: "If it rains, the match ends." -> "The match ends."."""
    parts = joined_clauses(doc, ("if",))
    if parts is None:
        return None
    first, last = parts[1].lower().split()[0], parts[1].lower().split()[-1]
    if first in ("would", "will", "can", "is", "are", "do", "does") or last in _UNFINISHED:
        return None
    return Made("condition dropped", tidied(f"{parts[1]}.", doc.text), "not_said")


def joined_clauses(doc: Doc, marks: tuple[str, ...]) -> tuple[str, str, str] | None:
    """Return the conjunction, the main clause and the other one if the sentence is just these two."""
    root = next(token for token in doc if token.dep_ == "ROOT")
    for side in (child for child in root.children if child.dep_ == "advcl"):
        mark = next(
            (child for child in side.children if child.dep_ in ("mark", "prep", "advmod") and child.lower_ in marks),
            None,
        )
        start, end = bounds(side)
        if mark is None or mark.i != start or not is_whole(side) or subject(side) is None or finite(side) is None:
            continue
        last = len(doc) - 1 if doc[len(doc) - 1].is_punct else len(doc)
        if start == 0 and end < last and doc[end].text == ",":
            main = (end + 1, last)
        elif end == last and start > 2:
            main = (0, start)
        else:
            return None
        other = {child.dep_ for child in root.children if child.dep_ in ("conj", "ccomp", "parataxis")}
        if '"' in doc.text or other or _starts_with_pronoun(doc, side) or "even" in doc.text.lower().split():
            return None
        return mark.lower_, phrase(doc, *main), phrase(doc, start + 1, end)
    return None


def _starts_with_pronoun(doc: Doc, side: Token) -> bool:
    head = subject(side)
    return head is None or head.tag_ in ("WP", "WDT")


def _reported(doc: Doc, name: str, verb: str) -> str:
    root = next(token for token in doc if token.dep_ == "ROOT")
    first_person = {"i", "we", "my", "our"} & {token.lower_ for token in doc}
    if (
        root.lemma_ in (*SAYING, *NON_FACTIVE)
        or '"' in doc.text
        or first_person
        or doc[0].lower_ in ("but", "and", "so")
    ):
        return ""
    return tidied(f"{name} {verb} that {phrase(doc, 0, len(doc))}", doc.text)


def _made_certain(doc: Doc, verb: Token, word: Token, rng: random.Random) -> Made:
    head = subject(verb)
    following = word.nbor(1)
    if following.lower_ == "have" and head is not None:
        changes = {word.i: "have" if is_plural(head) else "has", following.i: ""}
    else:
        changes = {word.i: "will"}
    return Made("certainty", rewritten(doc, changes), "not_said")


def _done(doc: Doc, verb: Token, goal: Token, rng: random.Random) -> Made | None:
    head = subject(verb)
    to = next((child for child in goal.children if child.lower_ == "to"), None)
    if head is None or to is None or to.i != verb.i + 1 or goal.i != to.i + 1 or auxiliaries(goal)[1:]:
        return None
    past = inflected(goal.lemma_, "VBD") if goal.lemma_ != "be" else "were" if is_plural(head) else "was"
    form = past if verb.tag_ == "VBD" else ("have " if is_plural(head) else "has ") + inflected(goal.lemma_, "VBN")
    return Made("certainty", rewritten(doc, {verb.i: form, to.i: "", goal.i: ""}), "not_said")


def _is_asserted(verb: Token) -> bool:
    """Return True if no conditional or question stands above the verb."""
    marks = {child.lower_ for child in verb.children if child.dep_ in ("mark", "advmod")}
    return not marks & {"if", "whether", "unless", "when", "where", "how", "why"}


def _can_be_denied(verb: Token) -> bool:
    head, word = subject(verb), finite(verb)
    if (
        head is None
        or word is None
        or word.lower_ in ("may", "might", "could", "should", "can", "would")
        or head.tag_ == "WDT"
    ):
        return False
    if (verb.tag_ == "VBN" and word == verb) or word.lower_ in ("'s", "'re", "'ve", "'d", "'ll"):
        return False
    doubtful = {"some", "many", "several", "few", "most", "someone", "something", "often", "sometimes", "usually"}
    doubtful |= {
        "also",
        "only",
        "still",
        "later",
        "even",
        "already",
        "always",
        "generally",
        "all",
        "every",
        "each",
        "both",
    }
    return (
        not doubtful & {token.lower_ for token in verb.subtree if token.i < verb.i + 3 or token.dep_ == "det"}
        and head.i < verb.i
    )


def _has_denial(verb: Token) -> bool:
    return any(child.dep_ == "neg" for child in verb.children)
