"""config.toml: what is right runs; what is wrong is told with line, key and what may stand there, and costs no more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tocsin.adapters.settings import TomlSettings
from tocsin.adapters.settings_check import PLANNED
from tocsin.domain.account import (
    Account,
    Auth,
    AuthKind,
    Connection,
    Line,
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
    assert read("acounts = []\n")[1] == [(1, "acounts", "is not a setting of this version; is accounts meant?")]
    assert read("zzz = []\n")[1] == [(1, "zzz", "is not a setting of this version")]
