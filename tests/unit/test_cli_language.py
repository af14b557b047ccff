"""The command line speaks the language of the settings, and the system's where they name none or cannot be read."""

import ast
import inspect
import io
import json
import signal
import socket
import sys

import pytest

from support.command_line import PATIENCE, finished, tocsin
from support.phrases import book
from tocsin import cli, cli_words, resources
from tocsin.cli import main
from tocsin.providers.registry import Registry
from tocsin.words import fields

HOME = '[[accounts]]\nid = "home"\nprovider = "line"\n'


@pytest.fixture
def profile(tmp_path, monkeypatch):
    """A profile that speaks Dutch, on a system that speaks German; standard input is empty."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    made = tmp_path / "profile"
    made.mkdir()
    (made / "config.toml").write_text(f'language = "nl"\n{HOME}')
    return made


def said(capsys, *words):
    """The exit code, and what stands on standard error."""
    return main([str(each) for each in words]), capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "dutch"),
    [
        (("secret", "set", "hme"), "Er is geen account “hme”. Wel zijn er: home"),
        (
            ("secret", "set", "home"),
            (
                "Er is geen sleutelbos die gebruikt kan worden, en inloggegevens worden nergens anders bewaard: "
                "installeer of start er een, of start Tocsin met TOCSIN_SECRET_HOME ingesteld"
            ),
        ),
        (
            ("secret", "remove", "home"),
            (
                "Er is geen sleutelbos die gebruikt kan worden: staan de inloggegevens in een sleutelbos, start die "
                "dan en probeer het opnieuw"
            ),
        ),
        (("history", "--since", "noon"), "“--since noon” is geen tijd. Schrijf 2026-11-01, "),
        (("erase",), "Er is geen terminal om dit te bevestigen: gebruik --yes om alles zonder vraag te verwijderen"),
        (("check", "http://127.0.0.1:9", "--provider", "nosuch"), "Er is geen aanbieder “nosuch”. Wel zijn er: "),
        (("check", "http://127.0.0.1:9", "--auth", "oauth2"), "“--auth oauth2” heeft nog twee opties nodig: "),
    ],
)
def test_a_command_that_fails_says_so_in_the_settings_language(capsys, profile, words, dutch):
    """One line, exit code 3."""
    code, err = said(capsys, *words, "--profile", profile)
    assert (code, err.count("\n")) == (3, 1)
    assert err.startswith(f"tocsin: {dutch}")


def test_a_file_that_cannot_be_read_is_said_in_the_systems_language(capsys, profile):
    """Nobody knows what it would have named."""
    (profile / "config.toml").write_text('language = "nl\n')
    code, err = said(capsys, "secret", "set", "home", "--profile", profile)
    assert code == 3
    assert err == (
        "tocsin: config.toml, Zeile 1, Zeichen 15: Die Datei hat dort einen Text ohne schließendes Anführungszeichen\n"
    )


def test_a_profile_that_cannot_be(capsys, profile):
    """What the system gives for a reason is said too."""
    code, err = said(capsys, "watch", "--profile", profile / "config.toml" / "below")
    place = profile / "config.toml"
    assert code == 3
    assert err.startswith(f"tocsin: Der Ordner {place}")
    assert err.endswith(
        "lässt sich nicht anlegen. Nennen Sie mit --profile einen anderen. Ein Teil des Pfads ist kein Ordner.\n"
    )


def test_an_export_to_where_something_is(capsys, profile, tmp_path):
    """Nothing is written over."""
    (tmp_path / "mine.zip").write_bytes(b"mine")
    code, err = said(capsys, "export", tmp_path / "mine.zip", "--profile", profile)
    assert (code, (tmp_path / "mine.zip").read_bytes()) == (3, b"mine")
    assert err == f"tocsin: {tmp_path / 'mine.zip'} bestaat al. Kies een andere naam.\n"


def test_a_record_that_is_none(capsys, profile):
    """The history says what helps."""
    (profile / "tocsin.db").write_bytes(b"no database" * 1000)
    code, err = said(capsys, "history", "--profile", profile)
    assert code == 3
    assert err == (
        "tocsin: De geschiedenis is beschadigd. Start Tocsin: dat zet het bestand opzij en begint een nieuw bestand.\n"
    )


def test_words_for_machines_stay_as_they_are(capsys, profile):
    """JSON and the first word of a check are contracts."""
    assert main(["providers", "--json", "--profile", str(profile)]) == 0
    assert {"statuspage", "line"} <= {each["key"] for each in json.loads(capsys.readouterr().out)}
    assert main(["check", "http://127.0.0.1:9", "--profile", str(profile)]) == 3
    assert capsys.readouterr().out.startswith("UNKNOWN: ")


def test_a_check_that_fails_is_told_behind_the_word_for_machines(capsys, profile):
    """Why, and the remedy, on the one line that monitoring systems show."""
    assert main(["check", "http://127.0.0.1:9", "--profile", str(profile)]) == 3
    assert capsys.readouterr().out == (
        "UNKNOWN: 127.0.0.1:9 antwoordt niet. Controleer het adres, en daarna uw netwerk.\n"
    )


def test_a_port_that_is_taken(capsys, profile):
    """The simulator says so in the settings' language, with what helps."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, err = said(capsys, "simulate", "--port", port, "--profile", profile)
    assert code == 3
    assert err == (
        f"tocsin: Poort {port} is niet te gebruiken. Noem een andere met --port, of 0 voor een willekeurige vrije "
        "poort. Een ander programma gebruikt die poort.\n"
    )


@pytest.mark.parametrize(
    ("text", "dutch"),
    [
        (
            b'[day]\nname = "x"\nstart = "25:00"\n',
            "mine.toml, regel 3: day.start: bevat een tijd die geen klok aangeeft",
        ),
        (b"[day]\n\xff", "mine.toml, regel 2: is geen tekst in UTF-8"),
        (b"[day\n", "mine.toml, regel 1: is geen TOML"),
        (None, "mine.toml: kan niet worden gelezen (het is er niet)"),
    ],
)
def test_a_wrong_scenario(capsys, profile, tmp_path, text, dutch):
    """File, line and key, and what is wrong there."""
    file = tmp_path / "mine.toml"
    if text is not None:
        file.write_bytes(text)
    assert said(capsys, "simulate", "--scenario", file, "--profile", profile) == (3, f"tocsin: {dutch}\n")


def test_the_simulator_speaks_the_settings_language(profile):
    """Where to ask, the day's steps, and the end; what the file and the API call things stays."""
    with tocsin("simulate", "--profile", str(profile)) as program:
        lines = [*iter(program.stdout.readline, "Ctrl-C beëindigt dit.\n")]
        program.send_signal(signal.SIGTERM)
        rest, err = program.communicate(timeout=PATIENCE)
    assert (program.returncode, rest, err) == (0, "Gestopt.\n", "")
    assert lines[1].startswith("Problemen (TMF656 v4): http://127.0.0.1:")
    assert any("PRB-7001 (No internet in Utrecht): gemeld, verwachte oplossing " in line for line in lines)


def test_the_demo_speaks_the_settings_language(profile):
    """Its events and its notifications alike, though its profile is a throw-away one."""
    code, out, err = finished("demo", "--headless", "--speed", "1200", "--profile", str(profile))
    assert (code, err) == (0, "")
    for said_so in (
        "  Storing begonnen - home/fibre [Storing]: No internet in Utrecht\n",
        "  [dringend] Storing op Home fibre sinds 17:58\n",
        "  Nieuwe verwachting: 20:30 (was 19:00) - home/fibre [Storing]: ",
        "  Storing opgelost - home/fibre [In orde]: ",
        "  [normaal] Home fibre werkt weer: ",
    ):
        assert said_so in out
    assert "[OK]" not in out


def test_the_catalogue_and_the_fields_are_told(capsys, profile):
    """What a person reads of the providers."""
    assert main(["providers", "--search", "nothing is called that", "--profile", str(profile)]) == 0
    assert "Niets in de catalogus heet “nothing is called that”" in capsys.readouterr().err
    assert main(["providers", "--profile", str(profile)]) == 0
    assert "(niet verplicht): " in capsys.readouterr().out


@pytest.mark.parametrize("language", ["de", "fr", "nl"])
def test_every_field_of_every_provider_is_told(language):
    """Only addresses are the same in every language."""
    asked = [(row.key, each) for row in Registry({}).rows() if row.kind is not None for each in row.kind.fields]
    same = {each.help for key, each in asked if fields.listed(book(language), key, each.name, each.help) == each.help}
    assert len(asked) > 60
    assert all(each.startswith("https://") and " " not in each for each in same)


COMMANDS = (
    *("run", "demo", "check", "login", "secret", "watch", "providers", "history"),
    *("doctor", "privacy", "export", "erase", "autostart", "simulate"),
)


def helped(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_the_help_has_no_english_in_it(capsys, profile, monkeypatch):
    """Every sentence of every command, argparse's own too; what stands for a value is the README's."""
    sentences = {
        each.args[0].value
        for file in (cli, cli_words)
        for each in ast.walk(ast.parse(inspect.getsource(file)))
        if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "gettext" and "{" not in each.args[0].value
    }
    whole = {each for each in sentences if " " in each.strip()}
    assert len(whole) > 35
    (profile / "config.toml").unlink()
    monkeypatch.setenv("TOCSIN_PROFILE", str(profile))
    ways = [(), *((each,) for each in COMMANDS), ("secret", "set"), ("secret", "remove")]
    for language in ("de", "fr", "nl"):
        monkeypatch.setenv("LANG", f"{language}_{language.upper()}.UTF-8")
        told = "\n".join(helped(capsys, *way) for way in ways)
        assert {each for each in whole if each in told} == set()
        assert not any(each in told for each in ("usage:", "positional", "show this", "print JSON", "without being"))
    monkeypatch.setenv("LANG", "C")
    told = "\n".join(helped(capsys, *way) for way in ways)
    mistakes = {"check needs the URL to ask", "this command line is not understood", "show program's version number"}
    assert {each for each in whole if each not in told} <= mistakes


def test_the_help_goes_by_the_settings(capsys, profile, monkeypatch):
    """A Dutch profile on a German system."""
    monkeypatch.setenv("TOCSIN_PROFILE", str(profile))
    assert helped(capsys, "erase").startswith("gebruik: tocsin erase")
    (profile / "config.toml").write_text("language = 7")
    assert helped(capsys, "erase").startswith("Aufruf: tocsin erase")
    (profile / "config.toml").write_bytes(b"\xff")
    assert helped(capsys, "erase").startswith("Aufruf: tocsin erase")


@pytest.mark.parametrize(
    ("words", "dutch"),
    [
        (("secret", "set"), "tocsin secret set: ACCOUNT ontbreekt"),
        (("erase", "--yess"), "tocsin: --yess is hier niet bekend"),
        (("nosuch",), "tocsin: COMMAND: nosuch is niet een van "),
        (("demo", "--speed"), "tocsin demo: --speed heeft een waarde nodig"),
        (("demo", "--speed", "0"), "tocsin demo: --speed: 0 is geen getal van 1 tot 3600"),
        (("simulate", "--port", "x"), "tocsin simulate: --port: x is geen poort van 0 tot 65535"),
        (("doctor", "--json=3"), "tocsin doctor: --json krijgt geen waarde"),
        (("autostart", "maybe"), "tocsin autostart: wanted: maybe is niet een van "),
        (("check",), "tocsin: check heeft de URL nodig om op te vragen"),
        (("check", "x", "--match"), "tocsin check: --match heeft een waarde nodig"),
        (("check", "x", "--auth", "foo"), "tocsin check: --auth: foo is niet een van "),
        (("check", "x", "--option", "foo"), "tocsin check: --option: foo is niet NAME=VALUE"),
        (("check", "x", "--h"), "tocsin check: --h kan meer dan één optie zijn: "),
    ],
)
def test_a_wrong_command_line_is_told(capsys, profile, monkeypatch, words, dutch):
    """How it is called and what is wrong with it; 2, as argparse has it."""
    monkeypatch.setenv("TOCSIN_PROFILE", str(profile))
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    err = capsys.readouterr().err
    assert ended.value.code == 2
    assert err.startswith("gebruik: tocsin")
    assert err.splitlines()[-1].startswith(dutch)
    assert "niet begrepen" not in err


def test_what_argparse_may_say_one_day_is_told_in_general_words():
    """And not in English in the midst of another language."""
    assert cli_words.told(resources.translations("nl"), "flux exhausted") == "deze opdracht wordt niet begrepen"


def test_a_terminal_that_lacks_a_character_is_given_its_escape(profile, monkeypatch):
    """No exit code hangs on an apostrophe, and JSON stays JSON."""
    monkeypatch.setenv("TOCSIN_PROFILE", str(profile))
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    sys.stdout.write(json.dumps("caf\u00e9 \U0001f514", ensure_ascii=False))
    sys.stdout.flush()
    said = raw.getvalue().decode("ascii")
    assert "API\\u2019s" in said
    assert json.loads(said.splitlines()[-1]) == "caf\u00e9 \U0001f514"
