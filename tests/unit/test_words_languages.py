"""Which language is spoken, and what happens where there are no words for it."""

import gettext
import shutil

import pytest

from support.phrases import at, book
from tocsin import resources
from tocsin.words.diagnosis import size
from tocsin.words.languages import language_of, wishes
from tocsin.words.reach import cannot_ask

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
    """Dutch, English, French and German can be spoken."""
    assert resources.languages() == ("de", "en", "fr", "nl")


@pytest.mark.parametrize(
    ("wish", "language", "word"),
    [
        ("nl_BE", "nl", "Gezien"),
        ("de_AT.UTF-8", "de", "Zur Kenntnis nehmen"),
        ("de-CH", "de", "Zur Kenntnis nehmen"),
        ("fr_CA", "fr", "Marquer comme vu"),
        ("en_GB", "en", "Acknowledge"),
    ],
)
def test_a_region_speaks_its_language(wish, language, word):
    """A region that has no words of its own is spoken to in its language."""
    assert language_of((wish,), resources.languages()) == language
    assert resources.translations(language).gettext("Acknowledge") == word
    assert resources.translations(wish.split(".")[0].replace("-", "_")).gettext("Acknowledge") == word


@pytest.mark.parametrize(
    ("language", "none", "one", "two"),
    [
        ("nl", "0 eerdere berichten", "1 eerder bericht", "2 eerdere berichten"),
        ("de", "0 frühere Meldungen", "1 frühere Meldung", "2 frühere Meldungen"),
        ("fr", "0 message précédent", "1 message précédent", "2 messages précédents"),
    ],
)
def test_a_number_takes_the_form_that_the_language_gives_it(language, none, one, two):
    """French counts nothing in the singular, the others in the plural."""
    words = book(language)
    said = [words.ngettext("{n} earlier update", "{n} earlier updates", n).format(n=n) for n in range(3)]
    assert said == [none, one, two]


@pytest.mark.parametrize(
    ("language", "quoted", "listed"),
    [
        ("en", "“Cable cut”", "Line, Mail and Phone"),
        ("nl", "“Cable cut”", "Line, Mail en Phone"),
        ("de", "„Cable cut“", "Line, Mail und Phone"),
        ("fr", "«\N{NO-BREAK SPACE}Cable cut\N{NO-BREAK SPACE}»", "Line, Mail et Phone"),
    ],
)
def test_quotations_and_lists_are_the_languages_own(language, quoted, listed):
    """Quotation marks and the last word of a list differ; the words of a provider do not."""
    assert book(language).quoted("Cable cut") == quoted
    assert book(language).names(["Line", "Mail", "Phone"]) == listed


def test_french_does_not_part_a_caption_from_its_colon():
    """What the code puts together has the language's own marks too."""
    assert book("fr").captioned("Planet Fibre", "Line") == "Planet Fibre\N{NO-BREAK SPACE}: Line"
    assert book("en").captioned("Planet Fibre", "Line") == "Planet Fibre: Line"


@pytest.mark.parametrize("language", ["de", "en", "fr", "nl"])
def test_a_provider_without_a_name_begins_a_sentence_with_a_capital(language):
    """The general word for a provider stands first in some languages; a name stays as its owner writes it."""
    words = book(language)
    assert cannot_ask(words, (), None, at("19:10"))[0].isupper()
    assert "o2" in cannot_ask(words, ("o2",), at("18:20"), at("19:10"))


@pytest.mark.parametrize("language", ["en", "fi", "", "../nl", "nl/../nl", "n" * 5000])
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
    shutil.copytree(tmp_path / "locale" / "nl", tmp_path / "locale" / "fy")
    monkeypatch.setattr(resources, "root", lambda: tmp_path)
    assert resources.languages() == ("de", "en", "fr", "fy", "nl")
    assert resources.translations("fy_NL").gettext("Open") == "Openen"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "1.5 MB"), ("nl", "1,5 MB"), ("de", "1,5 MB"), ("fr", "1,5\N{NO-BREAK SPACE}Mo")],
)
def test_a_number_has_the_languages_own_decimal_mark(language, said):
    """A comma where the language writes one, and the unit that it knows."""
    assert size(book(language), 3 << 19) == said
