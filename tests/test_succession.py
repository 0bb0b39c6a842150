"""Who came before somebody is read off sentences that say whom the person followed."""

from types import SimpleNamespace

import pytest

from assistant.answering.succession import asked_for_predecessor, telling_predecessor
from index.remarks.parser import Parser

PARSER = Parser()


@pytest.mark.parametrize(
    ("question", "person"),
    [
        ("Who was mayor before Okoro?", "Okoro"),
        ("who led Kestrel Line right before Dov Halloran", "Dov Halloran"),
        ("Whom did Venn succeed as chief executive?", "Venn"),
        ("Who did Priya Nandal take over from?", "Priya Nandal"),
        ("Who was Lund’s predecessor?", "Lund"),
        ("Who died before the rescue?", None),
        ("Who succeeded Lund?", None),
        ("Who was mayor before she left?", None),
        ("", None),
    ],
)
def test_the_person_whose_predecessor_is_asked_for_is_read_off_the_question(question, person):
    assert asked_for_predecessor(question) == person


@pytest.mark.parametrize(
    ("name", "lead", "text", "tells"),
    [
        ("Mara Lund", "", "Lund succeeds Ada Orsk.", True),
        ("Lund", "", "Ada Orsk succeeds Mara Lund.", False),
        ("Baran", "", "Orla Finn was replaced by Tove Baran on Thursday.", True),
        ("Finn", "", "Orla Finn was replaced by Tove Baran on Thursday.", False),
        ("Lasko", "", "Sunniva Lasko took over from Ferris Cray in May.", True),
        ("Okoro", "", "Okoro, who follows Harald Pinch as mayor, won.", True),
        ("Venn", "Veltra named Dario Venn.", "He succeeds Otto Lind, who had led it since 2009.", True),
        ("Sund", "Veltra named Dario Venn.", "He succeeds Otto Lind, who had led it since 2009.", False),
        ("Lund", "", "Lund followed the plan.", False),
    ],
)
def test_a_sentence_tells_whom_a_person_followed(name, lead, text, tells):
    sentence = SimpleNamespace(text=text, lead=lead, around=f"{lead} {text}")
    assert telling_predecessor(name, [sentence], PARSER) == ([sentence] if tells else [])
