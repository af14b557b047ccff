"""The assistant and the settings can be read in every language, with letters of the usual size and of twice that."""

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton

from support.assistant_stand_in import StandIn, failed, found, looking
from support.assistant_window import PAGE, with_token
from support.cut_text import cut_texts, letters
from support.offline_window import settle
from support.painting import warm_painter
from support.phrases import book
from support.settings_scenes import Rig
from tocsin import resources
from tocsin.desktop.assistant import Assistant
from tocsin.desktop.settings.book import PageName
from tocsin.domain.terms import FailureKind
from tocsin.offers import CatalogueOffers

__all__ = ["letters", "warm_painter"]

ANSWERS = {
    "found": found,
    "sign-in": with_token,
    "failed": lambda trial: failed(trial, FailureKind.TLS, "certificate verify failed"),
    "looking": looking,
}
STEPS = {"found": 4, "sign-in": 2, "failed": 2, "looking": 2}


@pytest.mark.parametrize("language", resources.languages())
@pytest.mark.parametrize("name", ANSWERS)
def test_every_step_of_the_assistant_shows_whole_sentences(letters, qtbot, language, name):
    """From the first question to the last, and where nothing comes of an address."""
    words, engine = book(language), StandIn(answer=ANSWERS[name])
    assistant = Assistant(words, CatalogueOffers({}), can_start=True, has_demo=True)
    qtbot.addWidget(assistant)
    engine.serve(assistant)
    assistant.open()
    settle()
    assert cut_texts(assistant) == []
    next(each for each in assistant.findChildren(QLineEdit) if each.isVisible()).setText(PAGE)
    steps = 1
    while (onward := _onward(assistant, words.gettext("Next"))) is not None:
        onward.click()
        settle()
        steps += 1
        assert cut_texts(assistant) == []
    assert steps == STEPS[name]


def _onward(assistant, text):
    shown = (each for each in assistant.findChildren(QPushButton) if each.isVisible() and each.isEnabled())
    return next((each for each in shown if each.text() == text), None)


@pytest.mark.parametrize("language", resources.languages())
def test_every_page_of_the_settings_shows_whole_sentences(letters, qtbot, tmp_path, language):
    """All pages and the form of each account, with something in most fields."""
    rig = Rig(tmp_path / "config.toml")
    qtbot.addWidget(rig.window)
    rig.window.set_words(book(language))
    for page, place in (*((each, "") for each in PageName), (PageName.ACCOUNTS, "home"), (PageName.ACCOUNTS, "host")):
        rig.show(page, place)
        settle()
        assert cut_texts(rig.window) == [], (page, place)
