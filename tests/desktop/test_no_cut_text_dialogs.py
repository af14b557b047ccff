"""Every question that Tocsin asks in a box of its own can be read in every language, with letters of twice the size."""

import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from support.cut_text import cut_texts, letters
from support.offline_window import settle
from support.painting import warm_painter
from support.phrases import book
from tocsin import resources
from tocsin.desktop.closing import ask_how_to_close
from tocsin.desktop.consent import ask_to_adopt
from tocsin.desktop.settings.account_list import ask_to_remove
from tocsin.domain.account import Account, Auth, AuthKind

__all__ = ["letters", "warm_painter"]

SIGNED_IN = Account(
    id="home",
    provider="tmf656",
    name="Planet Fibre of the far north, business customers",
    url="https://api.example.net",
    auth=Auth(AuthKind.BEARER),
)
QUESTIONS = {
    "closing": lambda parent, words: ask_how_to_close(parent, words, lambda: None, lambda: None),
    "adopting": lambda parent, words: ask_to_adopt(parent, words, lambda: None),
    "removing": lambda parent, words: ask_to_remove(parent, words, SIGNED_IN),
}


@pytest.mark.parametrize("language", resources.languages())
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_shows_whole_sentences(letters, qtbot, language, name):
    """The question, what comes of each answer, and the answers, each in the user's language."""
    parent = QWidget()
    qtbot.addWidget(parent)
    box = QUESTIONS[name](parent, book(language))
    box.open()
    settle()
    assert cut_texts(box) == []
    answers = [each.text() for each in box.findChildren(QPushButton) if each.isVisible()]
    assert len(answers) > 1
    assert book(language).gettext("Cancel") in answers
    box.close()
