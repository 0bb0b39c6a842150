"""Finds the remarks that a parsed sentence reports: who says something, by which word, and what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.remarks.names import TITLES, is_time
from index.remarks.nouns import groups_and_places, people, people_and_groups
from index.remarks.speech_verbs import NOUNS, SpeechVerb, speech_verbs

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Tokens

Span = tuple[int, int]

_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_OUTSIDE_NAME = ("relcl", "acl", "appos", "parataxis", "ccomp", "advcl", "punct", "dep", "npadvmod", "case")
_GOES_ON = frozenset("continue go begin start proceed hasten use".split())
_WOULD = frozenset("would wo".split())
_SPEAKING_UP = frozenset("speak write call tweet appear take come post use go".split())
_WHILE = frozenset("by after before while when since".split())
_QUOTING = frozenset("quote cite report describe".split())
_SILENT = frozenset(
    "comment say confirm discuss answer respond elaborate speak reveal disclose give provide name identify specify "
    "talk reply address explain detail tell interview".split()
)
_SILENT_IF_NEGATED = frozenset("comment respond reply elaborate answer".split())
_BELONGING = frozenset("prt prep advmod acomp oprd dobj".split())
_DOCUMENTS = frozenset(
    "statement petition letter report email post tweet note memo message article release document paper study survey "
    "poll figure datum record ruling judgment judgement book blog video interview".split()
)
_COURTS = frozenset(
    "court judge jury panel tribunal inquiry inquest commission committee investigation coroner".split()
)
_SOURCES = _DOCUMENTS | frozenset(
    """police official officer source witness ministry minister spokesman spokeswoman spokesperson government authority
    company opposition analyst expert prosecutor lawyer resident medium newspaper agency organisation organization group
    city county town state country nation district province village""".split()
)
_NOBODY = frozenset("i we you one everyone everybody nobody anyone".split())
_DONE_BY_THINGS = frozenset(
    """describe characterise characterize indicate signal imply teach assert require suggest predict underline
    underscore highlight explain encourage support recall hint point detail outline present call demand hail
    welcome reject contradict dispute contest cite quote threaten promise guarantee attack blast accept back
    project confirm refute verify state express invite order direct propose""".split()
)
"""Verbs of speech of which things can be the subject too."""
_AFTER_NAMES = frozenset("jr sr ii iii iv kc qc mp obe cbe".split())
_OPINIONS = frozenset("expect think believe know hope wish want feel see understand remember recall care mind".split())
"""Verbs whose negation denies nothing: "don't expect to agree"."""

_MODALS = frozenset("will would can could may might shall should must ’ll 'll wo ca".split())
_FINITE = ("VBD", "VBZ", "VBP")
_NOTHING = frozenset("no nothing nobody none neither never no-one noone".split())
_TO_SOMEBODY = frozenset("dobj dative iobj".split())


@dataclass(frozen=True, slots=True)
class SentenceRemark:
    """A remark as a sentence reports it; offsets count characters of the sentence.

    `speaker` is the phrase that names the speaker, `head` its main word; a quotation that only goes on has neither.
    """

    kind: str
    cue: Span
    speaker: Span | None
    head: Span | None
    content: Span
    is_direct: bool
    toward: Span | None = None


def sentence_remarks(doc: Doc, quoted: list[Span]) -> list[SentenceRemark]:
    """Return the remarks of a sentence in their order; `quoted` are its quotations, which hold no further remarks."""
    found = [*_by_verbs(doc, quoted), *_by_nouns(doc, quoted), *_by_other_words(doc, quoted)]
    return sorted(found, key=lambda each: each.cue)


def _by_verbs(doc: Doc, quoted: list[Span]) -> Iterator[SentenceRemark]:
    for token in doc:
        known = speech_verb(token)
        if known is None or _is_within(token, quoted):
            continue
        verb, cue = known
        speaker = speaker_of(token) if _is_told(token) else None
        kind = _kind(token, verb)
        if speaker is None or kind is None or _is_within(speaker, quoted) or _is_retold(token, speaker):
            continue
        if kind != "no_comment" and not _has_what_it_needs(token, speaker, verb.needs, quoted):
            continue
        if _is_nobody(speaker) or (token.lemma_ in _DONE_BY_THINGS and not can_speak(speaker)):
            continue
        if not any(child.dep_ == "xcomp" and speech_verb(child) for child in token.children if token.lemma_ == "go"):
            yield _remark(kind, cue, speaker, _content(token, speaker, quoted), quoted, _toward(token, speaker))


def _by_nouns(doc: Doc, quoted: list[Span]) -> Iterator[SentenceRemark]:
    """Yield the remarks of "the minister's claim that …" and "a statement by the bank that …"."""
    for token in doc:
        kind = NOUNS.get(token.lemma_.lower()) if token.pos_ == "NOUN" else None
        clause = next(
            (child for child in token.rights if child.dep_ in ("acl", "ccomp", "relcl") and _is_whole(child)), None
        )
        if kind is None or clause is None or _is_within(token, quoted):
            continue
        owner = next((child for child in token.children if child.dep_ == "poss"), None)
        by = (child for child in token.children if child.dep_ in ("prep", "agent") and child.lower_ in ("by", "from"))
        speaker = owner or next((each for prep in by for each in prep.children if each.dep_ == "pobj"), None)
        if speaker is not None:
            yield _remark(kind, (token.i, token.i), speaker, _subtree(clause), quoted, None)


def _by_other_words(doc: Doc, quoted: list[Span]) -> Iterator[SentenceRemark]:
    """Yield the remarks of "according to X", "in X's words" and `X: "…"`."""
    for token in doc:
        if _is_within(token, quoted):
            continue
        speaker, cue = None, (token.i, token.i)
        if token.lower_ == "according":
            to = next((each for each in doc[token.i + 1 : token.i + 2] if each.lower_ == "to"), None)
            speaker = next((each for each in to.children if each.dep_ == "pobj"), None) if to is not None else None
            speaker = speaker if speaker is not None and _is_source(token, speaker) else None
            cue = (token.i, token.i + 1)
        elif token.lower_ in ("words", "view", "opinion", "account") and token.head.lower_ == "in":
            of = (each for child in token.children if child.lower_ == "of" for each in child.children)
            speaker = next((each for each in token.children if each.dep_ == "poss"), next(of, None))
        elif token.text == ":" and 0 < token.i < len(doc) - 1 and _is_within(doc[token.i + 1], quoted):
            before = doc[: token.i]
            is_name = before[-1].pos_ in ("PROPN", "NOUN") and not any(each.pos_ in ("VERB", "AUX") for each in before)
            is_speaker = can_speak(before.root) or before.root.text[0].isupper()
            speaker = before.root if is_name and len(before) <= 10 and is_speaker else None
        elif token.text == ":" and 0 < token.i < 5 and _is_transcript(doc[: token.i]):
            speaker = doc[token.i - 1] if doc[token.i + 1 :] and doc[token.i + 1].is_title else None
        if speaker is not None:
            yield _remark("say", cue, speaker, (0, len(doc.text)), quoted, None)


def _is_transcript(before: Tokens) -> bool:
    """Return True for a speaker's name or initials before a colon, False for a place: "RK: It does."."""
    is_name = all(each.pos_ == "PROPN" for each in before)
    return (
        is_name and not (len(before) > 1 and before.text.isupper()) and before.text.lower() not in groups_and_places()
    )


def _remark(
    kind: str, cue: Span, speaker: Token, content: Span, quoted: list[Span], toward: Token | None
) -> SentenceRemark:
    doc = speaker.doc
    name = named_by(speaker)
    start, end = phrase(speaker)
    return SentenceRemark(
        kind,
        (doc[cue[0]].idx, _end(doc[cue[1]])),
        (min(start, phrase(name)[0]), max(end, phrase(name)[1])),
        (name.idx, _end(name)),
        content,
        any(start < content[1] and content[0] < end for start, end in quoted),
        phrase(toward) if toward is not None else None,
    )


def named_by(head: Token) -> Token:
    """Return the last word of the name of a speaker: "Lund" for "the minister, Ada Lund" and for "Ada Lund Jr"."""
    if head.dep_ == "appos" and head.pos_ == "NOUN" and head.head.pos_ == "PROPN":
        head = head.head
    elif head.pos_ == "NOUN" or head.lower_ in TITLES or head.lower_ in people():
        head = _apposed_name(head) or head
    if head.lower_.rstrip(".") in _AFTER_NAMES and head.i and head.nbor(-1).pos_ == "PROPN":
        return head.nbor(-1)
    return head


def _apposed_name(head: Token) -> Token | None:
    """Return the name that stands in apposition: "Orimed" for "its maker, the Swiss group Orimed"."""
    if not can_speak(head):
        return None
    apposed = [child for child in head.rights if child.dep_ == "appos"]
    names = (child if child.pos_ == "PROPN" else _apposed_name(child) for child in apposed)
    return next(filter(None, names), None)


def phrase(head: Token) -> Span:
    """Return where the phrase around a noun stands, without clauses and appositions after it."""
    inside = {head.i}
    waiting = [head]
    while waiting:
        for child in waiting.pop().children:
            if child.dep_ not in _OUTSIDE_NAME or (child.dep_ in ("punct", "case") and child.i < head.i):
                inside.add(child.i)
                waiting.append(child)
    first = last = head.i
    while first - 1 in inside:
        first -= 1
    while last + 1 in inside:
        last += 1
    while first < head.i and head.doc[first].is_punct:
        first += 1
    while last > head.i and (head.doc[last].is_punct or head.doc[last].dep_ in ("cc", "case")):
        last -= 1
    return head.doc[first].idx, _end(head.doc[last])


def speech_verb(token: Token) -> tuple[SpeechVerb, Span] | None:
    """Return what is known of a verb of speech, and its first and last token."""
    if token.pos_ not in ("VERB", "AUX") and not token.tag_.startswith("VB"):
        return None
    lemma, verbs = token.lemma_.lower(), speech_verbs()
    for child in token.children:
        wider = verbs.get(f"{lemma} {child.lower_}") if child.dep_ in _BELONGING else None
        if wider is not None:
            return wider, (token.i, child.i if child.i == token.i + 1 else token.i)
    known = verbs.get(lemma)
    return None if known is None else (known, (token.i, token.i))


def _is_told(verb: Token) -> bool:
    """Return False for what hasn't been said: "will say", "if X says", "the alleged plot", "asked X to say"."""
    if verb.dep_ in ("compound", "pobj", "dobj", "nsubj") or (verb.dep_ == "amod" and not _is_inverted(verb)):
        return False
    helpers = {child.lower_ for child in verb.children if child.dep_ in ("aux", "mark")}
    if "if" in helpers or "unless" in helpers:
        return False
    if helpers & _MODALS:
        return _is_negated(verb) and verb.lemma_ in (_SILENT if helpers & _WOULD else _SILENT_IF_NEGATED)
    if "to" in helpers:
        goes_on = verb.dep_ == "xcomp" and verb.head.lemma_ in _GOES_ON
        return goes_on or (verb.dep_ == "advcl" and verb.head.tag_ == "VBD" and verb.head.lemma_ in _SPEAKING_UP)
    if verb.dep_ == "pcomp":
        has_own = any(child.dep_ == "nsubj" for child in verb.children)
        is_while = verb.head.lower_ in _WHILE or (verb.head.lower_ == "in" and _clause(verb) is not None)
        return has_own or is_while or (verb.head.lower_ == "as" and verb.head.head.lemma_ in _QUOTING)
    return True


def _is_inverted(verb: Token) -> bool:
    """Return True for a verb between what is said and a name: "…, estimated Ada Lund"."""
    return verb.i > 0 and verb.nbor(-1).text in (",", "”", '"') and verb.head.i > verb.i and verb.head.pos_ == "PROPN"


def _has_what_it_needs(verb: Token, speaker: Token, needs: str, quoted: list[Span]) -> bool:
    children = {child.dep_: child for child in verb.children}
    match needs:
        case "any":
            return True
        case "clause":
            is_followed = "ccomp" in children or any(
                each.dep_ == "pcomp" and each.head.lower_ not in ("by", "with")
                for each in verb.subtree
                if each.head.head.i == verb.i
            )
            return is_followed or verb.dep_ == "amod" or _is_parenthetical(verb) or _introduces_quotation(verb, quoted)
        case "infinitive":
            return "xcomp" in children or "ccomp" in children
        case "quote":
            return bool(quoted)
        case "complement":
            return "oprd" in children
        case "document":
            return ("ccomp" in children or "dobj" in children) and speaker.lemma_.lower() in _DOCUMENTS | _COURTS
        case _:  # person
            whom = children.get("dobj") or children.get("nsubjpass")
            return whom is not None and (whom.pos_ in ("PROPN", "PRON") or can_speak(whom))


def _is_parenthetical(verb: Token) -> bool:
    """Return True for the verb in "The bridge, he said, will close"."""
    head = verb.head
    return verb.dep_ in ("parataxis", "ccomp") and head.pos_ in ("VERB", "AUX") and not speech_verb(head)


def _introduces_quotation(verb: Token, quoted: list[Span]) -> bool:
    """Return True if a quotation stands next to the clause of the verb."""
    start, end = verb.sent.start_char, verb.sent.end_char
    near = [span for span in quoted if span[0] < end and start < span[1]]
    beside = verb.doc[max(0, verb.i - 2) : verb.i + 4]
    return any(_is_within(token, near) and (token in beside or token.pos_ in ("VERB", "AUX")) for token in verb.sent)


def speaker_of(verb: Token) -> Token | None:
    """Return the head word of the phrase that names who speaks, if the sentence has one."""
    if verb.dep_ == "amod":  # "…, estimated Ada Lund": a parser takes it for a quality of hers
        return verb.head
    agent = next((child for child in verb.children if child.dep_ == "agent"), None)
    if agent is not None:
        return next((child for child in agent.children if child.dep_ == "pobj"), None)
    if _is_passive(verb):
        by = (child for child in verb.subtree if child.lower_ == "by" and child.dep_ in ("agent", "prep"))
        agents = (each for prep in by for each in prep.children if each.dep_ == "pobj" and not is_time(each))
        return next((each for each in agents if can_speak(each)), None)  # "accused of lying by the opposition"
    subjects = [child for child in verb.children if child.dep_ == "nsubj"]
    if subjects:  # two, where a parser takes one from the quotation before
        return _antecedent(min(subjects, key=lambda each: abs(each.i - verb.i)), verb)
    if verb.dep_ in ("acl", "advcl") and verb.tag_ == "VBG" and (told := _told_by_clause(verb)) is not None:
        return told
    if verb.dep_ == "pcomp":
        return _quoted_person(verb) if verb.head.lower_ == "as" else _subject_above(verb.head.head)
    if verb.dep_ in ("conj", "xcomp", "advcl"):
        above = _outer(verb) or verb.head
        while verb.tag_ in _FINITE and above.tag_ not in _FINITE and above.dep_ != "ROOT":
            above = above.head  # "defended efforts to cut it and said": a parser joins "said" to "cut"
        return _subject_above(above)
    after = (child for child in verb.rights if child.dep_ in ("attr", "dobj", "npadvmod") and child.pos_ == "PROPN")
    return next(after, None) if verb.i and verb.nbor(-1).text in ("”", '"', ",") else None


def _outer(verb: Token) -> Token | None:
    """Return the verb of speech that holds what a finite verb is joined to.

    "Lund said it was late and accused the bank": a parser joins "accused" to "was", and Lund is more often meant.
    """
    if verb.dep_ != "conj" or verb.tag_ not in (*_FINITE, "VBN"):
        return None
    above = verb.head
    while above.dep_ in ("conj", "ccomp", "advcl", "xcomp", "relcl"):
        is_content = above.dep_ == "ccomp"
        above = above.head
        if is_content and above.i < verb.i and speech_verb(above) and above.tag_ in _FINITE:
            return above
    return None


def _told_by_clause(verb: Token) -> Token | None:
    """Return the speaker of ", saying …": that of the clause's own verb of speech, or the author of the document.

    A parser can't always tell what such a clause belongs to.
    """
    noun = verb.head if verb.dep_ == "acl" else None
    if noun is not None and noun.lemma_.lower() in _DOCUMENTS:
        by = (child for child in noun.children if child.dep_ == "prep" and child.lower_ in ("by", "from", "of"))
        author = next((each for prep in by for each in prep.children if each.dep_ == "pobj"), None)
        if author is None and noun.dep_ == "dobj":
            author = _subject_above(noun.head)
        return author if author is not None else noun
    if noun is not None and noun.i == verb.i - 1:  # no comma between them
        return noun
    speaking = next((each for each in verb.ancestors if each.i < verb.i and speech_verb(each)), None)
    if speaking is not None:
        return speaker_of(speaking)
    if noun is not None and noun.dep_ not in ("nsubj", "nsubjpass"):
        return _subject_above(noun.head)
    return noun


def _is_passive(verb: Token) -> bool:
    if verb.tag_ != "VBN":
        return False
    if verb.dep_ == "acl" or any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children):
        return True
    has_own = any(child.dep_ in ("nsubj", "aux", "dobj") for child in verb.children)
    if verb.dep_ == "advcl" and not has_own:
        return True
    return verb.dep_ == "conj" and not has_own and _is_passive(verb.head)


def _antecedent(subject: Token, verb: Token) -> Token | None:
    """Return the subject, or what "who" and "which" stand for; None for "it was said" and the like."""
    if subject.tag_ in ("WP", "WDT"):
        while verb.dep_ == "conj":
            verb = verb.head
        return _who(verb.head, subject) if verb.dep_ == "relcl" else None
    return None if subject.lower_ in ("there", "what", "this", "that") else subject


def _who(head: Token, pronoun: Token) -> Token:
    """Return what a relative clause belongs to: in "Lund, chair of the Orsk Bank, who …" it is Lund."""
    while pronoun.lower_ == "who" and head.lower_ in groups_and_places() and head.dep_ in ("pobj", "appos"):
        above = head.head.head if head.dep_ == "pobj" else head.head
        if above.pos_ not in ("NOUN", "PROPN"):
            break
        head = above
    return named_by(head)


def _subject_above(verb: Token) -> Token | None:
    """Return the subject of a verb, or of the one that it is joined to."""
    seen = verb
    for _ in range(6):
        subject = next((child for child in seen.children if child.dep_ in _SUBJECTS), None)
        if subject is not None:
            return _antecedent(subject, seen)
        if seen.dep_ == "acl":
            return seen.head
        if seen.dep_ not in ("conj", "xcomp", "advcl", "pcomp", "prep", "ccomp"):
            return None
        seen = seen.head
    return None


def _quoted_person(verb: Token) -> Token | None:
    """Return the person in "X was quoted as saying" and "The paper quoted X as saying"."""
    quoting = verb.head.head
    wanted = "nsubjpass" if _is_passive(quoting) else "dobj"
    return next((child for child in quoting.children if child.dep_ == wanted), None)


def _is_retold(verb: Token, speaker: Token) -> bool:
    """Return True for "she expects it" within what somebody says: a part of that remark."""
    return (
        speaker.pos_ == "PRON" and verb.dep_ == "ccomp" and verb.head.i < verb.i and speech_verb(verb.head) is not None
    )


def _is_nobody(speaker: Token) -> bool:
    if any(child.dep_ == "det" and child.lower_ in _NOTHING for child in speaker.children):
        return True
    return speaker.lower_ in _NOBODY and not any(child.dep_ in ("prep", "appos") for child in speaker.children)


def can_speak(speaker: Token) -> bool:
    """Return True for people, bodies and texts, False for "the geometry"."""
    if speaker.pos_ in ("PROPN", "PRON"):
        return True
    return speaker.lemma_.lower() in _SOURCES or speaker.lemma_.lower() in people_and_groups()


def _is_whole(clause: Token) -> bool:
    """Return True for a clause that says what: not one with "which" or "who", nor just "made by the bank"."""
    has_subject = any(child.dep_ in _SUBJECTS for child in clause.children)
    is_relative = any(child.tag_ in ("WDT", "WP") for child in clause.children)
    return not is_relative and (has_subject or any(child.tag_ == "TO" for child in clause.children))


def _is_source(according: Token, noun: Token) -> bool:
    """Return False for "lengths vary according to the class"."""
    is_apart = according.i == 0 or according.nbor(-1).is_punct
    return is_apart or noun.pos_ in ("PROPN", "PRON") or noun.lemma_.lower() in _SOURCES


def _kind(verb: Token, known: SpeechVerb) -> str | None:
    """Return the kind of a remark, None for what wasn't said ("did not say")."""
    if known.kind == "admit" and verb.lemma_ == "plead":
        return "deny" if any(child.dep_ == "neg" for child in verb.subtree) else "admit"
    if _is_negated(verb):
        is_refused = verb.lemma_ in _SILENT and any(child.lower_ in _WOULD for child in verb.children)
        if is_refused or verb.lemma_ in _SILENT_IF_NEGATED:
            return "no_comment"
        return "say" if known.kind == "deny" else None
    if known.kind == "refuse":
        infinitive = next((child for child in verb.children if child.dep_ in ("xcomp", "ccomp")), None)
        return "no_comment" if infinitive is not None and infinitive.lemma_ in _SILENT else "refuse"
    if any(child.lower_ == "neither" for child in (*verb.children, *verb.head.children) if child.dep_ == "preconj"):
        return "no_comment" if known.kind in ("confirm", "deny", "admit") else known.kind
    if verb.lemma_ == "ask" and (demand := _demanded(verb)) is not None:
        return None if demand.lemma_ in ("name", "identify", "quote") else "demand"
    if known.kind == "say" and (clause := _clause(verb)) is not None and _is_negative_statement(clause):
        return "deny"
    return known.kind


def _demanded(verb: Token) -> Token | None:
    """Return what is to be done in "asked the court to issue it" and "asked that half of it go", else None."""
    for child in verb.children:
        marks = {each.lower_ for each in child.children if each.dep_ in ("aux", "mark")}
        if child.dep_ in ("xcomp", "ccomp") and ("to" in marks or "that" in marks):
            return child
    return None


def _clause(verb: Token) -> Token | None:
    """Return the main verb of what is said."""
    own = next((child for child in verb.children if child.dep_ == "ccomp"), None)
    return own or (verb.head if _is_parenthetical(verb) else None)


def _is_negated(verb: Token) -> bool:
    return any(child.dep_ == "neg" or child.lower_ == "never" for child in verb.children)


def _is_negative_statement(clause: Token) -> bool:
    """Return True for "had not", "there was no …", "nobody knew"."""
    if clause.lemma_ in _OPINIONS:
        return False
    if _is_negated(clause):
        return True
    parts = [
        each for each in clause.children if each.dep_ in ("nsubj", "nsubjpass", "dobj", "attr", "advmod", "preconj")
    ]
    words = {
        each.lower_
        for part in parts
        for each in (part, *(c for c in part.children if c.dep_ in ("det", "neg", "preconj")))
    }
    return bool(words & _NOTHING)


def _content(verb: Token, speaker: Token, quoted: list[Span]) -> Span:
    """Return what is said: the quotations of the verb's sentence, or its clause or object, or else all of it."""
    sentence = (verb.sent.start_char, verb.sent.end_char)
    own = [(start, end) for start, end in quoted if start < sentence[1] and sentence[0] < end]
    clause = next((child for child in verb.children if child.dep_ in ("ccomp", "xcomp", "dobj", "prep")), None)
    if clause is not None and clause.i > verb.i:
        start, end = _subtree(clause)
        return start, max([end, *(each for _, each in own if start < each)])
    if own:
        return own[0][0], own[-1][1]
    return sentence


def _toward(verb: Token, speaker: Token) -> Token | None:
    """Return the head of whom a remark accuses, warns, asks, thanks or tells, if the sentence says that."""
    whom = next((child for child in verb.children if child.dep_ in _TO_SOMEBODY or child.dep_ == "nsubjpass"), None)
    if whom is None:
        preps = (
            child for child in verb.children if child.dep_ == "prep" and child.lower_ in ("on", "upon", "to", "at")
        )
        whom = next((each for prep in preps for each in prep.children if each.dep_ == "pobj"), None)
    if whom is None or whom.i == speaker.i or is_time(whom):
        return None
    return whom if whom.pos_ in ("PROPN", "PRON") or whom.tag_ == "NNS" else None


def _subtree(token: Token) -> Span:
    tokens = list(token.subtree)
    return tokens[0].idx, _end(tokens[-1])


def _is_within(token: Token, spans: list[Span]) -> bool:
    return any(start <= token.idx < end for start, end in spans)


def _end(token: Token) -> int:
    return token.idx + len(token)
