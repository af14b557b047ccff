"""``tocsin autostart`` and its faults say how it stands and what to do, in the user's language."""

import json
import os
import subprocess
import sys

import pytest

from support.phrases import at, book, message
from tocsin import resources
from tocsin.domain.starting import StartObstacle
from tocsin.words import starting

NAMED = {
    StartObstacle.DENIED,
    StartObstacle.LINK,
    StartObstacle.UNREADABLE,
    StartObstacle.OWNERS,
    StartObstacle.PROGRAM_GONE,
    StartObstacle.OTHER_PROFILE,
    StartObstacle.UNWRITABLE,
}


@pytest.mark.parametrize("language", resources.languages())
def test_every_obstacle_has_a_remedy_of_its_own(language) -> None:
    """Each is said differently, and names the place where there is one to go to."""
    said = {each: starting.in_the_way(book(language), each.value, "/home/anna/x", "") for each in StartObstacle}
    assert len(set(said.values())) == len(StartObstacle)
    assert {each for each, text in said.items() if "/home/anna/x" in text} == NAMED
    usual = starting.in_the_way(book(language), StartObstacle.OTHER_PROFILE.value, "", "")
    assert usual != said[StartObstacle.OTHER_PROFILE]
    assert "tocsin autostart off" in usual


def test_the_fault_says_what_did_not_come_true_and_why() -> None:
    """With what the system gave for a reason behind it, in our words; nothing where there are none for it."""
    values = {"obstacle": "denied", "place": "/home/anna/x", "problem": "No space left on device"}
    assert book().fault(message("autostart", **values), at("18:40")) == (
        "Starting with the computer cannot be switched on or off. /home/anna/x cannot be written. "
        "Check its permissions and the free space on the disk. The disk is full."
    )
    foreign = book().fault(message("autostart", **(values | {"problem": "What nobody knows"})), at("18:40"))
    assert foreign.endswith("the free space on the disk.")
    vague = "Starting with the computer cannot be switched on or off."
    assert book().fault(message("autostart"), at("18:40")) == vague
    assert book().fault(message("autostart", obstacle="of the future"), at("18:40")) == vague


class Shell:
    """Runs ``tocsin`` in a home of its own."""

    def __init__(self, home) -> None:
        self.home = home
        self.entry = home / "config" / "autostart" / "app.tocsin.Tocsin.desktop"
        kept = {name: os.environ[name] for name in ("PATH",)}
        self.env = kept | {
            "HOME": str(home),
            "LANG": "en_GB.UTF-8",
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CONFIG_DIRS": str(home),
        }

    def __call__(self, *arguments: str, **env: str) -> tuple[int, str, str]:
        argv = [sys.executable, "-m", "tocsin", "autostart", *arguments]
        done = subprocess.run(
            argv, env=self.env | env, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
        )
        return done.returncode, done.stdout.strip(), done.stderr.strip()


@pytest.fixture
def tocsin(tmp_path):
    return Shell(tmp_path)


def test_on_off_and_how_it_stands(tocsin) -> None:
    """The entry that it makes starts this very program, and the validator takes it."""
    off, on = "Tocsin does not start with the computer", "Tocsin starts with the computer"
    assert tocsin() == (0, off, "")
    assert tocsin("on") == (0, on, "")
    subprocess.run(["desktop-file-validate", str(tocsin.entry)], check=True)
    assert f"Exec={sys.executable} -m tocsin run --background\n" in tocsin.entry.read_text()
    assert tocsin() == (0, on, "")
    assert tocsin("off") == (0, off, "")
    assert not tocsin.entry.exists()


def test_another_profile_is_named_with_the_remedy(tocsin) -> None:
    """Exit code 3 and one sentence, as for every fault of the environment."""
    folder = tocsin.home / "my profile"
    folder.mkdir()
    assert tocsin("on", "--profile", str(folder))[0] == 0
    assert f'--profile "{folder}"' in tocsin.entry.read_text()
    code, said, wrong = tocsin("on")
    assert (code, said) == (3, "")
    assert wrong.endswith(f'Switch that off first: tocsin autostart off --profile "{folder}"')
    assert tocsin("off", TOCSIN_PROFILE=str(folder))[0] == 0
    assert tocsin("on")[0] == 0


def test_it_speaks_the_users_language_and_knows_two_words(tocsin) -> None:
    """Anything but on and off is a wrong command line."""
    assert tocsin(LANG="nl_NL.UTF-8")[1] == book("nl").gettext("Tocsin does not start with the computer")
    assert tocsin("maybe")[0] == 2


def test_nothing_of_it_is_imported_for_the_tray_icon() -> None:
    """The engine's thread looks at it, after the icon; and the file that is not there is not parsed."""
    script = (
        "import json, sys\nfrom tocsin import app, cli, commands, running\nimport tocsin.engine.core\n"
        "print(json.dumps([each for each in sys.modules if 'adapters.autostart' in each or 'desktop_entry' in each]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == []
