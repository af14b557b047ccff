"""What the project as a whole promises: its files, its lock, its words, its wheel."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tocsin
from support.plugged import asked
from tocsin import providers

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400
BINARY = {".png", ".ico", ".mo", ".gz"}
HERE = Path(__file__).resolve()


def files() -> Iterator[Path]:
    """Every file that a commit would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in sorted(filter(None, listed.stdout.decode().split("\0"))):
        if (ROOT / name).is_file():
            yield ROOT / name


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file but this one, which has to spell what it forbids."""
    for path in files():
        if path.suffix not in BINARY and path != HERE:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def found(pattern: str, *, only: str = "", but: str = "$^") -> list[str]:
    """Places where a pattern stands, as ``file:line: text``."""
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        if re.match(only, str(path)) and not re.fullmatch(but, str(path))
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(pattern, line)
    ]


# --- files ---------------------------------------------------------------------------------------------------------


def test_no_module_is_over_400_lines():
    """A module over 400 lines is two modules; only a file of tests, which nobody imports, may be a longer list."""
    modules = [path for path in files() if path.suffix == ".py" and not path.name.startswith("test_")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert len(lengths) > 50
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_file_knows_the_machine_it_was_written_on():
    """A clone works anywhere: no file names a place on one computer, nor the host of a package registry."""
    assert found(r"/work/|/root/|/opt/|/home/(?!anna/)\w+/|/Users/\w+/|pypi\.org|pythonhosted|deb\.debian\.org") == []


def test_only_the_spec_comparison_looks_outside_the_project():
    """A clone stands alone; published specs are compared with only where they lie."""
    assert (
        found(
            r"\.\./shared|parents?\[?\d*\]?.*\"shared\"", but=r"tests/unit/test_\w*spec\w*\.py|tests/support/specs\.py"
        )
        == []
    )


def test_nothing_is_left_to_be_done_later():
    """What is missing stands in an issue, not in the code."""
    assert found(r"\b(TODO|FIXME|XXX|HACK)\b", only=r"(src|tests|packaging)/", but=r".*/resources/.*") == []


def test_every_provider_has_its_recorded_answers():
    """A provider without answers to test it on is one that nobody has tried."""
    fixtures = ROOT / "tests" / "fixtures"
    own = [key for key in asked() if key in providers.known()]
    assert len(own) > 20
    assert [key for key in own if not any((fixtures / key).glob("*.*"))] == []


def unreasoned(lines: list[str]) -> Iterator[int]:
    """The numbers of lines that switch a rule off without a reason, on them or on one right above for the same rule."""
    reasoned = None
    for number, line in enumerate(lines, 1):
        found = re.search(r"#\s*noqa(?::\s*([A-Z]+\d+(?:,\s*[A-Z]+\d+)*))?(.*)", line)
        if found is None:
            reasoned = None
        elif found[1] and found[2].strip():
            reasoned = found[1]
        elif found[1] is None or found[1] != reasoned:
            yield number


def test_every_suppressed_check_says_why():
    """A rule is switched off for a reason, and the reason stands beside it."""
    assert list(unreasoned(["a  # noqa: E501  why", "b  # noqa: E501", "c", "d  # noqa: E501", "e  # noqa"])) == [4, 5]
    modules = [(path, text.splitlines()) for path, text in texts() if path.suffix == ".py"]
    assert [f"{path}:{number}" for path, lines in modules for number in unreasoned(lines)] == []


# --- dependencies --------------------------------------------------------------------------------------------------


def pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def asked_for() -> list[Requirement]:
    settings = pyproject()
    return [Requirement(line) for line in settings["project"]["dependencies"] + settings["dependency-groups"]["dev"]]


def locked() -> dict[str, list[Requirement]]:
    pins: dict[str, list[Requirement]] = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if line and line[0] not in " #":
            pin = Requirement(line.removesuffix("\\").strip())
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


def test_the_lock_pins_everything_with_hashes_and_names_no_place():
    """What is installed is what was locked, wherever it is downloaded from."""
    text = (ROOT / "requirements.lock").read_text()
    blocks = re.findall(r"^[a-z0-9].*(?:\n    .*)*", text, re.MULTILINE)
    assert len(blocks) > 30
    for block in blocks:
        assert re.match(r"[a-z0-9.-]+==[\w.]+", block), block
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
    assert re.findall(r"https?://|file:|index-url|find-links|^--|(?<!\w)/\w+/", text, re.MULTILINE) == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_the_lock_holds_what_pyproject_asks_for(python, platform):
    """Nobody changes a dependency and forgets `make lock`, on any system that is supported."""
    here = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": platform}
    pins = locked()
    for wanted in asked_for():
        if wanted.marker is None or wanted.marker.evaluate(here):
            for pin in pins[canonicalize_name(wanted.name)]:
                if pin.marker is None or pin.marker.evaluate(here):
                    (version,) = pin.specifier
                    assert wanted.specifier.contains(version.version), f"{wanted} against {pin}"
                    break
            else:
                pytest.fail(f"{wanted} is not locked for Python {python} on {platform}")


def test_pyside_below_python_312_is_kept_under_612():
    """PySide6 6.12 on Python 3.11 drops a reference at every signal and aborts after some 500 of them."""
    pyside = [each for each in asked_for() if each.name == "PySide6-Essentials"]
    on_311 = [each for each in pyside if each.marker.evaluate({"python_version": "3.11"})]
    on_312 = [each for each in pyside if each.marker.evaluate({"python_version": "3.12"})]
    assert [each.specifier.contains(version) for each in on_311 for version in ("6.8.0", "6.11.3", "6.12.0")] == [
        True,
        True,
        False,
    ]
    assert [each.specifier.contains("6.12.0") for each in on_312] == [True]


# --- words ---------------------------------------------------------------------------------------------------------


def commands_of_the_readme() -> list[list[str]]:
    """The lines of its shell blocks that run ``make`` or ``tocsin``, as words."""
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    lines = [re.sub(r"^\$ |\s+#.*|^[A-Z_]+=\S+ ", "", line) for block in blocks for line in block.splitlines()]
    return [line.split() for line in lines if line.split()[:1] in (["make"], ["tocsin"])]


def test_every_make_target_of_the_readme_exists():
    """What the README tells to type can be typed."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for words in commands_of_the_readme() if words[0] == "make" for word in words[1:] if "=" not in word}
    assert {"demo", "test"} <= named <= targets


def test_every_command_and_option_of_the_readme_exists():
    """The README's `tocsin` commands are known to the program, with the options that it names."""
    named = [words[1:] for words in commands_of_the_readme() if words[0] == "tocsin"]
    assert {words[0] for words in named} >= {"run", "check", "watch", "history", "providers", "simulate"}
    for command in sorted({words[0] for words in named}):
        shown = subprocess.run(
            [sys.executable, "-m", "tocsin", command, "--help"],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert shown.returncode == 0, f"tocsin {command} --help: {shown.stderr}"
        for option in {word for words in named if words[0] == command for word in words if word.startswith("--")}:
            assert option in shown.stdout, f"tocsin {command} {option}"


def test_every_link_within_the_project_leads_somewhere():
    """No picture or page that the documents point at is missing."""
    documents = [path for path in files() if path.suffix == ".md"]
    assert ROOT / "README.md" in documents
    for document in documents:
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text()) + re.findall(
            r'src(?:set)?="([^"]+)"', document.read_text()
        ):
            if not re.match(r"[a-z]+:", target):
                assert (document.parent / target).exists(), f"{document.name} points at {target}"


def test_the_readme_shows_a_picture():
    """A person sees what it looks like before installing it."""
    assert re.search(r"\.github/pictures/[\w-]+\.png", (ROOT / "README.md").read_text())


def test_the_changelog_has_this_version():
    """Nobody releases what the changelog does not tell."""
    assert re.search(rf"^## {re.escape(tocsin.__version__)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_every_decision_record_is_whole():
    """A record says why, what, what follows, and what else there was; its number is its own."""
    records = sorted((ROOT / ".github" / "adr").glob("*.md"))
    assert [path.name[:4] for path in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    for record in records:
        headings = re.findall(r"^## (\w+)", record.read_text(), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], record.name


def test_desktop_entry_and_metainfo_are_valid():
    """Menus and software centres accept what we install (validated by their own tools)."""
    entry = ROOT / "resources" / f"{tocsin.APP_ID}.desktop"
    subprocess.run(["desktop-file-validate", str(entry)], check=True)
    metainfo = ROOT / "resources" / f"{tocsin.APP_ID}.metainfo.xml"
    subprocess.run(["appstreamcli", "validate", "--no-net", str(metainfo)], check=True, capture_output=True)


# --- the wheel -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A folder into which the wheel alone was installed."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--no-index", "--no-deps", "--target", str(folder), str(wheel)], check=True)
    return folder


def in_the_wheel(installed: Path, *argv: str, cwd: Path) -> str:
    """Run Python with the installed wheel before everything else, and return what it printed."""
    child = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, *argv]
    done = subprocess.run(command, env=child, cwd=cwd, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_resource_and_both_commands(wheel):
    """Icons, catalogues, the scenario and the desktop files travel with the program."""
    names = set(zipfile.ZipFile(wheel).namelist())
    resources = [path.relative_to(ROOT / "resources") for path in (ROOT / "resources").rglob("*") if path.is_file()]
    assert {path.suffix for path in resources} >= {".svg", ".mo", ".toml", ".desktop", ".xml"}
    assert {f"tocsin/_resources/{path.as_posix()}" for path in resources} <= names
    entry_points = zipfile.ZipFile(wheel).read(f"tocsin-{tocsin.__version__}.dist-info/entry_points.txt").decode()
    assert re.findall(r"^\[(.+)\]\n(\S+) =", entry_points, re.MULTILINE) == [
        ("console_scripts", "tocsin"),
        ("gui_scripts", "tocsin-tray"),
    ]
    assert [name for name in names if name.startswith("tests")] == []


LOADS = """
import json, sys
from PySide6.QtGui import QGuiApplication, QIcon
from tocsin import resources
application = QGuiApplication([])
blank = [str(path) for path in resources.path("icons").glob("*.svg") if QIcon(str(path)).pixmap(22).isNull()]
count = len(list(resources.path("icons").glob("*.svg")))
dutch = resources.translations("nl").gettext("Acknowledge")
print(json.dumps({"root": str(resources.root()), "blank": blank, "count": count, "dutch": dutch}))
"""


def test_the_wheel_installed_alone_shows_every_icon_and_speaks_dutch(installed, tmp_path):
    """The build's force-include reaches the wheel only: what works in a checkout must work without one."""
    said = json.loads(in_the_wheel(installed, "-c", LOADS, cwd=tmp_path))
    assert said["root"] == str(installed / "tocsin" / "_resources")
    assert said["blank"] == []
    assert said["count"] >= 7
    assert said["dutch"] not in ("", "Acknowledge")


def test_the_wheel_installed_alone_knows_its_providers(installed, tmp_path):
    """The command runs from the wheel, away from the checkout."""
    listed = json.loads(in_the_wheel(installed, "-m", "tocsin", "providers", "--json", cwd=tmp_path))
    assert {"statuspage", "tmf656"} <= {each["key"] for each in listed}
