"""Providers of other packages: found by their entry point, switched off by a variable, never a crash."""

import json
import os
import subprocess
import sys

import pytest

from support.drive import Drive, context
from support.plugged import SAMPLE
from support.recorded import contract
from tocsin import providers
from tocsin.domain.terms import FailureKind, Level
from tocsin.errors import PollFailed
from tocsin.providers.registry import PluginBroken, Registry


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Makes a package that is installed: ``installed(name, target)`` adds one entry point."""
    monkeypatch.syspath_prepend(str(SAMPLE / "src"))
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name: str, target: str) -> None:
        about = tmp_path / f"sample_{name.replace('-', '_')}-0.1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: sample-{name}\nVersion: 0.1.0\n")
        (about / "entry_points.txt").write_text(f"[tocsin.providers]\n{name} = {target}\n")

    return install


def test_a_plugin_is_a_provider_like_the_others(installed):
    """The sample package's provider is listed, loaded and polled."""
    installed("beacon", "tocsin_sample:Beacon")
    registry = Registry({})
    assert registry.known() == (*providers.known(), "beacon")
    told = contract("beacon").case
    snapshot = Drive(registry.make("beacon"), told.answers).poll(told.context())
    assert snapshot.components[0].level is Level.OUTAGE
    assert snapshot.reports[0].affected == ("north",)


def test_a_variable_switches_plugins_off(installed):
    """TOCSIN_NO_PLUGINS=1 leaves only what Tocsin brings."""
    installed("beacon", "tocsin_sample:Beacon")
    assert Registry({"TOCSIN_NO_PLUGINS": "1"}).known() == providers.known()
    assert "beacon" in Registry({"TOCSIN_NO_PLUGINS": "0"}).known()


@pytest.mark.parametrize(
    ("name", "target", "said"),
    [
        ("gone", "no_such_module:Thing", "ModuleNotFoundError"),
        ("nothing", "tocsin_sample:Missing", "AttributeError"),
        ("another", "tocsin_sample:Beacon", "its key is not the name"),
        ("light", "tocsin_sample:Light", "key is missing"),
        ("Bad_Key", "tocsin_sample:Beacon", "other characters"),
    ],
)
def test_a_broken_plugin_is_a_row_that_says_why(installed, caplog, name, target, said):
    """What cannot be loaded or is no provider is told, and the others work on."""
    installed(name, target)
    registry = Registry({})
    row = registry.rows()[-1]
    assert (row.key, row.kind) == (name, None)
    assert said in row.broken
    with pytest.raises(PluginBroken):
        registry.load(name)
    with pytest.raises(PollFailed) as failed:
        Drive(registry.make(name), {}).poll(context("https://status.example.net"))
    assert failed.value.kind is FailureKind.UNSUPPORTED
    assert all(each.kind is not None for each in registry.rows()[:-1])


def test_a_plugin_cannot_take_a_built_in_key(installed):
    """Nobody slips another program under a name that the user trusts."""
    installed("statuspage", "tocsin_sample:Beacon")
    registry = Registry({})
    assert registry.known() == providers.known()
    assert registry.load("statuspage") is providers.load("statuspage")


def test_a_key_that_is_not_there_fails_the_poll_alone():
    """An account of a provider that was uninstalled says so, and nothing else breaks."""
    with pytest.raises(PollFailed) as failed:
        Drive(Registry({}).make("vanished"), {}).poll(context("https://status.example.net"))
    assert failed.value.kind is FailureKind.UNSUPPORTED
    assert "vanished" in failed.value.message


@pytest.mark.parametrize("key", providers.known())
def test_an_account_loads_only_its_own_adapter(key):
    """Looking at one provider imports no other one, and no library that only others need."""
    code = (
        "import json, sys; from tocsin import providers; kind = providers.load(sys.argv[1]); kind();"
        "print(json.dumps([name for name in sys.modules]))"
    )
    loaded = json.loads(
        subprocess.run(
            [sys.executable, "-c", code, key], capture_output=True, text=True, check=True, env=dict(os.environ)
        ).stdout
    )
    heavy = {"feedparser", "icalendar", "authlib", "httpx", "keyring", "PySide6"} & {*loaded}
    assert heavy == set()
    own = providers.load(key).__module__
    others = {providers.load(each).__module__ for each in providers.known()} - {own}
    shared = {"statuspage": set(), "incidentio": {"tocsin.providers.statuspage"}}
    assert others & {*loaded} <= shared.get(key, set())
