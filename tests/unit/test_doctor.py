"""The doctor: every question is answered or said to be open, in time, and nothing that it tells gives anybody away."""

import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.phrases import book
from tocsin import contract, doctor, doctor_probes
from tocsin.adapters import doctor_keyring, doctor_record, doctor_system
from tocsin.adapters.instance import InstanceLock
from tocsin.adapters.profile import Profile
from tocsin.adapters.store import open_store
from tocsin.adapters.tidy import Tidy, tidy_for
from tocsin.domain.diagnosis import Diagnosis, Finding, Mark, Topic
from tocsin.domain.message import Message
from tocsin.ports import Batch, Covered
from tocsin.words import diagnosis as worded

TESTS = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)
BARE = {"PATH": os.environ.get("PATH", ""), "HOME": "/home/anna", "USER": "anna"}
CONFIG = """
[line]
measure = false
[[accounts]]
id = "office"
provider = "statuspage"
name = "Office mail"
url = "http://localhost:9/page?key=hidden"
[[accounts]]
id = "home"
provider = "tmf656"
url = "https://127.0.0.1:9"
auth = { kind = "bearer" }
"""


def profile_with(folder: Path, config: str = CONFIG) -> Profile:
    made = Profile.at(folder)
    made.make()
    made.settings.write_text(config)
    return made


def by_topic(found: Diagnosis) -> dict[Topic, list[Finding]]:
    told: dict[Topic, list[Finding]] = {}
    for each in found.findings:
        told.setdefault(each.topic, []).append(each)
    return told


def diagnose(profile: Profile, environ: dict[str, str], **more) -> Diagnosis:
    """Look at everything, on a machine that may be busy."""
    return doctor.diagnose(profile, environ, **{"patience": 60, **more})


def keys(found: Diagnosis, topic: Topic) -> list[str]:
    return [each.message.key for each in by_topic(found).get(topic, [])]


@pytest.fixture
def quiet(monkeypatch):
    """Without the two questions that cost a second each, where a test is not about them."""
    monkeypatch.setattr(doctor_system, "qt_version", lambda _: "6.0")
    monkeypatch.setattr(doctor_keyring, "look", lambda *_: doctor_keyring.KeyringState(doctor_keyring.KeyringIs.OPEN))


# --- what is found ---


def test_everything_is_looked_at(tmp_path):
    """Every topic has its finding, in the order in which it is told, and each can be said in words."""
    found = diagnose(profile_with(tmp_path), BARE)
    topics = [each.topic for each in found.findings]
    assert topics == sorted(topics, key=list(Topic).index)
    assert {*Topic} - {*topics} <= {Topic.AUTOSTART}
    assert {each.message.key for each in found.findings} <= worded.KEYS
    assert "silent" not in {each.message.key for each in found.findings}
    lines = worded.lines(book("en"), found)
    assert len(lines) == len(found.findings)
    assert len({line.index("  ", 2) for line in lines}) == 1


def test_a_headless_computer_is_no_trouble(tmp_path, quiet):
    """Without a session there is nothing wrong with tray and notifications: there are none to be had."""
    found = diagnose(profile_with(tmp_path), BARE)
    assert keys(found, Topic.TRAY) == keys(found, Topic.NOTIFICATIONS) == ["no_session"]
    assert not [each for each in found.findings if each.topic is Topic.TRAY and each.mark is Mark.ATTENTION]


def test_a_session_that_nobody_answers_is_said(tmp_path, quiet):
    """A bus address that leads nowhere is a finding, not an end."""
    environ = {**BARE, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus", "DISPLAY": ":4711"}
    found = diagnose(profile_with(tmp_path), environ)
    assert keys(found, Topic.TRAY) == keys(found, Topic.NOTIFICATIONS) == ["failed"]
    assert found.needs_attention


def test_mistakes_in_the_settings_are_told(tmp_path, quiet):
    """With line and key, as the program itself tells them."""
    found = diagnose(profile_with(tmp_path, CONFIG + "\ncolour = 3\n"), BARE)
    (told,) = by_topic(found)[Topic.SETTINGS]
    assert (told.mark, told.message.key, told.message.values["count"]) == (Mark.ATTENTION, "settings_problems", 1)
    assert "colour" in worded.sentence(book("en"), told, NOW)


def test_a_fresh_profile_is_no_trouble_and_is_not_made(tmp_path, quiet):
    """The doctor looks, and leaves nothing behind."""
    found = diagnose(Profile.at(tmp_path / "never"), BARE)
    assert keys(found, Topic.RECORD) == ["record_none"]
    assert keys(found, Topic.SETTINGS) == ["settings_none"]
    assert not [each for each in found.findings if each.mark is Mark.ATTENTION and each.topic is not Topic.NETWORK]
    assert not (tmp_path / "never").exists()


# --- the record ---


def recorded(folder: Path, *accounts: str) -> Profile:
    profile = profile_with(folder)
    with InstanceLock(profile):
        store = open_store(profile.data, migrate=True, now=NOW).store
        store.write(Batch(coverage=tuple(Covered(each, NOW, NOW, measured=True) for each in accounts), at=NOW))
        store.close()
    return profile


def test_the_record_is_looked_at_and_not_touched(tmp_path, quiet):
    """Version, size and date; what was asked last is from the record while nothing runs."""
    profile = recorded(tmp_path, "office")
    before = profile.data.read_bytes()
    found = diagnose(profile, BARE)
    (told,) = by_topic(found)[Topic.RECORD]
    assert told.message.key == "record"
    assert told.message.values["size"] >= len(before)
    assert profile.data.read_bytes() == before
    office, home = by_topic(found)[Topic.ACCOUNT]
    assert (office.subject, office.message.key, office.message.values["last"]) == ("office", "account", NOW)
    assert (home.subject, home.message.key) == ("home", "account_never")


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (lambda data: data.write_bytes(b"no database" * 1000), "failed"),
        (lambda data: data.write_bytes(data.read_bytes()[:8192] + bytes(4096) + data.read_bytes()[12288:]), ""),
        (lambda data: data.write_bytes(b""), "record_older"),
    ],
)
def test_a_bad_record_is_said(tmp_path, quiet, spoil, key):
    """A damaged file, and one that the next start has work with."""
    profile = recorded(tmp_path)
    spoil(profile.data)
    found = diagnose(profile, BARE)
    (told,) = by_topic(found)[Topic.RECORD]
    assert told.message.key == key or (not key and told.message.key in ("record_damaged", "failed"))
    assert (told.mark is Mark.ATTENTION) is (key != "record_older")


def test_a_record_of_a_newer_version_is_said(tmp_path, quiet):
    """What this version does not understand is named as that."""
    profile = recorded(tmp_path)
    store = open_store(profile.data, migrate=True, now=NOW).store
    store._db.execute("INSERT INTO migrations (name, applied_at) VALUES ('9999 from the future', 0)")
    store.close()
    (told,) = by_topic(diagnose(profile, BARE))[Topic.RECORD]
    assert "a newer Tocsin" in worded.sentence(book("en"), told, NOW)


def test_the_last_success_is_the_newest(tmp_path):
    """Failed stretches are none."""
    profile = recorded(tmp_path)
    later = NOW + timedelta(hours=1)
    with InstanceLock(profile):
        store = open_store(profile.data, migrate=True, now=NOW).store
        store.write(Batch(coverage=(Covered("a", NOW, NOW, measured=True),), at=NOW))
        store.write(Batch(coverage=(Covered("a", NOW, later, measured=False),), at=NOW))
        store.close()
    assert doctor_record.last_successes(profile.data) == {"a": NOW}


# --- in time ---


def test_a_question_that_hangs_or_fails_holds_up_none(tmp_path, quiet, monkeypatch):
    """Each has its time, at once with the others; what is wrong is said in its place."""
    held = threading.Event()

    def hang(*_: object) -> None:
        held.wait(30)

    def fail(*_: object) -> None:
        raise ZeroDivisionError(f"with {tmp_path} in it")

    def give_up(_: float) -> None:
        raise TimeoutError

    monkeypatch.setattr(doctor_system, "qt_version", give_up)
    monkeypatch.setattr(doctor_keyring, "look", hang)
    monkeypatch.setattr(doctor_record, "look", hang)
    monkeypatch.setattr(doctor_system, "machine", fail)
    began = time.monotonic()
    try:
        found = doctor.diagnose(profile_with(tmp_path), BARE, patience=3)
        took = time.monotonic() - began
    finally:
        held.set()
    assert took < 20  # what hangs does so for thirty
    assert keys(found, Topic.KEYRING) == keys(found, Topic.RECORD) == keys(found, Topic.QT) == ["silent"]
    (failed,) = by_topic(found)[Topic.SYSTEM]
    assert (failed.message.key, failed.message.values["problem"]) == ("failed", "ZeroDivisionError")
    assert keys(found, Topic.PYTHON) == ["version"]


def test_a_keyring_that_hangs_costs_two_seconds(tmp_path):
    """The whole command, with a backend that never answers: said, in time, and the process ends."""
    hanging = {"PYTHON_KEYRING_BACKEND": "support.hanging_keyring.Keyring", "PYTHONPATH": str(TESTS)}
    environ = {**os.environ, **hanging, "LANGUAGE": "en"}
    profile_with(tmp_path)
    argv = [sys.executable, "-m", "tocsin", "doctor", "--profile", str(tmp_path)]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    (keyring,) = [line for line in done.stdout.splitlines() if line.startswith("!   Keyring")]
    assert keyring.endswith("no answer within two seconds")


# --- nothing that gives anybody away ---


def test_no_secret_no_query_and_no_user_name_is_told(tmp_path, quiet, monkeypatch):
    """Ready to paste: hosts stay; keys, queries, logins and the home do not."""
    home = tmp_path / "anna"
    profile = profile_with(
        home / ".tocsin",
        CONFIG.replace("key=hidden", "key=CANARY-1") + '\n[accounts.options]\npassword = "CANARY-2"\n[CANARY-3]\n',
    )
    environ = {
        **BARE,
        "HOME": str(home),
        "https_proxy": "http://anna:CANARY-4@proxy.example.net:3128",
        "XDG_CURRENT_DESKTOP": "CANARY-3",
    }
    monkeypatch.setenv("https_proxy", environ["https_proxy"])
    found = diagnose(profile, environ, known=("CANARY-3",))
    text = "\n".join(worded.lines(book("en"), found)) + json.dumps(contract.diagnosis(found))
    assert "CANARY" not in text
    assert "anna" not in text.replace("[user]", "")
    assert "localhost" in text
    assert "~/.tocsin/config.toml" in text


@pytest.mark.parametrize(
    ("system", "own", "said"),
    [
        ("socks5://anna:CANARY@localhost:1080", "", "so a.example.net cannot be asked"),
        ("http://anna:CAN/ARY@localhost:8080", "", "so a.example.net cannot be asked"),
        ("http://proxy.example.net:8080", "", "proxy.example.net:8080, as the system says, for a.example.net"),
        ("", "http://anna:CANARY@proxy.example.net:3128", "nothing is asked past a proxy"),
        ("", "", "none is set in the system"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_not_called_none(tmp_path, quiet, monkeypatch, system, own, said):
    """Nothing goes past it, so that is why the accounts are not asked; what it is called is not told."""
    monkeypatch.setenv("https_proxy", system)
    stated = f'[network]\nproxy = "{own}"\n' if own else ""
    account = '[[accounts]]\nid = "a"\nprovider = "statuspage"\nurl = "https://a.example.net"\n'
    found = diagnose(profile_with(tmp_path / "profile", stated + account), BARE | {"https_proxy": system})
    (told,) = [worded.sentence(book("en"), each, NOW) for each in found.findings if each.topic is Topic.PROXY]
    assert said in told
    assert "CAN" not in told


def test_tidying():
    """Home, user and secrets, and nothing else."""
    tidy = Tidy(("/home/anna", "/data/anna"), ("anna",), ("hush",))
    assert tidy("/home/anna/x and /home/anna/bel") == "~/x and ~/bel"
    assert tidy("/home/annabella") == "/home/annabella"
    assert tidy("/data/anna") == "~"
    assert tidy("/run/media/anna/disk") == "/run/media/[user]/disk"
    assert tidy("anna sings; token=abc") == "anna sings; token=[redacted]"
    assert tidy("it said hush\n\x1b[31mred") == "it said [redacted]\\n\\x1b[31mred"
    assert tidy("https://u:p@a.example.net/x?k=v") == "https://[redacted]@a.example.net/x?[redacted]"


def test_tidying_for_an_environment(tmp_path):
    """A home behind a link is known by both of its names; no home at all is no slash."""
    (tmp_path / "real").mkdir()
    (tmp_path / "home").symlink_to(tmp_path / "real")
    tidy = tidy_for({"HOME": str(tmp_path / "home")})
    assert tidy(f"{tmp_path}/real/a {tmp_path}/home/b") == "~/a ~/b"
    assert tidy_for({"HOME": "/"})("/etc/x") == "/etc/x"


# --- words and JSON ---


def test_every_finding_has_its_words_in_every_language():
    """A key that is made somewhere can be said, with nothing of its template left over."""
    values = {
        "what": "a.example.net",
        **dict.fromkeys(("name", "problem", "where", "proxy", "version", "schema", "kernel", "desktop", "host"), "x"),
        **dict.fromkeys(("hosts", "ways", "capabilities", "problems"), ("x", "y")),
        **dict.fromkeys(("count", "size", "seconds"), 90),
        **dict.fromkeys(("last", "written"), NOW),
        "level": "outage",
        "kind": "timeout",
        "obstacle": "unreadable",
        "provider": "feed",
    }
    for language in ("de", "en", "fr", "nl"):
        for key in worded.KEYS:
            for given in (values, {}):
                finding = Finding(Topic.RECORD, Mark.FINE, Message(key, given))
                said = worded.sentence(book(language), finding, NOW)
                assert "{" not in said, key
                assert said or not given, key
                assert not said.endswith("."), f"{key}: a line of a list has no full stop"
    assert worded.sentence(book("en"), Finding(Topic.LOG, Mark.FINE, Message("new_key")), NOW) == "new_key"


def test_every_key_that_is_made_can_be_said():
    """The source is read for them: none is forgotten."""
    import re

    source = "".join(Path(each.__file__).read_text() for each in (doctor, doctor_probes))
    made = set(re.findall(r'(?:found\([^"]*?|Mark\.\w+, |key = )"([a-z_]+)"', source))
    made |= {f"keyring_{each.value}" for each in doctor_keyring.KeyringIs}
    assert len(made) > 25
    assert {each for each in made if each not in worded.KEYS} == set()


def test_json_is_stable(tmp_path, quiet):
    """Every key always, times in UTC, lists as lists."""
    told = contract.diagnosis(diagnose(recorded(tmp_path, "office"), BARE))
    json.dumps(told)
    assert told.keys() == {"at", "needs_attention", "findings"}
    assert all(each.keys() == {"topic", "account", "mark", "finding", "values"} for each in told["findings"])
    office = next(each for each in told["findings"] if each["account"] == "office")
    assert office["values"]["last"] == "2026-11-21T18:00:00Z"
    assert office["mark"] == "ok"


def test_qt_is_asked_elsewhere(tmp_path):
    """The command tells Qt's version and loads none of it: not even into a process without a display."""
    program = (
        "import sys\nfrom tocsin.cli import main\n"
        f"main(['doctor', '--json', '--profile', {str(tmp_path)!r}])\n"
        "print([name for name in sys.modules if name.startswith('PySide6')], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == "[]\n"
    told = {each["topic"]: each for each in json.loads(done.stdout)["findings"]}
    assert told["qt"]["finding"] in ("version", "silent")


def test_qt_that_cannot_be_loaded_is_said(tmp_path, monkeypatch):
    """The loader's own words name the library that is missing."""
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").write_text("raise ImportError('libEGL.so.1: cannot open')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(doctor_system.QtUnusableError, match=r"ImportError: libEGL.so.1"):
        doctor_system.qt_version(60)
    with pytest.raises(TimeoutError):
        doctor_system.qt_version(0.001)


def test_the_accounts_as_the_running_instance_tells(tmp_path, quiet, monkeypatch):
    """Fresh, failing, never asked, not watched, and a clock that is wrong."""
    status = {
        "level": "outage",
        "accounts": [
            {"id": "office", "last_success_age": 60, "failure": None, "skew": -3600},
            {"id": "home", "last_success_age": None, "failure": "timeout", "skew": 0},
        ],
    }
    reply = type("Reply", (), {"status": status})
    monkeypatch.setattr(doctor, "send_command", lambda *_: reply)
    config = CONFIG + '[[accounts]]\nid = "new"\nprovider = "feed"\nurl = "https://127.0.0.1:9/feed"\n'
    found = diagnose(profile_with(tmp_path, config), BARE)
    told = [(each.subject, each.message.key, each.mark) for each in by_topic(found)[Topic.ACCOUNT]]
    assert told == [
        ("office", "account", Mark.FINE),
        ("office", "account_skew", Mark.ATTENTION),
        ("home", "account_failing", Mark.ATTENTION),
        ("new", "account_not_run", Mark.ATTENTION),
    ]
    said = [worded.sentence(book("en"), each, NOW) for each in by_topic(found)[Topic.ACCOUNT]]
    assert said[1] == "this computer's clock is 1 h ahead of localhost; set it"
    assert said[2] == "tmf656 127.0.0.1, not asked successfully yet; it fails now (timeout)"
    assert keys(found, Topic.INSTANCE) == ["instance"]
