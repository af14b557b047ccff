"""The command line as a whole: its commands and their help, the demo, and what is never imported."""

import json
import signal
import subprocess
import sys
from datetime import UTC

import pytest

from support.command_line import PATIENCE, finished, page, tocsin
from support.records import NOW
from tocsin import __version__
from tocsin.cli import main
from tocsin.domain.terms import EndHow
from tocsin.simulator.server import DEMO_TOKEN

__all__ = ["page"]  # a fixture for all of this module

HEAVY = ("PySide6", "httpx", "asyncio", "sqlite3", "keyring", "truststore", "jeepney", "msgspec")


def test_providers_lists_what_can_be_configured(capsys) -> None:
    """As JSON for a program, in words for a person."""
    assert main(["providers", "--json"]) == 0
    listed = {each["key"]: each for each in json.loads(capsys.readouterr().out)}
    assert {"statuspage", "tmf656"} <= set(listed)
    assert "components" in listed["statuspage"]["capabilities"]
    assert {"eta", "per-account"} <= set(listed["tmf656"]["capabilities"])
    assert main(["providers"]) == 0
    assert "statuspage" in capsys.readouterr().out


def test_the_demo_ends_when_its_reader_is_gone() -> None:
    """``demo --headless | head -1`` does not run on, and calls nothing a mistake of its own."""
    with tocsin("demo", "--headless", "--speed", "900") as program:
        assert program.stdout.readline()
        program.stdout.close()
        assert program.wait(PATIENCE) == 3
        assert program.stderr.read() == ""


def test_the_demo_without_a_screen_tells_its_story_and_ends() -> None:
    """One start, an estimate moved in the same notification, one end; nothing about the incident elsewhere."""
    code, out, err = finished("demo", "--headless", "--speed", "900", patience=60)
    assert (code, err) == (0, "")
    told = [line for line in out.splitlines() if "] " in line and "  [" in line]
    loud = [line.partition("  ")[2] for line in told if "[low]" not in line]
    assert loud[0].startswith("[critical] Outage on Home fibre since 17:58")
    assert loud[-1].startswith("[normal] Home fibre works again")
    assert [line.split("]")[0] for line in loud] == ["[critical", "[critical", "[normal"], out
    assert "was 19:00" in out
    assert "Keep your sent mail" in out
    happened = [line[10:].partition(" - ")[0] for line in out.splitlines() if line[2:3] == ":" and "  [" not in line]
    events = [what.partition(":")[0] for what in happened]
    assert events.count("Incident started") == 1
    assert events.count("Incident resolved") == 1
    assert events.index("Incident started") < events.index("New estimate") < events.index("Incident resolved")
    assert "Maintenance announced" in events
    assert "SVC-2002" not in out
    assert "Groningen" not in out


def test_simulate_serves_until_it_is_told_to_end() -> None:
    """It says where it listens, answers there, and ends with 0 on SIGTERM."""
    with tocsin("simulate", "--port", "0") as program:
        lines = iter(program.stdout.readline, "")
        url = next(line.split()[-1] for line in lines if "http://" in line)
        base = url.partition("/tmf-api")[0]
        secret = {"TOCSIN_SECRET_CHECK": DEMO_TOKEN}
        code, out, _ = finished("check", base, "--provider", "tmf656", "--auth", "bearer", "--json", **secret)
        assert code in (0, 1, 2)
        assert json.loads(out)["error"] is None
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=PATIENCE)
    assert program.returncode == 0


def test_simulate_with_a_scenario_that_is_not_there(capsys, tmp_path) -> None:
    """3 and a sentence."""
    assert main(["simulate", "--scenario", str(tmp_path / "none.toml")]) == 3
    assert "none.toml" in capsys.readouterr().err


def test_the_profile_may_come_after_every_command(capsys, tmp_path, page) -> None:
    """A script can give the same option to all; those that keep nothing make nothing there."""
    profile = ["--profile", str(tmp_path / "profile")]
    assert main(["check", page.url, *profile]) == 0
    assert main(["providers", *profile]) == 0
    assert main(["history", *profile]) == 0
    assert not (tmp_path / "profile").exists()


def test_a_wrong_command_line_is_2_as_argparse_has_it(capsys) -> None:
    """Usage on standard error, nothing on standard output; without a command the help."""
    for wrong in (["nosuch"], ["check"], ["demo", "--speed", "0"], ["simulate", "--port", "70000"]):
        with pytest.raises(SystemExit) as ended:
            main(wrong)
        assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "usage" in said.err
    assert main([]) == 2
    assert "COMMAND" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["run", "demo", "check", "watch", "providers", "history", "simulate"])
def test_every_command_has_a_help(capsys, command) -> None:
    """``--help`` is 0 and names every option."""
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"tocsin {command}" in capsys.readouterr().out


def test_the_version_is_said(capsys) -> None:
    """As the package has it."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == f"tocsin {__version__}"


@pytest.mark.parametrize(
    ("arguments", "needless"),
    [
        (["--version"], HEAVY),
        (["run", "--help"], HEAVY),
        (["check", "http://127.0.0.1:9/"], ("PySide6", "sqlite3", "keyring", "jeepney")),
        (["providers", "--json"], ("PySide6", "httpx", "sqlite3", "keyring", "jeepney")),
        (["history"], ("PySide6", "httpx", "keyring", "jeepney", "truststore")),
        (["history", "--json"], ("PySide6", "httpx", "keyring", "jeepney", "asyncio")),
        (["demo", "--headless", "--speed", "3600"], ("PySide6", "keyring", "jeepney")),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_no_command_imports_what_it_does_not_need(arguments, needless) -> None:
    """Qt only where there is something to draw; a light command starts at once."""
    looking = (
        "import sys\nfrom tocsin.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    child = subprocess.run(
        [sys.executable, "-c", looking, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    loaded = {name.partition(".")[0] for name in child.stderr.split()}
    assert "tocsin" in loaded
    assert not loaded & set(needless)


def test_the_end_of_an_incident_is_one_of_the_words_of_the_contract() -> None:
    """What stands under ``how`` in the history."""
    assert {how.value for how in EndHow} >= {"resolved", "cancelled", "vanished", "unwatched"}
    assert NOW.tzinfo is UTC
