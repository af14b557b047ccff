"""Which language is spoken, and what happens where there are no words for it."""

import gettext
import shutil

import pytest

from support.phrases import book
from tocsin import resources
from tocsin.words.languages import language_of, wishes

AVAILABLE = ("en", "nl", "pt_BR")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (["nl"], "nl"),
        (["nl_BE.UTF-8"], "nl"),
        (["nl-NL"], "nl"),
        (["NL_nl@euro"], "nl"),
        (["pt_BR.UTF-8"], "pt_BR"),
        (["pt_PT"], "en"),
        (["fi_FI", "nl_NL"], "nl"),
        ([None, "", "nl"], "nl"),
        (["C"], "en"),
        (["../../etc"], "en"),
        (["nl\x00"], "en"),
        ([], "en"),
    ],
)
def test_the_first_language_with_words_is_spoken(wanted, language):
    """A wish is a locale in any of its spellings; the first that can be spoken wins; English is always there."""
    assert language_of(wanted, AVAILABLE) == language


@pytest.mark.parametrize(
    ("environ", "system", "found"),
    [
        ({"LANG": "nl_NL.UTF-8"}, None, ("nl_NL.UTF-8",)),
        ({"LANG": "nl_NL.UTF-8", "LC_MESSAGES": "fr_FR"}, None, ("fr_FR",)),
        ({"LANG": "nl_NL.UTF-8", "LC_MESSAGES": "fr_FR", "LC_ALL": "de_DE"}, None, ("de_DE",)),
        ({"LANG": "nl_NL.UTF-8", "LANGUAGE": "fy:nl::en"}, None, ("fy", "nl", "en", "nl_NL.UTF-8")),
        ({"LC_ALL": "C.UTF-8", "LANG": "nl_NL.UTF-8", "LANGUAGE": "nl"}, None, ()),
        ({"LANG": "POSIX"}, None, ()),
        ({}, "nl-NL", ("nl-NL",)),
        ({}, None, ()),
    ],
)
def test_the_environment_is_read_as_gettext_reads_it(environ, system, found):
    """A user's locale variables mean here what they mean in every other program."""
    assert wishes(environ, system) == found


def test_the_catalogues_of_a_checkout_are_found():
    """English and Dutch can be spoken; a region's own falls back to its language."""
    assert {"en", "nl"} <= set(resources.languages())
    assert resources.translations("nl").gettext("Acknowledge") == "Gezien"
    assert resources.translations("nl_BE").gettext("Acknowledge") == "Gezien"


@pytest.mark.parametrize("language", ["fi", "", "../nl", "nl/../nl", "n" * 5000])
def test_an_unknown_language_speaks_english(language):
    """A language without words, or a name that is none, neither fails nor reads other files."""
    found = resources.translations(language)
    assert type(found) is gettext.NullTranslations
    assert found.gettext("Acknowledge") == "Acknowledge"


def test_the_words_are_the_same_with_and_without_an_english_catalogue():
    """English is the language of the source: its catalogue adds nothing and misses nothing."""
    plain = book("fi")
    english = book("en")
    assert english.ngettext("{n} incident", "{n} incidents", 1) == plain.ngettext("{n} incident", "{n} incidents", 1)
    assert english.pgettext("month", "May") == plain.pgettext("month", "May") == "May"
    assert english.npgettext("nowhere", "one", "many", 2) == "many"


def test_another_language_is_a_matter_of_a_file(tmp_path, monkeypatch):
    """A catalogue laid beside the others is found and spoken, with nothing else changed."""
    shutil.copytree(resources.path("locale"), tmp_path / "locale")
    shutil.copytree(tmp_path / "locale" / "nl", tmp_path / "locale" / "de")
    monkeypatch.setattr(resources, "root", lambda: tmp_path)
    assert resources.languages() == ("de", "en", "nl")
    assert resources.translations("de_AT").gettext("Open") == "Openen"
