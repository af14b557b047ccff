"""Which links may be opened: what stands in a provider's answer is not ours to trust."""

import pytest

from tocsin.desktop.opener import is_allowed, open_link

BAD = [
    "",
    None,
    "http://status.example.net/",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "smb://host/share",
    "ms-msdt:/id",
    "data:text/html,x",
    "https:",
    "https:///path",
    "https:path",
    "//status.example.net/",
    "status.example.net",
    "https://user@status.example.net/",
    "https://user:secret@status.example.net/",
    "https://status.example.net@evil.example/",
    "https://@status.example.net/",
    "https://status.example.net\\@evil.example/",
    "https://status.example.net/a b",
    "https://status.example.net/\nX: y",
    "https://status.example.net/\u202ecod",
    "https://[::1/",
    "https://status.example.net:port/",
    "https://status.example.net/" + "a" * 3000,
    " https://status.example.net/",
    "view-source:https://status.example.net/",
]


@pytest.mark.parametrize("url", BAD)
def test_harmful_links_are_refused(url):
    """Everything but https with a host and no user information."""
    assert not is_allowed(url)
    assert not is_allowed(url, from_settings=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://status.example.net",
        "HTTPS://Status.Example.net/incidents/1?x=1&y=%20#z",
        "https://status.example.net:8443/",
        "https://[2001:db8::1]/incident",
        "https://störung.example/vorfälle/1",
    ],
)
def test_plain_https_links_are_allowed(url):
    """What providers really link to."""
    assert is_allowed(url)


@pytest.mark.parametrize("url", ["tel:+31800123", "mailto:help@example.net"])
def test_numbers_and_addresses_come_from_the_settings_only(url):
    """The user's own settings may dial and write; a provider may not."""
    assert is_allowed(url, from_settings=True)
    assert not is_allowed(url)


def test_a_refused_link_is_not_opened(monkeypatch):
    """The check stands before the opening."""
    opened = []
    monkeypatch.setattr("tocsin.desktop.opener.QDesktopServices.openUrl", lambda url: opened.append(url) or True)
    assert not open_link("javascript:alert(1)")
    assert opened == []
    assert open_link("https://status.example.net/")
    assert [url.toString() for url in opened] == ["https://status.example.net/"]
