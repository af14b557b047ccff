"""config.toml: what is right runs; what is wrong is told with line, key and what may stand there, and costs no more."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.adapters.settings import LIMIT, TomlSettings
from tocsin.adapters.settings_check import PLANNED
from tocsin.domain.account import (
    UNUSABLE_PROXY,
    Account,
    Auth,
    AuthKind,
    Connection,
    Line,
    Network,
    OAuthFlow,
    Settings,
)
from tocsin.domain.terms import ConnectionKind, Role

KEYS = ("statuspage", "tmf656")
CANARY = "c4n4ry-s3cret"
GOOD = """\
[[accounts]]
id = "home"
provider = "tmf656"
name = "Planet Fibre"
url = "https://status.example.net"
"""
OAUTH = 'kind = "oauth2", token_url = "https://id.example.net/t", client_id = "me"'
CODE = Auth(
    AuthKind.OAUTH2,
    token_url="https://id.example.net/t",
    client_id="me",
    flow=OAuthFlow.CODE,
    authorize_url="https://id.example.net/a",
)
HOME = Account(
    "home", "tmf656", "Planet Fibre", "https://status.example.net", connections=(Connection("home", "Planet Fibre"),)
)


@pytest.fixture
def source(tmp_path):
    return TomlSettings(tmp_path / "config.toml", KEYS)


def read(text) -> tuple[Settings, list[tuple]]:
    found = TomlSettings(None, KEYS).parse(text)
    return found.settings, [(problem.line, problem.key, problem.problem) for problem in found.problems]


# --- what is right


def test_the_contracts_own_example_is_read_whole(source):
    """DESIGN.md's file means what DESIGN.md says."""
    source.path.write_text("""\
[[accounts]]
id = "home"
provider = "tmf656"
name = "My provider"
url = "https://status.example.net"
interval = 60
auth = { kind = "bearer" }          # none, bearer, api_key (header), basic (user), oauth2 (token_url, client_id, scope)
[[accounts.connections]]
id = "fibre"
name = "Home fibre"
kind = "internet"
match = ["SVC-1001"]
role = "primary"

[line]
targets = ["tcp://192.0.2.10:443", "https://192.0.2.11/"]   # default: the accounts' own hosts, more once agreed to
names = ["example.net"]                                     # looked up to test the resolver
""")
    found = source.load()
    assert found.problems == ()
    fibre = Connection("fibre", "Home fibre", ConnectionKind.INTERNET, Role.PRIMARY, ("SVC-1001",))
    account = Account(
        "home", "tmf656", "My provider", "https://status.example.net", auth=Auth(AuthKind.BEARER), connections=(fibre,)
    )
    line = Line(("tcp://192.0.2.10:443", "https://192.0.2.11/"), ("example.net",))
    assert found.settings == Settings((account,), line)


def test_defaults_are_the_contracts(source):
    """Interval 60, no login, kind internet, role primary, everything matched."""
    source.path.write_text(GOOD + '[[accounts.connections]]\nid = "fibre"\n')
    (account,) = source.load().settings.accounts
    assert account == replace(HOME, connections=(Connection("fibre", "fibre"),))
    assert (account.interval, account.auth.kind) == (timedelta(seconds=60), AuthKind.NONE)
    assert (account.connections[0].kind, account.connections[0].role) == (ConnectionKind.INTERNET, Role.PRIMARY)
    assert account.connections[0].match == ()


@pytest.mark.parametrize("more", ["", "connections = []\n"])
def test_an_account_that_names_no_connection_is_watched_as_one(more):
    """The least file that says where to ask rings the bell."""
    assert read(GOOD + more) == (Settings((HOME,)), [])


@pytest.mark.parametrize(
    ("auth", "meant"),
    [
        ('{ kind = "none" }', Auth()),
        ('{ kind = "bearer" }', Auth(AuthKind.BEARER)),
        ('{ kind = "api_key" }', Auth(AuthKind.API_KEY, header="X-Api-Key")),
        ('{ kind = "api_key", header = "X-Own" }', Auth(AuthKind.API_KEY, header="X-Own")),
        ('{ kind = "basic", user = "me" }', Auth(AuthKind.BASIC, user="me")),
        (
            '{ kind = "oauth2", token_url = "https://id.example.net/t", client_id = "me", scope = "a b" }',
            Auth(AuthKind.OAUTH2, token_url="https://id.example.net/t", client_id="me", scope="a b"),
        ),
        (
            f'{{ {OAUTH}, flow = "client_credentials" }}',
            Auth(AuthKind.OAUTH2, token_url="https://id.example.net/t", client_id="me"),
        ),
        (f'{{ {OAUTH}, flow = "code", authorize_url = "https://id.example.net/a" }}', CODE),
        (
            f'{{ {OAUTH}, flow = "device", device_url = "http://127.0.0.1:8080/d" }}',
            replace(CODE, flow=OAuthFlow.DEVICE, authorize_url="", device_url="http://127.0.0.1:8080/d"),
        ),
        ('{ kind = "login", user = "me" }', Auth(AuthKind.LOGIN, user="me")),
    ],
)
def test_every_kind_of_login_is_read(auth, meant):
    """Each login of the contract, with its own fields."""
    assert read(f"{GOOD}auth = {auth}\n") == (Settings((replace(HOME, auth=meant),)), [])


@pytest.mark.parametrize(
    ("url", "interval"),
    [
        ("https://status.example.net/api/v2/", 30),
        ("status.example.net", 86400),
        ("https://[2001:db8::1]:8443/x", 31.5),
        ("http://localhost:8080", 1),
        ("http://127.0.0.1", 1.5),
        ("http://[::1]/", 29),
        ("localhost:8080", 2),
        ("https://störung.example.net", 60),
    ],
)
def test_addresses_and_intervals_that_may_be(url, interval):
    """https, a host alone, and this computer itself, where polling may be quick."""
    made, problems = read(GOOD.replace("https://status.example.net", url) + f"interval = {interval}\n")
    assert problems == []
    assert (made.accounts[0].url, made.accounts[0].interval) == (url, timedelta(seconds=interval))


def test_plain_http_is_taken_where_the_account_allows_it():
    """``allow_insecure`` is the user's own decision, per account."""
    insecure = GOOD.replace("https", "http") + "allow_insecure = true\n"
    assert read(insecure) == (Settings((replace(HOME, url="http://status.example.net", allow_insecure=True),)), [])


def test_language_options_and_one_connection_seen_from_two_accounts():
    """A connection id may stand in two accounts: it is one connection seen from two sides."""
    made, problems = read(
        'language = "nl"\n' + GOOD + 'options = { version = "v4" }\n[[accounts.connections]]\nid = "fibre"\n'
        '[[accounts]]\nid = "two"\nprovider = "statuspage"\nurl = "https://b.example.net"\n'
        '[[accounts.connections]]\nid = "fibre"\n'
    )
    assert problems == []
    assert made.language == "nl"
    assert dict(made.accounts[0].options) == {"version": "v4"}
    assert [one.connections[0].id for one in made.accounts] == ["fibre", "fibre"]


# --- what is wrong in one place


@pytest.mark.parametrize(
    ("wrong", "line", "key", "allowed"),
    [
        ("interval = 29", 6, "accounts[0].interval", "30 to 86400"),
        ("interval = 1e9", 6, "accounts[0].interval", "30 to 86400"),
        ('interval = "60"', 6, "accounts[0].interval", "30 to 86400"),
        ("interval = true", 6, "accounts[0].interval", "30 to 86400"),
        ("interval = nan", 6, "accounts[0].interval", "30 to 86400"),
        ("interval = inf", 6, "accounts[0].interval", "30 to 86400"),
        ("# more\n\nallow_insecure = 1", 8, "accounts[0].allow_insecure", "true"),
        ("intervall = 60", 6, "accounts[0].intervall", "interval"),
        ("options = 7", 6, "accounts[0].options", None),
        ("options = { a = 1 }", 6, "accounts[0].options.a", None),
        ('auth = { kind = "bearer", user = "me" }', 6, "accounts[0].auth.user", "kind"),
    ],
)
def test_a_wrong_optional_field_is_told_and_the_account_runs(wrong, line, key, allowed):
    """One slip in a detail does not leave a connection unwatched."""
    found = TomlSettings(None, KEYS).parse(f"{GOOD}{wrong}\n")
    (problem,) = found.problems
    assert (problem.line, problem.key) == (line, key)
    assert allowed is None or allowed in problem.allowed
    assert [replace(one, auth=Auth()) for one in found.settings.accounts] == [HOME]
    assert f"line {line}: {key}: " in str(problem)


@pytest.mark.parametrize(
    ("line", "wrong", "key", "allowed"),
    [
        ('id = "home"', "", "accounts[0].id", None),
        ('id = "home"', 'id = "Home Fibre"', "accounts[0].id", None),
        ('id = "home"', f'id = "{"x" * 33}"', "accounts[0].id", None),
        ('id = "home"', "id = 7", "accounts[0].id", None),
        ('provider = "tmf656"', "", "accounts[0].provider", KEYS),
        ('provider = "tmf656"', 'provider = "tmf65"', "accounts[0].provider", KEYS),
        ('provider = "tmf656"', 'provider = ["tmf656"]', "accounts[0].provider", KEYS),
        ('url = "https://status.example.net"', "", "accounts[0].url", None),
        ('url = "https://status.example.net"', "url = 1", "accounts[0].url", None),
        ('url = "https://status.example.net"', 'url = "  "', "accounts[0].url", None),
        ('url = "https://status.example.net"', 'url = "http://status.example.net"', "accounts[0].url", None),
        ('url = "https://status.example.net"', 'url = "ftp://status.example.net"', "accounts[0].url", None),
        ('url = "https://status.example.net"', 'url = "javascript:alert(1)"', "accounts[0].url", None),
        ('url = "https://status.example.net"', 'url = "https://me:pw@example.net"', "accounts[0].url", None),
        ('url = "https://status.example.net"', 'url = "https://"', "accounts[0].url", None),
        ('url = "https://status.example.net"', 'url = "https://example.net:99999"', "accounts[0].url", None),
        ('url = "https://status.example.net"', 'url = "https://[::1"', "accounts[0].url", None),
        ('url = "https://status.example.net"', 'url = "https://exa mple.net"', "accounts[0].url", None),
        ('url = "https://status.example.net"', 'url = "https://a..b"', "accounts[0].url", None),
    ],
)
def test_an_account_wrong_in_what_it_cannot_do_without_is_left_out(line, wrong, key, allowed):
    """It is told, and the accounts beside it run."""
    other = GOOD.replace('"home"', '"other"')
    found = TomlSettings(None, KEYS).parse(GOOD.replace(line, wrong) + other)
    (problem,) = found.problems
    assert problem.key == key
    assert problem.line == (1 if wrong == "" else GOOD.splitlines().index(line) + 1)
    assert allowed is None or problem.allowed == allowed
    assert [account.id for account in found.settings.accounts] == ["other"]


@pytest.mark.parametrize(
    ("auth", "key"),
    [
        ('"bearer"', "accounts[0].auth"),
        ("{}", "accounts[0].auth.kind"),
        ('{ kind = "Bearer" }', "accounts[0].auth.kind"),
        ('{ kind = "basic" }', "accounts[0].auth.user"),
        ('{ kind = "basic", user = 7 }', "accounts[0].auth.user"),
        ('{ kind = "api_key", header = "X Key" }', "accounts[0].auth.header"),
        ('{ kind = "api_key", header = "Host" }', "accounts[0].auth.header"),
        ('{ kind = "api_key", header = "X\\r\\nY" }', "accounts[0].auth.header"),
        ('{ kind = "api_key", header = 7 }', "accounts[0].auth.header"),
        ('{ kind = "oauth2", client_id = "me" }', "accounts[0].auth.token_url"),
        ('{ kind = "oauth2", token_url = "https://id.example.net/t" }', "accounts[0].auth.client_id"),
        ('{ kind = "oauth2", token_url = "http://id.example.net/t", client_id = "me" }', "accounts[0].auth.token_url"),
        ('{ kind = "oauth2", token_url = "id.example.net", client_id = "me" }', "accounts[0].auth.token_url"),
        (f'{{ {OAUTH}, flow = "password" }}', "accounts[0].auth.flow"),
        (f"{{ {OAUTH}, flow = 1 }}", "accounts[0].auth.flow"),
        (f'{{ {OAUTH}, flow = "code" }}', "accounts[0].auth.authorize_url"),
        (f'{{ {OAUTH}, flow = "code", device_url = "https://id.example.net/d" }}', "accounts[0].auth.authorize_url"),
        (f'{{ {OAUTH}, flow = "device" }}', "accounts[0].auth.device_url"),
        (
            f'{{ {OAUTH}, flow = "device", device_url = "http://id.example.net/d" }}',
            "accounts[0].auth.device_url",
        ),
        (f'{{ {OAUTH}, authorize_url = "javascript:alert(1)" }}', "accounts[0].auth.authorize_url"),
        ('{ kind = "login" }', "accounts[0].auth.user"),
    ],
)
def test_a_wrong_login_leaves_the_account_out(auth, key):
    """Nobody is asked without the login that was meant."""
    made, problems = read(f"{GOOD}auth = {auth}\n")
    assert made.accounts == ()
    assert [(line, found) for line, found, _ in problems] == [(6, key)]


def test_a_provider_of_a_later_version_is_told_as_such():
    """A key that is known but not built yet is no spelling mistake."""
    for key in sorted(set(PLANNED) - set(KEYS)):
        made, problems = read(GOOD.replace("tmf656", key))
        assert made.accounts == ()
        assert problems == [(3, "accounts[0].provider", "is not available in this version")]


def test_an_id_that_is_taken_leaves_the_second_out():
    """Ids are unique; which of two was meant nobody can know, so the first stays."""
    made, problems = read(GOOD + GOOD.replace("Planet", "Other"))
    assert made == Settings((HOME,))
    assert problems == [(7, "accounts[1].id", "is the id of an account above; ids are unique")]


CONNECTIONS = (
    GOOD
    + """\
[[accounts.connections]]
id = "fibre"
name = ""
kind = "internett"
role = 7
match = ["SVC-1", 7, ""]
[[accounts.connections]]
id = "fibre"
[[accounts.connections]]
id = "mail"
match = "SVC-2"
[[accounts.connections]]
id = "tv"
match = [""]
[[accounts.connections]]
name = "no id"
"""
)


def test_a_wrong_connection_is_told_and_the_others_run():
    """Kind, role and name fall back; a wrong match does not become "everything"."""
    made, problems = read(CONNECTIONS)
    assert made.accounts[0].connections == (Connection("fibre", "fibre", match=("SVC-1",)),)
    assert [(line, key) for line, key, _ in problems] == [
        (8, "accounts[0].connections[0].name"),
        (9, "accounts[0].connections[0].kind"),
        (10, "accounts[0].connections[0].role"),
        (11, "accounts[0].connections[0].match[1]"),
        (11, "accounts[0].connections[0].match[2]"),
        (13, "accounts[0].connections[1].id"),
        (16, "accounts[0].connections[2].match"),
        (19, "accounts[0].connections[3].match[0]"),
        (20, "accounts[0].connections[4].id"),
    ]


def test_an_account_whose_connections_are_all_wrong_is_left_out():
    """It does not fall back to watching the whole page: something else was meant."""
    made, problems = read(GOOD + '[[accounts.connections]]\nid = "A"\n')
    assert made.accounts == ()
    assert [(line, key) for line, key, _ in problems] == [(7, "accounts[0].connections[0].id")]


def test_wrong_targets_and_names_are_dropped_one_by_one():
    """The rest of the line's measurement stays as the user set it."""
    made, problems = read("""\
[line]
targets = [
  "tcp://192.0.2.10:443",
  "tcp://192.0.2.10",       # no port
  "udp://192.0.2.10:53",
  "https://me:pw@example.net/",
  "example.net",
  7,
]
names = ["example.net", "a b", "-x.example.net", "9.9.9.9."]
"""
    )  # fmt: skip
    assert made.line == Line(("tcp://192.0.2.10:443",), ("example.net", "9.9.9.9."))
    assert [(line, key) for line, key, _ in problems] == [
        (4, "line.targets[1]"),
        (5, "line.targets[2]"),
        (6, "line.targets[3]"),
        (7, "line.targets[4]"),
        (8, "line.targets[5]"),
        (10, "line.names[1]"),
        (10, "line.names[2]"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("accounts = 7\n", 1, "accounts"),
        ("\n[accounts]\nid = 'x'\n", 2, "accounts"),
        ("accounts = [7]\n", 1, "accounts[0]"),
        ("line = 7\n", 1, "line"),
        ("language = 7\n", 1, "language"),
        ("language = 'Nederlands!'\n", 1, "language"),
        ("acounts = []\n", 1, "acounts"),
        ('"odd key \\u001b" = 1\n', 1, '"odd key \\u001b"'),
    ],
)
def test_a_wrong_shape_is_told(text, line, key):
    """Whatever stands where a table or a list belongs is told, not a traceback."""
    made, problems = read(text)
    assert made == Settings()
    assert [(found, name) for found, name, _ in problems] == [(line, key)]


def test_a_misspelt_key_is_told_with_what_was_meant():
    """The nearest known name is offered."""
    assert read("acounts = []\n")[1] == [(1, "acounts", "is not a setting; is accounts meant?")]
    assert read("zzz = []\n")[1] == [(1, "zzz", "is not a setting")]


# --- secrets


@pytest.mark.parametrize(
    "text",
    [
        f'{GOOD}token = "{CANARY}"\n',
        f'{GOOD}auth = {{ kind = "bearer", token = "{CANARY}" }}\n',
        f'{GOOD}auth = {{ kind = "basic", user = "me", password = "{CANARY}" }}\n',
        f'{GOOD}auth = {{ kind = "oauth2", token_url = "https://a.b/", client_id = "x", secret = "{CANARY}" }}\n',
        f'{GOOD}options = {{ api_key = "{CANARY}" }}\n',
    ],
)
def test_a_secret_in_the_file_is_told_and_never_repeated(text):
    """The user learns where it belongs; the value goes nowhere."""
    found = TomlSettings(None, KEYS).parse(text)
    (problem,) = found.problems
    assert (problem.line, "keyring" in problem.problem) == (6, True)
    assert "TOCSIN_SECRET_HOME" in problem.problem
    assert CANARY not in str(problem) + repr(found)
    assert len(found.settings.accounts) == 1


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("https://status", f"https://me:{CANARY}@status"),
        GOOD.replace('"tmf656"', f'"{CANARY}"'),
        GOOD.replace('"home"', f'"{CANARY} "'),
        f'{GOOD}auth = {{ kind = "{CANARY}" }}\n',
        f'{GOOD}interval = "{CANARY}"\n',
        f'language = "{CANARY}!"\n',
        f'[line]\ntargets = ["{CANARY}"]\n',
        f'x = "{CANARY}\n',
        f"x = {CANARY}\n",
    ],
)
def test_no_problem_repeats_a_value(text):
    """A secret pasted into the wrong field is not carried into a log or onto the screen."""
    found = TomlSettings(None, KEYS).parse(text)
    assert found.problems
    assert CANARY not in " ".join(str(problem) for problem in found.problems)


# --- the file as a whole


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[[accounts]\n", 1),
        ('# fine\nid = "x\n', 2),
        ("a = 1\n\na = 2\n", 3),
        ("a = 1\nb = \n", 2),
        ("a = [1,\n2\n", 3),
        ("a = 'x", 1),
        ("[a]\nb = 1\n[a]\n", 3),
        ("a = " + "9" * 5000, None),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(source, text, line):
    """A syntax error costs all settings, is told where it is, and the file stays as it is.

    A proxy may stand in what cannot be read, so nothing is asked past one.
    """
    source.path.write_text(text)
    found = source.load()
    (problem,) = found.problems
    nothing = Settings(network=Network(proxy=UNUSABLE_PROXY))
    assert (found.settings, problem.key, problem.line) == (nothing, "config.toml", line)
    assert source.path.read_text() == text


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "[" * 40 + "]" * 40,
        "a = " + "{a=" * 100_000,
        "a" + ".a" * 200_000 + " = 1",
        "[" + "a." * 200_000 + "a]",
        "\n\n\na = " + "[{a=" * 1000,
    ],
)
def test_deep_nesting_is_told_and_harms_nothing(source, text):
    """No file makes the program recurse, or think for minutes."""
    source.path.write_text(text)
    (problem,) = source.load().problems
    assert problem.problem == "is nested too deeply"
    assert problem.line == text.count("\n") + 1


def test_no_file_is_no_accounts(source):
    """The first start shows how to add an account, not a fault."""
    assert source.load().settings == Settings()
    assert source.load().problems == ()


def test_a_byte_order_mark_and_windows_lines_are_no_problem(source):
    """A file from Notepad is as good as any, and its lines count the same."""
    source.path.write_bytes(b"\xef\xbb\xbf" + (GOOD + "interval = 1\n").replace("\n", "\r\n").encode())
    found = source.load()
    assert found.settings == Settings((HOME,))
    assert [problem.line for problem in found.problems] == [6]


def bad_bytes(path) -> None:
    path.write_bytes(b'a = 1\nb = "\xff"\n')


def folder(path) -> None:
    path.mkdir()


def pipe(path) -> None:
    os.mkfifo(path)


def huge(path) -> None:
    path.write_bytes(b"#" * (LIMIT + 1))


def a_loop_of_links(path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (bad_bytes, "line 2: config.toml: is not UTF-8 text"),
        (folder, "config.toml: is not a file"),
        (pipe, "config.toml: is not a file"),
        (huge, "config.toml: is larger than 1 MiB"),
        (a_loop_of_links, "config.toml: cannot be read (Too many levels of symbolic links)"),
    ],
)
def test_what_is_no_readable_file_is_told(source, make, problem):
    """Each is a clear fault; none hangs, none is a traceback."""
    make(source.path)
    found = source.load()
    assert found.settings == Settings()
    assert [str(one) for one in found.problems] == [problem]


def test_very_many_problems_are_counted_not_listed():
    """A broken file does not fill the window with ten thousand lines."""
    found = TomlSettings(None, KEYS).parse("".join(f"x{n} = 1\n" for n in range(10_000)))
    assert len(found.problems) == 51
    assert found.problems[-1].problem == "has 9950 more problems"


words = st.sampled_from(
    ["accounts", "connections", "id", "match", "auth", "kind", "line", "targets", "interval", "token"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["home", "bearer"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=5), inner, max_size=6),
    max_leaves=30,
)


def toml(value) -> str:
    """A value as TOML says it inline."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{toml(key)} = {toml(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case str():
            return '"' + "".join(f"\\U{ord(char):08x}" for char in value if not 0xD800 <= ord(char) < 0xE000) + '"'
        case None:
            return "1979-05-27 07:32:00"
        case _:
            return str(value)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(words, values, max_size=5))
def test_no_document_is_too_odd_to_be_told_about(document):
    """Any TOML ends in settings and problems; every problem of a place has its line."""
    text = "".join(f"{key} = {toml(value)}\n" for key, value in document.items())
    found = TomlSettings(None, KEYS).parse(text)
    assert all(problem.line for problem in found.problems)
    assert found.settings.accounts == ()


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("[]{}=.,#\"'\\\n ab1é\x00"), max_size=60))
def test_no_text_is_a_traceback(text):
    """Whatever the file says, loading it returns."""
    TomlSettings(None, KEYS).parse(text)
