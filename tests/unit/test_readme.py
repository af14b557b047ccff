"""What the README says of providers and settings, held against the program."""

import json
import re
from datetime import UTC, datetime

import pytest

from support.drive import NOW, drive
from support.plugged import TESTS
from tocsin import providers
from tocsin.adapters.settings import TomlSettings
from tocsin.adapters.settings_line import HELP_KEYS, LINE_KEYS
from tocsin.adapters.settings_network import NETWORK_KEYS
from tocsin.domain.account import Settings
from tocsin.domain.targets import offered
from tocsin.domain.terms import Level, Phase, Severity
from tocsin.ports import Capability, PollContext

README = (TESTS.parent / "README.md").read_text()
ROW = re.compile(r"^\| [^|]+ \| `([a-z0-9]+)` \| (yes)? ?\| (yes)? ?\|", re.MULTILINE)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_the_table_of_what_it_reads_is_whole_and_true():
    """Every provider is in it, once, with what it declares of itself."""
    told = {key: (bool(own), bool(eta)) for key, own, eta in ROW.findall(README)}
    declared = {key: providers.load(key).capabilities for key in providers.known()}
    assert told == {key: (Capability.PER_ACCOUNT in each, Capability.ETA in each) for key, each in declared.items()}


@pytest.mark.parametrize("number", range(len(blocks("toml"))))
def test_its_settings_can_be_used_as_they_stand(tmp_path, number):
    """Who copies an example gets what it promises, and no problem."""
    file = tmp_path / "config.toml"
    file.write_text(blocks("toml")[number])
    loaded = TomlSettings(file, providers.known()).load()
    assert loaded.problems == ()
    assert loaded.settings.accounts


def test_it_names_every_host_that_the_line_is_measured_with():
    """Nobody agrees to contact somebody whom the text leaves out."""
    (section,) = re.findall(r"^## Your own line\n(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    hosts = offered(Settings()).hosts
    assert len(hosts) > 4
    assert [host for host in hosts if f"`{host}`" not in section] == []


def test_it_names_every_setting_of_the_line_and_of_help():
    """What can be set can be found."""
    (section,) = re.findall(r"^## Your own line\n(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    named = {*re.findall(r"^(?:# )?(\w+) = ", section, re.MULTILINE)}
    assert {*LINE_KEYS, *HELP_KEYS, "usage"} <= named


def test_it_names_every_setting_of_the_network():
    """What can be set can be found."""
    (section,) = re.findall(r"^## In a company\n(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    assert {*NETWORK_KEYS} <= {*re.findall(r"^(\w+) = ", section, re.MULTILINE)}


def test_its_profile_reads_its_document(tmp_path):
    """The worked example of the generic provider works."""
    (document,) = (json.loads(each) for each in blocks("json"))
    file = tmp_path / "config.toml"
    file.write_text(next(each for each in blocks("toml") if 'provider = "json"' in each))
    (account,) = TomlSettings(file, providers.known()).load().settings.accounts
    found = drive(providers.load("json")(), {account.url: document}, PollContext(account, NOW))
    (report,) = found.reports
    assert (report.title, report.severity, report.phase) == ("Cable cut", Severity.CRITICAL, Phase.IDENTIFIED)
    assert (report.eta, report.affected) == (datetime(2026, 11, 21, 20, 30, tzinfo=UTC), ("7001",))
    assert [(each.name, each.level) for each in found.components] == [("Home", Level.OUTAGE), ("Office", Level.OK)]
