"""The provider for those whose provider has no API: configured like any other, and asked by nobody."""

import ast
import inspect
import json
from contextlib import suppress
from dataclasses import replace

import pytest

from support.drive import Drive, answer, context
from support.plugged import asked, known, load
from tocsin import cli, contract, providers
from tocsin.adapters.settings import TomlSettings
from tocsin.domain.account import LINE_PROVIDER, Account, Connection
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.providers import detect
from tocsin.providers.registry import Registry

ADDRESS = "https://status.example.net"


def test_it_alone_is_not_asked():
    """Every other provider has recorded answers and the hostile set to stand up to."""
    assert [key for key in known() if key not in asked()] == [LINE_PROVIDER]


@pytest.mark.parametrize("url", ["", ADDRESS, "junk"])
def test_a_poll_says_that_it_is_not_asked_and_asks_nothing(url):
    """Whoever polls it learns what measures the line; no packet leaves for it, and it never looks fine."""
    driven = Drive(providers.load(LINE_PROVIDER)(), {})
    with pytest.raises(PollFailed, match=r"run.*watch") as failed:
        driven.poll(context(url))
    assert failed.value.kind is FailureKind.UNSUPPORTED
    assert driven.requests == []


def test_it_promises_nothing_and_needs_nothing():
    """It has no list of components, no estimate, and no field that must be filled in."""
    line = contract.provider(providers.load(LINE_PROVIDER))
    assert (line["key"], line["name"]) == ("line", "My line alone")
    assert (line["capabilities"], line["fields"]) == ([], [])


def test_the_list_of_providers_has_it(capsys):
    """Who looks for a way to watch a line without an API finds one."""
    assert cli.main(["providers", "--json"]) == 0
    assert LINE_PROVIDER in [each["key"] for each in json.loads(capsys.readouterr().out)]
    assert cli.main(["providers"]) == 0
    assert "My line alone" in capsys.readouterr().out


@pytest.mark.parametrize("given", [(), (ADDRESS,), ("",)])
def test_a_check_of_it_is_unknown_and_says_why(capsys, given):
    """One poll is no measurement: exit 3, with a kind that a script can read."""
    assert cli.LINE == LINE_PROVIDER
    assert cli.main(["check", *given, "--provider", "line", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["provider"], told["level"], told["error"]["kind"]) == ("line", "unknown", "unsupported")
    assert "tocsin watch" in told["error"]["message"]
    assert cli.main(["check", "--provider", "line", *given]) == 3
    assert capsys.readouterr().out.startswith("UNKNOWN: ")


@pytest.mark.parametrize("given", [(), ("--provider", "statuspage"), ("--json",)])
def test_a_check_of_anything_else_needs_an_address(capsys, given):
    """Without one the command line is wrong, as it always was."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["check", *given])
    assert ended.value.code == 2
    assert "URL" in capsys.readouterr().err


def test_detection_never_picks_it():
    """Whatever an address answers or does not, it is no reason to ask nobody any more."""
    made: list[str] = []

    def make(key: str):
        made.append(key)
        return load(key)()

    for status, body in ((404, b""), (200, b"{}"), (200, b"<html></html>"), (401, b"")):
        asking = detect.detect(context(ADDRESS), make, Registry({}).known())
        with suppress(PollFailed):
            request = next(asking)
            while True:
                request = asking.send(replace(answer(body, status=status), url=request.url))
    assert made
    assert LINE_PROVIDER not in made
    words = {each.value for each in ast.walk(ast.parse(inspect.getsource(detect))) if isinstance(each, ast.Constant)}
    assert LINE_PROVIDER not in words


def test_an_account_of_it_needs_an_id_and_nothing_more():
    """Two lines of settings, and the line is watched."""
    loaded = TomlSettings(None, providers.known()).parse('[[accounts]]\nid = "home"\nprovider = "line"\n')
    assert loaded.problems == ()
    assert loaded.settings.accounts == (Account("home", "line", "home", "", connections=(Connection("home", "home"),)),)
