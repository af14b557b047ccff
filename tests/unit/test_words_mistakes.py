"""Mistakes in config.toml are said in the user's language, with the line, the key and what may stand there."""

import ast
from pathlib import Path

import pytest

import tocsin
from support.phrases import at, book
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.message import Fault
from tocsin.engine.settings_desk import SettingsDesk
from tocsin.errors import EnvironmentFault
from tocsin.words import mistakes

NOW = at("19:10")
SOURCE = Path(tocsin.__file__).parent
BEGINNINGS = ("is ", "has ", "have ", "needs ", "names ", "begins ", "was ", "would ", "there ", "plain http ")


def _unheard(_) -> None:
    """Nobody runs on these settings."""


def faults(tmp_path, text) -> tuple[Fault, ...]:
    """What the engine tells of a file."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    desk = SettingsDesk(TomlSettings(path, ("tmf656", "line")), _unheard)
    loaded = desk._source.load()
    desk.note(loaded)
    return desk.problems


@pytest.mark.parametrize(
    ("text", "english", "dutch"),
    [
        (
            "[line]\nmeasure = 1\n",
            "config.toml, line 2: line.measure is neither true nor false (allowed: true, false)",
            "config.toml, regel 2: line.measure is noch true noch false (toegestaan: true, false)",
        ),
        (
            "\nnotificatons = 7\n",
            (
                "config.toml, line 2: notificatons is not a setting of this version; is notifications meant? (allowed: "
                "accounts, appearance, language, line, network, notifications, usage)"
            ),
            (
                "config.toml, regel 2: notificatons is geen instelling van deze versie; bedoelt u notifications? "
                "(toegestaan: accounts, appearance, language, line, network, notifications, usage)"
            ),
        ),
        (
            "[line\n",
            "config.toml, line 1, character 6: the file has the head of a table there without its closing bracket",
            "config.toml, regel 1, teken 6: het bestand heeft daar de kop van een tabel zonder haakje aan het eind",
        ),
        (
            "[[accounts]]\nid = 'home'\ntoken = 'x'\n",
            "config.toml, line 1: accounts[0].provider is missing (allowed: tmf656, line)",
            "config.toml, regel 1: accounts[0].provider ontbreekt (toegestaan: tmf656, line)",
        ),
    ],
)
def test_a_mistake_is_said_with_its_place(tmp_path, text, english, dutch):
    """What is wrong, where, and what may stand there."""
    first = faults(tmp_path, text)[0].message
    for language, said, end in (
        ("en", english, ". Correct it, then choose “Reload settings”."),
        ("nl", dutch, ". Verbeter dit en kies daarna “Instellingen opnieuw laden”."),
    ):
        assert book(language).fault(first, NOW) == said + end


def test_a_secret_in_the_file_is_said_without_it(tmp_path):
    """Where it belongs is said in each language, with the name of the variable; what it is stands nowhere."""
    first = faults(tmp_path, "[[accounts]]\nid = 'home'\nprovider = 'line'\npassword = 'canary'\n")[0].message
    said = {book(language).fault(first, NOW) for language in ("en", "nl", "de", "fr")}
    assert len(said) == 4
    assert all("accounts[0].password" in each and "TOCSIN_SECRET_HOME" in each for each in said)
    assert not any("canary" in each or "take it out, and keep it in the keyring" in each for each in said)


def test_a_disk_that_is_full_is_said_too(tmp_path, caplog):
    """What cannot be written has no line, and the system's own word for it is said in the user's language."""
    path = tmp_path / "config.toml"
    source = TomlSettings(path, ())

    def full():
        raise EnvironmentFault("config.toml cannot be written (No space left on device)")

    source.undo = full
    desk = SettingsDesk(source, _unheard)
    desk._try(source.undo)
    said = book("nl").fault(desk.problems[0].message, NOW)
    assert "cannot be changed" in caplog.text
    assert "No space left on device" in caplog.text
    assert said.startswith("config.toml kan niet worden geschreven (de schijf is vol). ")


def test_every_mistake_that_the_reader_names_is_known_here():
    """One that is new to the reader would be said in English in the midst of another language."""
    known = set(mistakes._fixed(str))
    named: set[str] = set()
    for file in sorted((SOURCE / "adapters").glob("settings*.py")):
        every = list(ast.walk(ast.parse(file.read_text())))
        parts = {id(part) for each in every if isinstance(each, ast.JoinedStr) for part in each.values}
        texts = (each for each in every if isinstance(each, ast.Constant) and id(each) not in parts)
        named |= {text for each in texts if isinstance(text := each.value, str) and text.startswith(BEGINNINGS)}
    whole = {each for each in named if "\n" not in each and not each.endswith(".")}
    assert len(whole) > 40
    assert whole - known == set()
