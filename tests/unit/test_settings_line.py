"""Settings of the line and of help: what is right is taken, and nothing that is wrong in them costs an account."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.adapters.settings import TomlSettings
from tocsin.adapters.settings_line import HELP_KEYS, LONGEST, TARGETS
from tocsin.domain.account import Account, Connection, Help, Line, Settings, Usage
from tocsin.domain.targets import offered

KEYS = ("statuspage", "line")
GOOD = '[[accounts]]\nid = "home"\nprovider = "line"\n'
HOME = Account("home", "line", "home", "", connections=(Connection("home", "home"),))
HELP = GOOD + "[accounts.help]\n"
CANARY = "c4n4ry-s3cret"


def read(text) -> tuple[Settings, list[tuple]]:
    found = TomlSettings(None, KEYS).parse(text)
    return found.settings, [(problem.line, problem.key) for problem in found.problems]


def only_problem(text):
    (problem,) = TomlSettings(None, KEYS).parse(text).problems
    return problem


# --- what is right


def test_everything_that_can_be_set_is_read():
    """Each key of the line and of help arrives where the rules look for it."""
    made, problems = read("""\
usage = "business"
[line]
targets = ["tcp://192.0.2.10:443", "tcp://[2001:db8::1]:80/", "https://192.0.2.11/", "https://a.example.net:8443/x?y"]
names = ["example.net"]
public = false
measure = false
calls = true
interface = "Wi-Fi 2"
[[accounts]]
id = "home"
provider = "line"
[accounts.help]
phone = "+31 (20) 555-0100"
outage_line = "112"
mail = "storing+lijn@störung.example.net"
status_url = "status.example.net/now"
hours = "ma-vr 8-20"
customer_number = "KD 4711/é"
steps = ["Unplug it.", "Wait."]
""")
    assert problems == []
    targets = ("tcp://192.0.2.10:443", "tcp://[2001:db8::1]:80/", "https://192.0.2.11/")
    line = Line(
        targets=(*targets, "https://a.example.net:8443/x?y"),
        names=("example.net",),
        public=False,
        measure=False,
        calls=True,
        interface="Wi-Fi 2",
    )
    told = Help(
        phone="+31 (20) 555-0100",
        outage_line="112",
        mail="storing+lijn@störung.example.net",
        status_url="https://status.example.net/now",
        hours="ma-vr 8-20",
        customer_number="KD 4711/é",
        steps=("Unplug it.", "Wait."),
    )
    assert made == Settings((replace(HOME, help=told),), line, usage=Usage.BUSINESS)


@pytest.mark.parametrize("text", ["", "[line]\n", "[line]\nnames = []\ninterface = ''\n", "usage = 'home'\n"])
def test_what_is_not_said_is_not_decided(text):
    """Nobody agreed to anything yet, the line is measured, and calls are left to the usage."""
    assert read(text) == (Settings(), [])
    assert Line() == Line((), (), None, measure=True, calls=None, interface="")
    assert Settings().usage is Usage.HOME


def test_what_is_offered_may_be_written_down():
    """The hosts that are agreed to could as well be named by hand."""
    targets = ", ".join(f'"{target}"' for target in offered(Settings()).targets)
    made, problems = read(f"[line]\ntargets = [{targets}]\n")
    assert (problems, made.line.targets) == ([], offered(Settings()).targets)


@pytest.mark.parametrize("more", ["", 'url = ""\n', "interval = 60\n", "help = {}\n"])
def test_an_account_of_the_line_needs_only_its_id(more):
    """There is nobody to ask, so nothing to say about whom."""
    assert read(GOOD + more) == (Settings((HOME,)), [])


def test_an_account_of_the_line_may_have_an_address():
    """It is one more host to measure with."""
    assert read(GOOD + 'url = "https://status.example.net"\n') == (
        Settings((replace(HOME, url="https://status.example.net"),)),
        [],
    )


def test_another_account_still_needs_an_address():
    """What is asked must be somewhere."""
    assert read(GOOD.replace("line", "statuspage")) == (Settings(), [(1, "accounts[0].url")])


def test_help_is_for_any_account():
    """Also where there is an API, somebody may want to call."""
    made, problems = read(GOOD.replace("line", "statuspage") + 'url = "https://a.b"\nhelp = { phone = "0800" }\n')
    assert problems == []
    assert made.accounts[0].help == Help(phone="0800")


# --- what is wrong


@pytest.mark.parametrize(
    "wrong",
    ['"https://me:pw@example.net"', '"http://example.net"', "7", '"  "', '"https://"', "[]"],
)
def test_a_wrong_address_of_a_line_costs_the_address(wrong):
    """The account is watched: it does without one anyway."""
    assert read(f"{GOOD}url = {wrong}\n") == (Settings((HOME,)), [(4, "accounts[0].url")])


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ("usage = 'office'", "usage"),
        ("usage = 7", "usage"),
        ("usage = ''", "usage"),
        ("line.public = 'yes'", "line.public"),
        ("line.public = 1", "line.public"),
        ("line.calls = 'no'", "line.calls"),
        ("line.interface = 7", "line.interface"),
        ("line.interface = ' '", "line.interface"),
        (f"line.interface = '{'x' * 65}'", "line.interface"),
        ("line.target = ['tcp://192.0.2.10:443']", "line.target"),
        ("line.names = 'example.net'", "line.names"),
    ],
)
def test_a_wrong_setting_of_the_line_falls_back(wrong, key):
    """It is told with its line; nobody is taken to have agreed by a slip of the pen."""
    assert read(f"# mine\n{wrong}\n{GOOD}") == (Settings((HOME,)), [(2, key)])


@pytest.mark.parametrize("wrong", ["'no'", "0", "1", "[]"])
def test_who_touches_the_switch_wants_it_off(wrong):
    """What is neither true nor false does not measure: the other mistake would contact somebody."""
    made, problems = read(f"[line]\nmeasure = {wrong}\n")
    assert (made.line, problems) == (Line(measure=False), [(2, "line.measure")])


def test_an_empty_list_of_targets_means_the_default():
    """So the first files said it, and they open without a fault."""
    assert read(f"[line]\npublic = true\ntargets = []\n{GOOD}") == (Settings((HOME,), Line(public=True)), [])


@pytest.mark.parametrize(
    "wrong",
    [
        "tcp://192.0.2.10",
        "tcp://192.0.2.10:0",
        "tcp://192.0.2.10:70000",
        "tcp://192.0.2.10:443/x",
        "tcp://:443",
        "udp://192.0.2.10:53",
        "http://192.0.2.10/",
        "icmp://192.0.2.10",
        "192.0.2.10:443",
        "192.0.2.10",
        "https://",
        "https://me:pw@example.net/",
        "tcp://[fe80::1%25eth0]:443",
        "tcp://a b:1",
        "  ",
    ],
)
def test_a_wrong_target_is_told_and_left_out(wrong):
    """With line, key and what may stand there; a right one beside it stays."""
    text = f'[line]\ntargets = [\n  "tcp://192.0.2.20:443",\n  "{wrong}",\n]\n'
    problem = only_problem(text)
    assert (problem.line, problem.key, problem.allowed) == (4, "line.targets[1]", TARGETS)
    assert read(text)[0].line == Line(("tcp://192.0.2.20:443",))


@pytest.mark.parametrize("wrong", ["'tcp://192.0.2.10:443'", "7", "{}", "true"])
def test_targets_that_are_no_list_are_told(wrong):
    """What was meant as one target is not taken for none."""
    problem = only_problem(f"[line]\ntargets = {wrong}\n")
    assert (problem.line, problem.key, problem.allowed) == (2, "line.targets", TARGETS)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("phone", "call us"),
        ("phone", "0800 555 0199; rm -rf"),
        ("phone", "+31205550100\n"),
        ("phone", "+ ( ) -"),
        ("phone", "1" * 33),
        ("phone", "\u0661\u0662"),
        ("outage_line", "tel:0800"),
        ("mail", "example.net"),
        ("mail", "@example.net"),
        ("mail", "me@"),
        ("mail", "me@exa mple.net"),
        ("mail", "me@example.net?cc=you@example.net"),
        ("mail", "me&you@example.net"),
        ("mail", "a@b@example.net"),
        ("mail", "me@example.net\n"),
        ("status_url", "http://status.example.net"),
        ("status_url", "javascript:alert(1)"),
        ("status_url", "https://me:pw@example.net"),
        ("status_url", "https://a b"),
        ("hours", " "),
        ("customer_number", "x" * (LONGEST + 1)),
    ],
)
def test_wrong_help_costs_that_help_alone(key, wrong):
    """The account is watched, and what else helps is there."""
    said = '"' + "".join(f"\\u{ord(char):04x}" for char in wrong) + '"'
    made, problems = read(f'{HELP}steps = ["Wait."]\n{key} = {said}\n')
    assert problems == [(6, f"accounts[0].help.{key}")]
    assert made == Settings((replace(HOME, help=Help(steps=("Wait.",))),))


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ("help = 7", "accounts[0].help"),
        ("help = []", "accounts[0].help"),
        ("[accounts.help]\nphone = 7", "accounts[0].help.phone"),
        ("[accounts.help]\nphones = '0800'", "accounts[0].help.phones"),
        ("[accounts.help]\nsteps = 'Wait.'", "accounts[0].help.steps"),
        ("[accounts.help]\nsteps = [7]", "accounts[0].help.steps[0]"),
        (f"[accounts.help]\nsteps = ['{'x' * (LONGEST + 1)}']", "accounts[0].help.steps[0]"),
    ],
)
def test_help_of_another_shape_is_told(wrong, found):
    """Whatever stands there, the account runs without help."""
    made, problems = read(f"{GOOD}{wrong}\n")
    assert made == Settings((HOME,))
    assert [key for _, key in problems] == [found]


@pytest.mark.parametrize("key", ["phone", "mail", "status_url", "password"])
def test_no_problem_of_help_repeats_what_stands_there(key):
    """A secret that was pasted into the wrong field goes nowhere."""
    found = TomlSettings(None, KEYS).parse(f'{HELP}{key} = "{CANARY} {CANARY}"\n')
    assert len(found.problems) == 1
    assert CANARY not in repr(found)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(HELP_KEYS), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)))
def test_no_help_is_too_odd(told):
    """Any text in any field leaves the account whole, and what is offered as a link is one."""
    said = {key: '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"' for key, text in told.items()}
    made, _ = read(HELP + "".join(f"{key} = {text}\n" for key, text in said.items()))
    (account,) = made.accounts
    assert replace(account, help=Help()) == HOME
    assert set(account.help.phone) <= set("0123456789 +-()")
    assert not account.help.mail or account.help.mail.count("@") == 1
    assert account.help.status_url.startswith(("https://", "http://localhost")) or account.help.status_url == ""
