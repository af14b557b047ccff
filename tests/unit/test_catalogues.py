"""The catalogues say everything that the source says, in every language, and nothing else."""

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parents[2]


def load():
    """The tool, from its path: ``packaging`` is no package."""
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "packaging" / "catalogues.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


catalogues = load()
PO_FILES = catalogues.po_files()
ADDRESS = re.compile(r"\S+://\S*|\b(?:\d+T)?\d+:\d+\b")
BARE_MARK = re.compile("(?<!\N{NO-BREAK SPACE})[:;?»]|«(?!\N{NO-BREAK SPACE})|'")
MO_FILES = [f"locale/{language}/LC_MESSAGES/tocsin.mo" for language in ("de", "en", "fr", "nl")]


@pytest.fixture(scope="module")
def template():
    """Every sentence of the source."""
    return catalogues.extract()


@pytest.fixture
def dutch(tmp_path):
    """A copy of the Dutch catalogue that may be spoilt."""
    folder = tmp_path / "nl" / "LC_MESSAGES"
    shutil.copytree(ROOT / "resources" / "locale" / "nl" / "LC_MESSAGES", folder)
    return folder / "tocsin.po"


def test_four_languages_are_there():
    """Whoever removes one has to say so here."""
    assert {po.parents[1].name for po in PO_FILES} == {"de", "en", "fr", "nl"}


@pytest.mark.parametrize("po", PO_FILES, ids=lambda po: po.parents[1].name)
def test_a_catalogue_is_whole(po, template):
    """Nothing is fuzzy, untranslated, unused or missing; placeholders agree; nobody shouts; the .mo is current."""
    assert catalogues.problems(po, template) == []


def test_french_keeps_its_marks_together():
    """No line breaks before a colon or inside quotation marks, and an apostrophe is a real one; addresses stay."""
    french = catalogues.read(next(po for po in PO_FILES if po.parents[1].name == "fr"))
    said = [text for each in french for text in catalogues._forms(each.string) if each.id]
    bare = [text for text in said if BARE_MARK.search(ADDRESS.sub("", text))]
    assert bare == []
    assert BARE_MARK.search("Depuis : 17:58")
    assert BARE_MARK.search("« Depuis\N{NO-BREAK SPACE}»")


def test_the_source_is_really_read(template):
    """An extraction that finds nothing would call everything whole."""
    assert len(list(template)) > 150
    assert template.get("Keep your sent mail: messages from {time} on may not have arrived.") is not None
    assert template.get("Jan", "month") is not None


def test_no_sentence_stands_where_the_extractor_cannot_see_it():
    """Within an f-string it is passed over without a word, and stays English for ever."""
    hidden = [
        f"{file.name}:{call.lineno}"
        for file in (ROOT / "src" / "tocsin").rglob("*.py")
        for outer in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(outer, ast.JoinedStr)
        for call in ast.walk(outer)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr.endswith("gettext")
    ]
    assert hidden == []


def spoil(po, old, new):
    """Put a mistake into a catalogue."""
    content = po.read_text(encoding="utf-8")
    assert old in content
    po.write_text(content.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('msgstr "Gezien"', 'msgstr ""', "untranslated: Acknowledge"),
        ('msgid "Acknowledge"', '#, fuzzy\nmsgid "Acknowledge"', "fuzzy: Acknowledge"),
        ('msgid "Acknowledge"', 'msgid "Acknowledged it"', "unused: Acknowledged it"),
        ('msgid "Acknowledge"', 'msgid "Acknowledged it"', "missing: Acknowledge"),
        ("Storing op {name} sinds {time}", "Storing op {naam} sinds {time}", "other placeholders: Outage on {name}"),
        ("Storing op {name} sinds {time}", "Storing op {name sinds {time}", "other placeholders: Outage on {name}"),
        ("Storing op {name} sinds {time}", "Storing op {name!r} sinds {time}", "other placeholders: Outage on {name}"),
        ('msgstr "Gezien"', 'msgstr "Gezien!"', "exclamation mark: Acknowledge"),
        ('msgstr[1] "{n} dagen"', 'msgstr[1] "dagen"', "other placeholders: {n} d"),
        ('msgstr[1] "{n} dagen"', 'msgstr[1] ""', "untranslated: {n} d"),
        ('msgstr "Gezien"', 'msgstr " Gezien"', "other space at an end: Acknowledge"),
        ("plural=(n != 1)", "plural=(n > 1)", "plural forms of another language: nplurals=2; plural=(n > 1)"),
        ('msgstr "Gezien"', 'msgstr "Bevestigen"', "tocsin.mo is not compiled from tocsin.po"),
    ],
)
def test_every_mistake_is_found(dutch, template, old, new, problem):
    """The check that guards the catalogues sees each kind of mistake."""
    spoil(dutch, old, new)
    assert [found for found in catalogues.problems(dutch, template) if found.startswith(problem)]


def test_a_missing_mo_is_found(dutch, template):
    """A catalogue that was never compiled is silent; that is said."""
    dutch.with_suffix(".mo").unlink()
    assert [found for found in catalogues.problems(dutch, template) if "not compiled" in found]


def test_english_must_be_the_sources(tmp_path, template):
    """A sentence is changed in the source, not in the English catalogue behind its back."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    shutil.copytree(ROOT / "resources" / "locale" / "en" / "LC_MESSAGES", folder)
    spoil(folder / "tocsin.po", 'msgstr "Acknowledge"', 'msgstr "Confirm"')
    assert "not the source's words: Acknowledge" in catalogues.problems(folder / "tocsin.po", template)


def test_update_keeps_what_was_translated_and_guesses_nothing(dutch):
    """New sentences come in empty, gone ones leave, the rest stays; a second update changes nothing."""
    changed = Catalog(domain="tocsin")
    changed.add("Acknowledge", locations=[("src/tocsin/words/speaker.py", 1)])
    changed.add("Acknowledge now", locations=[("src/tocsin/words/speaker.py", 2)])
    changed.add(("{n} night", "{n} nights"), locations=[("src/tocsin/words/speaker.py", 3)])
    catalogues.update(dutch, changed)
    result = catalogues.read(dutch)
    assert {message.id: message.string for message in result if message.id} == {
        "Acknowledge": "Gezien",
        "Acknowledge now": "",
        ("{n} night", "{n} nights"): ("", ""),
    }
    before = dutch.read_bytes()
    catalogues.update(dutch, changed)
    assert dutch.read_bytes() == before
    assert b"Date" not in before


def test_beginning_a_language(tmp_path, template):
    """Another language is a file with every sentence, all of them still to be written."""
    po = catalogues.add("de", template, tmp_path)
    assert po == tmp_path / "de" / "LC_MESSAGES" / "tocsin.po"
    sentences = len([message for message in template if message.id])
    found = catalogues.problems(po, template)
    assert len([each for each in found if each.startswith("untranslated")]) == sentences
    assert catalogues.compile_all(tmp_path) == [po.with_suffix(".mo")]
    with pytest.raises(FileExistsError):
        catalogues.add("de", template, tmp_path)


@pytest.fixture
def clone(tmp_path):
    """What a fresh clone has of the project: no compiled catalogue."""
    place = tmp_path / "clone"
    for name in ("src/tocsin", "resources", "packaging"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, place / name)
    (place / ".gitignore").write_text("*.mo\n", encoding="utf-8")
    return place


@pytest.mark.parametrize("kind", ["wheel", "sdist", "editable"])
def test_every_kind_of_build_has_its_words(clone, tmp_path, kind):
    """A wheel, an sdist and an editable install of a fresh clone speak all four, though git ignores the .mo files."""
    out = tmp_path / "out"
    out.mkdir()
    code = f"from hatchling.build import build_{kind}; print(build_{kind}({str(out)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=clone, capture_output=True, text=True, check=True)
    built = out / done.stdout.split()[-1]
    if kind == "wheel":
        with zipfile.ZipFile(built) as archive:
            assert {f"tocsin/_resources/{mo}" for mo in MO_FILES} <= set(archive.namelist())
    elif kind == "sdist":
        with tarfile.open(built) as archive:
            names = [name.partition("/")[2] for name in archive.getnames()]
        assert {f"resources/{mo}" for mo in MO_FILES} <= set(names)
        assert {"packaging/hatch_build.py", "packaging/catalogues.py"} <= set(names)
    else:
        assert all((clone / "resources" / mo).is_file() for mo in MO_FILES)


def test_the_command_says_what_is_wrong(clone):
    """``check`` fails with a line for each problem, and is content after ``compile``."""
    tool = [sys.executable, "packaging/catalogues.py"]
    failed = subprocess.run([*tool, "check"], cwd=clone, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "resources/locale/nl/LC_MESSAGES/tocsin.po: tocsin.mo is not compiled" in failed.stdout
    subprocess.run([*tool, "compile"], cwd=clone, check=True)
    assert subprocess.run([*tool, "check"], cwd=clone, check=False).returncode == 0
