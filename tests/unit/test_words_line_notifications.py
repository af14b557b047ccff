"""What a notification about the line says: what both together mean, what to do, and how it ended."""

import pytest

from support.phrases import at, book, message

NOW = at("19:10")
DOWN = {
    "connections": ("Home fibre",),
    "kinds": ("internet",),
    "provider": "Planet Fibre",
    "level": "outage",
    "state": "down",
    "cause": "beyond_gateway",
    "says": "down_unreported",
    "advice": "restart_router",
    "step": "report",
    "since": at("17:58"),
    "title": "",
    "reported_since": None,
    "eta": None,
    "backup": "",
    "phone": "0800-0123",
    "reopened": 0,
}
REPORTED = DOWN | {
    "says": "down_reported",
    "advice": "use_another_way",
    "step": "call",
    "title": "Cable cut",
    "reported_since": at("17:50"),
    "eta": at("20:30"),
}
OWN = DOWN | {
    "state": "local_fault",
    "cause": "gateway",
    "says": "own_network",
    "advice": "check_own_equipment",
    "step": "check_cables",
}
POOR = DOWN | {"state": "degraded", "cause": "", "says": "poor_unreported", "level": "degraded"}
BACK = {
    "connections": ("Home fibre",),
    "kinds": ("internet",),
    "provider": "Planet Fibre",
    "state": "down",
    "cause": "beyond_gateway",
    "since": at("17:58"),
    "ended": at("18:40"),
    "seconds": 2520,
    "known": 1,
    "title": "Cable cut",
    "declared_since": at("17:58"),
    "still": 0,
}


def say(key, values, language="en"):
    """Title and body."""
    return book(language).notification(message(key, **values), NOW)


def test_a_line_that_fell():
    """The verdict, what to do, and whom to call, in both languages."""
    assert say("line_started", DOWN) == (
        "Outage on Home fibre since 17:58",
        (
            "Your line has been down since 17:58; Planet Fibre reports nothing yet: report it.\n"
            "Switch your router off, wait half a minute, and switch it on again.\n"
            "Help desk: 0800-0123"
        ),
    )
    assert say("line_started", DOWN, "nl") == (
        "Storing op Home fibre sinds 17:58",
        (
            "Uw lijn ligt plat sinds 17:58; Planet Fibre meldt nog niets: geef het door.\n"
            "Zet uw router uit, wacht een halve minuut en zet hem weer aan.\n"
            "Helpdesk: 0800-0123"
        ),
    )


def test_a_line_that_fell_with_the_provider_knowing():
    """The provider's start, end and words stand beside ours."""
    assert say("line_changed", REPORTED) == (
        "Outage on Home fibre since 17:58",
        (
            "Your line has been down since 17:58; Planet Fibre reports an outage since 17:50, expected 20:30.\n"
            "“Cable cut” - Planet Fibre\n"
            "Use another way, such as the hotspot of a mobile phone; restarting your router will hardly help.\n"
            "Help desk: 0800-0123"
        ),
    )
    assert "\nNo estimate given yet\n" in say("line_started", REPORTED | {"eta": None})[1]
    assert "reports problems since 17:50" in say("line_started", REPORTED | {"said": "degraded"})[1]


def test_the_own_network():
    """Nobody calls the help desk for a cable of one's own."""
    assert say("line_started", OWN) == (
        "Your own network is down, not the provider",
        (
            "The router has not answered since 17:58.\n"
            "Check the cable or the Wi-Fi of this computer, and that your router has power."
        ),
    )
    assert say("line_started", OWN | {"cause": "own_network"}, "nl") == (
        "Uw eigen netwerk ligt plat, niet de aansluiting",
        (
            "Deze computer heeft sinds 17:58 geen netwerk.\n"
            "Controleer de kabel of de wifi van deze computer, en of uw router stroom heeft."
        ),
    )
    both = OWN | {"says": "own_network_and_reported", "title": "Cable cut", "reported_since": at("17:50")}
    title, body = say("line_started", both)
    assert title == "Your own network is down"
    assert body.startswith("The router has not answered since 17:58; Planet Fibre reports an outage since 17:50.\n")


@pytest.mark.parametrize(
    ("language", "title", "first", "advice"),
    [
        ("en", "Your VPN does not work", "Nothing has come through it since", "Connect your VPN again, "),
        ("nl", "Uw VPN werkt niet", "Er komt sinds 17:58 niets door", "Verbind uw VPN opnieuw of "),
        ("de", "Ihr VPN funktioniert nicht", "Seit 17:58\u00a0Uhr kommt nichts hindurch", "Verbinden Sie Ihr VPN neu "),
        ("fr", "Votre VPN ne fonctionne pas", "Rien ne passe depuis 17:58", "Reconnectez votre VPN ou "),
    ],
)
def test_the_users_own_vpn(language, title, first, advice):
    """It is named in every language, with what to do about it; nobody is sent to a cable, a router or a help desk."""
    vpn = OWN | {"says": "vpn", "cause": "beyond_gateway", "advice": "check_vpn", "step": "none"}
    said, body = say("line_started", vpn, language)
    assert said == title
    cause, remedy = body.split("\n")
    assert cause.startswith(first)
    assert remedy.startswith(advice)
    both = vpn | {"says": "vpn_and_reported", "title": "Cable cut", "reported_since": at("17:50")}
    said, body = say("line_started", both, language)
    assert said == title
    assert "Planet Fibre" in body.split("\n")[0]


@pytest.mark.parametrize(
    ("changes", "title", "sentence"),
    [
        ({}, "Problems on Home fibre since 17:58", "Your line has been slow or losing data since 17:58; "),
        (
            {"cause": "dns"},
            "Problems on Home fibre since 17:58",
            "Your line carries traffic, but names of websites have not been found since 17:58; ",
        ),
        (
            {"reopened": 1},
            "Problems on Home fibre again since 17:58",
            "Your line has been slow or losing data since 17:58; ",
        ),
    ],
)
def test_a_poor_line(changes, title, sentence):
    """Loss, delay and names that are not found are problems, not an outage."""
    said = say("line_started", POOR | changes)
    assert said[0] == title
    assert said[1].startswith(f"{sentence}Planet Fibre reports nothing yet: report it if it stays so.\n")


def test_nobody_but_the_line():
    """Where there is no API nobody is said to be silent."""
    _, body = say("line_started", DOWN | {"provider": "", "phone": ""})
    assert body == (
        "Your line has been down since 17:58: report it to your provider.\n"
        "Switch your router off, wait half a minute, and switch it on again."
    )


def test_on_the_backup():
    """What carries the traffic now comes first, and needs no other way."""
    _, body = say("line_started", REPORTED | {"backup": "Office SIM", "phone": ""})
    assert body == (
        "You are on the backup Office SIM.\n"
        "Your line has been down since 17:58; Planet Fibre reports an outage since 17:50, expected 20:30.\n"
        "“Cable cut” - Planet Fibre"
    )


def test_a_provider_that_cannot_be_asked():
    """Not knowing is said, with its age where that is known."""
    unheard = DOWN | {"says": "down_unheard", "step": "call"}
    assert "; what Planet Fibre says is not known.\n" in say("line_started", unheard)[1]
    dated = unheard | {"unheard_since": at("18:20")}
    assert "; we could not ask Planet Fibre since 18:20.\n" in say("line_started", dated)[1]


def test_mail_may_be_lost_on_the_way():
    """What nobody else would notice is said beside the advice."""
    _, body = say("line_started", DOWN | {"kinds": ("internet", "mail")})
    assert "\nKeep your sent mail: messages from 17:58 on may not have arrived.\n" in body


def test_the_line_is_back():
    """One word at the end, with what the provider declared meanwhile."""
    assert say("line_restored", BACK) == (
        "Home fibre works again: the outage lasted 42 min",
        "Planet Fibre declared “Cable cut” since 17:58.",
    )
    assert say("line_restored", BACK, "nl") == (
        "Home fibre werkt weer: de storing duurde 42 min",
        "Planet Fibre meldde “Cable cut” sinds 17:58.",
    )
    assert say("line_restored", BACK | {"title": "", "declared_since": None})[1] == ""
    assert (
        say("line_restored", BACK | {"provider": "", "declared_since": None})[1] == "The provider declared “Cable cut”."
    )
    assert say("line_restored", BACK | {"state": "degraded"})[0] == "Home fibre works again: the problems lasted 42 min"
    assert say("line_restored", BACK | {"still": 1, "kinds": ("internet", "mail")})[1].split("\n")[1:] == [
        "Planet Fibre still lists problems on Home fibre.",
        "Check the mail that you sent from 17:58 to 18:40: some of it may not have arrived.",
    ]


@pytest.mark.parametrize(
    ("changes", "english", "dutch"),
    [
        (
            {"known": 0},
            "Home fibre works again; when it came back was not measured",
            "Home fibre werkt weer; vanaf wanneer is niet gemeten",
        ),
        (
            {"known": 0, "connections": ("Home fibre", "TV")},
            "Home fibre and TV work again; when they came back was not measured",
            "Home fibre en TV werken weer; vanaf wanneer is niet gemeten",
        ),
        (
            {"known": 0, "state": "local_fault"},
            "Your own network works again; when it came back was not measured",
            "Uw eigen netwerk werkt weer; vanaf wanneer is niet gemeten",
        ),
        (
            {"state": "local_fault"},
            "Your own network works again after 42 min",
            "Uw eigen netwerk werkt weer na 42 min",
        ),
        ({"state": "local_fault", "seconds": 0}, "Your own network works again", "Uw eigen netwerk werkt weer"),
        ({"seconds": 0}, "Home fibre works again", "Home fibre werkt weer"),
    ],
)
def test_how_it_came_back(changes, english, dutch):
    """A length is said only where it was measured, and the own network is not the connection."""
    assert say("line_restored", BACK | changes)[0] == english
    assert say("line_restored", BACK | changes, "nl")[0] == dutch


def test_an_end_that_the_rules_tell_as_unknown():
    """The general message of an end knows the same."""
    said = say("resolved", BACK | {"how": "unknown", "title": "line: down (beyond_gateway)"})
    assert said == ("Home fibre works again; when it came back was not measured", "Line down")
