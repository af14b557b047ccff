"""`[network]` in config.toml: what is right is taken, and a wrong proxy is never read as none."""

import pytest

from tocsin.adapters.settings import TomlSettings
from tocsin.domain.account import NO_PROXY, SYSTEM_PROXY, UNUSABLE_PROXY, Network

KEYS = ("statuspage",)
ACCOUNT = '[[accounts]]\nid = "{}"\nprovider = "statuspage"\nname = "x"\nurl = "https://status.example.net"\n'


def read(tmp_path, text):
    """The network of such a file, and its problems by key."""
    file = tmp_path / "config.toml"
    file.write_text(text)
    loaded = TomlSettings(file, provider_keys=KEYS).load()
    return loaded.settings.network, {problem.key: problem for problem in loaded.problems}


def network(tmp_path, lines):
    return read(tmp_path, f"[network]\n{lines}\n")


def test_nothing_said_is_the_systems(tmp_path):
    """Who says nothing goes as the system goes."""
    assert read(tmp_path, "") == (Network(proxy=SYSTEM_PROXY), {})


def test_everything_is_read(tmp_path):
    """All five keys; the files need not be there."""
    found, problems = network(
        tmp_path,
        'proxy = "http://proxy.example.net:3128"\nproxy_user = "CORP\\\\jo"\nca_file = "/nowhere/ca.pem"\n'
        'client_cert = "~/me.pem"\nclient_key = "/nowhere/me.key"',
    )
    assert problems == {}
    assert found == Network(
        "http://proxy.example.net:3128", "CORP\\jo", "/nowhere/ca.pem", "~/me.pem", "/nowhere/me.key"
    )


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("system", SYSTEM_PROXY),
        ("none", NO_PROXY),
        ("proxy.example.net:3128", "http://proxy.example.net:3128"),
        ("192.0.2.1:8080", "http://192.0.2.1:8080"),
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("https://proxy.example.net", "https://proxy.example.net"),
    ],
)
def test_proxies_that_may_stand_there(tmp_path, text, proxy):
    """The two words, and addresses with or without http before them."""
    assert network(tmp_path, f'proxy = "{text}"') == (Network(proxy=proxy), {})


@pytest.mark.parametrize(
    "value",
    [
        '"socks5://proxy.example.net:1080"',
        '"http://jo:hunter2@proxy.example.net:3128"',
        '"jo@proxy.example.net"',
        '"http://proxy.example.net:3128/path"',
        '"http://proxy.example.net:99999"',
        '"http://"',
        '"System"',
        '"direct"',
        '"of course: none"',
        '""',
        "3128",
        "false",
        "[]",
    ],
)
def test_proxy_that_is_wrong_is_reported_and_lets_nothing_out(tmp_path, value):
    """It is told with its line and without its text, which may hold a password; and it is not read as none."""
    found, problems = network(tmp_path, f"proxy = {value}")
    problem = problems["network.proxy"]
    assert (problem.line, len(problems)) == (2, 1)
    assert "hunter2" not in str(problem)
    assert found.proxy == UNUSABLE_PROXY


@pytest.mark.parametrize("text", ["network = 7", "network = []", "[[network]]"])
def test_table_that_is_none_lets_nothing_out(tmp_path, text):
    """Somebody meant to say something."""
    found, problems = read(tmp_path, text + "\n")
    assert "network" in problems
    assert found.proxy == UNUSABLE_PROXY


def test_password_does_not_belong_there(tmp_path):
    """It is said where it belongs, and not repeated."""
    _, problems = network(tmp_path, 'proxy_password = "hunter2"')
    (problem,) = problems.values()
    assert "TOCSIN_SECRET_PROXY" in str(problem)
    assert "hunter2" not in str(problem)


@pytest.mark.parametrize("value", ['"a:b"', '"a\\nb"', "7", '"  "', f'"{"x" * 300}"'])
def test_user_that_no_login_can_carry_is_reported(tmp_path, value):
    """A colon ends a user's name in a basic login (RFC 7617, 2)."""
    found, problems = network(tmp_path, f"proxy_user = {value}")
    assert list(problems) == ["network.proxy_user"]
    assert found.proxy_user == ""


def test_account_of_the_name_proxy_does_not_give_its_secret_to_the_proxy(tmp_path):
    """Both would be kept under one name: the account's token must not go to the proxy as a password."""
    found, problems = read(tmp_path, ACCOUNT.format("proxy") + '[network]\nproxy_user = "jo"\n')
    assert (found.proxy_user, list(problems)) == ("", ["network.proxy_user"])
    assert read(tmp_path, ACCOUNT.format("proxy")) == (Network(), {})


@pytest.mark.parametrize("key", ["ca_file", "client_cert"])
@pytest.mark.parametrize(
    "value", ['"company-ca.pem"', '"./ca.pem"', '"-----BEGIN CERTIFICATE-----\\nAA"', "1", f'"/{"x" * 2000}"']
)
def test_file_that_is_no_whole_path_is_reported(tmp_path, key, value):
    """Started from the panel, the program stands in no folder that the user knows of."""
    found, problems = network(tmp_path, f"{key} = {value}")
    assert (list(problems), getattr(found, key)) == ([f"network.{key}"], "")


def test_key_without_a_certificate_is_reported(tmp_path):
    """Alone it is of no use."""
    found, problems = network(tmp_path, 'client_key = "/nowhere/me.key"')
    assert (list(problems), found) == (["network.client_key"], Network())


def test_slip_of_the_pen_is_reported_with_what_was_meant(tmp_path):
    """As everywhere."""
    _, problems = network(tmp_path, 'proxi = "none"')
    assert "proxy" in str(problems["network.proxi"])
