"""What the settings window takes, the file takes too: a check that is kinder than the reader would end in a refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.desktop_scenes import english
from tocsin.adapters import settings_urls
from tocsin.adapters.settings import TomlSettings
from tocsin.desktop.settings.checks import Checks, is_loopback_address, tidy

CHECKS = Checks(english())
PIECES = st.sampled_from(
    (
        *(
            "https://",
            "http://",
            "tcp://",
            "ftp://",
            "//",
            "",
            "example.net",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "[fe80::1%1]",
        ),
        *(
            ":443",
            ":0",
            ":99999",
            ":x",
            "/",
            "/a b",
            "?q",
            "#f",
            "anna@",
            "a:b@",
            "-a.net",
            "a..net",
            ".",
            " ",
            "\\",
            "\x07",
        ),
        *("störung.example.net", "x" * 64, "@", "192.0.2.1"),
    )
)
ADDRESSES = st.lists(PIECES, max_size=5).map("".join) | st.text(max_size=40)


@given(ADDRESSES)
def test_addresses_are_judged_as_the_file_judges_them(text):
    """Neither kinder nor harsher."""
    text = tidy(text)
    assert bool(CHECKS.address(text)) == (settings_urls.problem_with_url(text, allow_insecure=False) is not None)
    assert bool(CHECKS.insecure_address(text)) == (
        settings_urls.problem_with_url(text, allow_insecure=True) is not None
    )
    assert bool(CHECKS.target(text)) == (settings_urls.problem_with_target(text) is not None)
    assert is_loopback_address(text) == settings_urls.is_loopback_url(text)


@given(st.lists(PIECES, max_size=3).map("".join) | st.text(max_size=20))
def test_host_names_are_judged_as_the_file_judges_them(text):
    """The names to look up."""
    assert bool(CHECKS.host(text)) == (not settings_urls.is_host_name(text))


TEXTS = (
    *(
        "",
        "0800 1234",
        "+31 (20) 555-0100",
        "call",
        "()",
        "1" * 33,
        "anna@example.net",
        "a b@example.net",
        "@example.net",
    ),
    *("anna@", "anna@exa mple.net", "X-Api-Key", "Host", "x y", "", "x" * 65, "anna", "Authorization"),
)


@pytest.mark.parametrize("text", dict.fromkeys(TEXTS))
@pytest.mark.parametrize(("key", "check"), [("phone", CHECKS.phone), ("mail", CHECKS.mail)])
def test_help_is_judged_as_the_file_judges_it(key, check, text):
    """Numbers and mailboxes."""
    wrong = _problems(f'[accounts.help]\n{key} = "{text}"\n')
    # The file has nothing to say to a text that is empty: neither has the window.
    assert bool(check(text)) == bool(wrong)


@pytest.mark.parametrize("text", dict.fromkeys(TEXTS))
def test_headers_are_judged_as_the_file_judges_them(text):
    """A key must travel in a header that is one."""
    assert bool(CHECKS.header(text)) == bool(_problems(f'auth = {{ kind = "api_key", header = "{text}" }}\n'))


def _problems(text):
    account = '[[accounts]]\nid = "home"\nprovider = "statuspage"\nurl = "https://example.net"\n'
    return TomlSettings(None, ("statuspage",)).parse(account + text).problems


@given(st.text())
def test_what_is_tidied_can_be_written(text):
    """One line, that any file takes, and tidying twice changes nothing."""
    once = tidy(text)
    once.encode()
    assert len(once.splitlines()) <= 1
    assert tidy(once) == once
