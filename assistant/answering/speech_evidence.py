"""Who says what in the sentences of passages, for a question about speech."""

import re
from collections import defaultdict
from collections.abc import Iterable

from assistant.answering.candidates import Candidate
from assistant.checking.speech import NEGATION
from assistant.english.countries import canonical, is_country, words_of_name
from assistant.english.stems import stems
from assistant.search.speech_question import SpeechQuestion
from index.article import FoundRemark
from index.remarks.quotations import quotations, with_double_marks, without_spans
from index.remarks.speech_verbs import kind_of_verb
from index.storage.remark_table import RemarkRow, speaker_words
from index.text.words import STOP_WORDS, stem, words

_PRONOUNS = frozenset("he she they it".split())
_STATING = ("say", "announce")
_CUES = {
    "promise": re.compile(r"\b(?:will|would|guarantee\w*)\b", re.IGNORECASE),
    "predict": re.compile(r"\b(?:will|would|expect\w*)\b", re.IGNORECASE),
    "warn": re.compile(r"\b(?:risks?|dangers?|threat\w*|unless|could)\b", re.IGNORECASE),
}
_CUES["suggest"] = _CUES["demand"] = re.compile(r"\b(?:should|must|needs?|ought|have to)\b", re.IGNORECASE)
"""What a statement must have to be a promise, a prediction, a warning or a demand."""


class SpeechEvidence:
    """What is known of who speaks, from the remarks of articles; `unread` are articles not yet searched for any."""

    def __init__(self, asked: SpeechQuestion, remarks: Iterable[RemarkRow], unread: frozenset[str]) -> None:
        self.asked = asked
        self._topic = {stem(word) for word in words(asked.about) if word not in STOP_WORDS}
        self._unread = unread
        self._remarks: dict[tuple[str, int], list[FoundRemark]] = defaultdict(list)
        for row in remarks:
            self._remarks[row.article, row.found.sentence[0]].append(row.found)

    def speaker(self, candidate: Candidate) -> str | None:
        """Return whose remark, of those asked about, a sentence reports for certain: a name as it was asked for.

        It is "" if anybody's remark is asked for, and None if the sentence reports no such remark.
        """
        if not self._is_on_topic(candidate):
            return None
        for remark in self._of(candidate):
            if self.asked.kinds and remark.kind not in self.asked.kinds:
                continue
            if not self.asked.speakers:
                return "" if _is_described(self.asked, candidate) else None
            own = _speaker_words(remark, candidate)
            for name in self.asked.speakers:
                if _is_same(name, own):
                    return name
        return None

    def bars(self, candidate: Candidate) -> bool:
        """Return True if a sentence can't answer: somebody else is its speaker, or it isn't of the kind to list.

        Of 16,926 right sentences, 65 are barred so; see docs/log/answering.md.
        """
        if self._is_of_others(candidate):
            return True
        lists_a_kind = self.asked.lists_all and bool(self.asked.kinds and self.asked.speakers)
        return lists_a_kind and not self.may_answer(candidate)

    def _is_of_others(self, candidate: Candidate) -> bool:
        """Return True if all remarks in the sentence are somebody else's."""
        remarks = self._of(candidate)
        own = [_speaker_words(remark, candidate) for remark in remarks]
        is_known = bool(self.asked.speakers and own and all(own))
        return is_known and not any(_is_same(name, each) for name in self.asked.speakers for each in own)

    def may_answer(self, candidate: Candidate) -> bool:
        """Return False for a sentence in which nobody says what is asked for, or somebody else does."""
        if not self._is_on_topic(candidate):
            return False
        if candidate.passage.article.id in self._unread:
            return self._may_report(candidate.text)
        if self.speaker(candidate) is not None:
            return True
        return any(self._may_be_asked_for(remark, candidate) for remark in self._of(candidate))

    def _may_report(self, sentence: str) -> bool:
        """Return True if a sentence that hasn't been parsed has a word of the kind asked for."""
        kinds = {kind_of_verb(word) for word in words(sentence)} - {None}
        is_denial = "deny" in self.asked.kinds and NEGATION.search(sentence) is not None
        return is_denial or (not kinds.isdisjoint(self.asked.kinds) if self.asked.kinds else bool(kinds))

    def plainness(self, candidate: Candidate) -> int:
        """Return how plainly a sentence reports a remark of the kind.

        It is 2 if a verb of the kind does ("denied"), 1 if it is implied ("said she had no plans"), and 0 if that is
        only so by words quoted ("“I have no plans,” she said").
        """
        text = candidate.passage.article.full_text
        of_kind = [remark for remark in self._of(candidate) if remark.kind in self.asked.kinds]
        verbs = (text[slice(*remark.cue)].split() for remark in of_kind)
        if any(kind_of_verb(words[0]) in self.asked.kinds for words in verbs if words):
            return 2
        spans, _ = quotations(with_double_marks(candidate.text))
        return int(NEGATION.search(without_spans(candidate.text, spans)) is not None)

    def is_plainly_on_topic(self, candidate: Candidate) -> bool:
        """Return True if a denial, a promise or the like has a word of the topic that is asked about.

        "She did not comment" has it in the sentences around.
        """
        text = candidate.around if self.asked.kinds == ("no_comment",) else candidate.text
        return bool(self.asked.kinds) and not self._topic.isdisjoint(stems(text))

    def _of(self, candidate: Candidate) -> list[FoundRemark]:
        return self._remarks[candidate.passage.article.id, candidate.sentence.start]

    def _is_on_topic(self, candidate: Candidate) -> bool:
        """Return True unless a yes or no is asked, or a change of mind, about something that isn't mentioned here."""
        if self.asked.form not in ("whether", "change") or not self.asked.about:
            return True
        if any(remark.kind == self.asked.verb != "say" for remark in self._of(candidate)):
            return True
        return not self._topic.isdisjoint(stems(f"{candidate.lead} {candidate.text}"))

    def _may_be_asked_for(self, remark: FoundRemark, candidate: Candidate) -> bool:
        """Return True for a statement that may be a promise, or a remark of a "he" near the name of whom is asked."""
        own = _speaker_words(remark, candidate)
        is_kind = not self.asked.kinds or remark.kind in self.asked.kinds
        cues = [_CUES[kind] for kind in self.asked.kinds if kind in _CUES]
        is_stated = remark.kind in _STATING and any(cue.search(candidate.text) for cue in cues)
        around = set(words(candidate.around))
        is_speaker = any(
            _is_same(name, own) if own else not around.isdisjoint(words(name)[-1:]) for name in self.asked.speakers
        )
        is_anybody = not self.asked.speakers and _is_described(self.asked, candidate)
        return (is_kind or is_stated) and (is_speaker if self.asked.speakers else is_anybody)


def _is_described(asked: SpeechQuestion, candidate: Candidate) -> bool:
    """Return True if the passage has the noun for the speaker."""
    return not asked.described or stem(asked.described) in stems(candidate.around)


def _speaker_words(remark: FoundRemark, candidate: Candidate) -> frozenset[str]:
    """Return the words of who speaks, the country of a capital included; none for a pronoun that may be anybody's."""
    text = candidate.passage.article.full_text
    own = speaker_words(remark, text)
    name = remark.name or (text[slice(*remark.head)] if remark.head else "")
    return frozenset() if own <= _PRONOUNS else frozenset({*own, *words_of_name(name)})


def _is_same(name: str, own: frozenset[str]) -> bool:
    """Return True if a name that is asked for has the words of the speaker's; a last name will do for both."""
    asked = words_of_name(name)
    countries = {word for word in asked if is_country(word)}
    is_called_by_last = words(name)[-1:] == list(own)
    return bool(own) and (set(words(canonical(name))) <= own or is_called_by_last or not countries.isdisjoint(own))
