"""A fault is said with its remedy."""

import pytest

from support.phrases import at, book, message
from tocsin.domain.terms import FailureKind

NOW = at("18:40")

FAULTS = {
    "match_missing": (
        {"connection": "Home fibre", "ids": ("SVC-1001",), "provider": "Planet Fibre"},
        (
            "SVC-1001, for Home fibre, is not in the list of Planet Fibre. Correct “The provider's ids for it” of this "
            "connection in the settings under “Accounts and connections” (in config.toml: “match”)."
        ),
        (
            "SVC-1001, voor Home fibre, staat niet in de lijst van Planet Fibre. Verbeter “Nummers of codes die de "
            "aanbieder ervoor gebruikt” van deze aansluiting bij de instellingen onder “Accounts en aansluitingen” "
            "(in config.toml: “match”)."
        ),
    ),
    "match_unverified": (
        {"connection": "Home fibre", "ids": ("SVC-1001",)},
        (
            "Whether SVC-1001 is right for Home fibre cannot be verified, as there is no list of services: "
            "compare it with your contract."
        ),
        (
            "Of SVC-1001 klopt voor Home fibre, is niet na te gaan, omdat er geen lijst van diensten is: "
            "vergelijk het met uw contract."
        ),
    ),
    "clock_skew": (
        {"provider": "Planet Fibre", "seconds": 720},
        (
            "This computer's clock is 12 min behind that of Planet Fibre. Check the date and the time; "
            "until then durations go by the provider's clock."
        ),
        (
            "De klok van deze computer loopt 12 min achter op die van Planet Fibre. Controleer de datum en de tijd; "
            "tot die tijd wordt de duur berekend met de klok van de aanbieder."
        ),
    ),
    "settings": (
        {
            "problem": "line 3: accounts[0].interval: is not a number of seconds that may stand here",
            "place": "accounts[0].interval",
            "what": "is not a number of seconds that may stand here",
            "line": 3,
            "allowed": ("30 to 86400",),
        },
        (
            "config.toml, line 3: accounts[0].interval is not a number of seconds that may stand here "
            "(allowed: 30 to 86400). Correct it, then choose “Reload settings”."
        ),
        (
            "config.toml, regel 3: accounts[0].interval is geen aantal seconden dat hier mag staan "
            "(toegestaan: 30 to 86400). Verbeter dit en kies daarna “Instellingen opnieuw laden”."
        ),
    ),
    "store": (
        {"problem": "the database cannot be used while writing (attempt to write a readonly database)"},
        (
            "The history cannot be written; alarms work without it. "
            "Check the disk's free space and the folder's permissions. The file can only be read."
        ),
        (
            "De geschiedenis kan niet worden bewaard; de meldingen werken ook zonder. "
            "Controleer de vrije schijfruimte en de rechten van de map. Het bestand kan alleen worden gelezen."
        ),
    ),
    "store_too_new": (
        {"record": "tocsin.db"},
        (
            "The history tocsin.db was written by a newer Tocsin, and is left as it is. Alarms work; what happens now "
            "is not written down. Install that version again, or move the file elsewhere to begin a new history."
        ),
        (
            "De geschiedenis tocsin.db is geschreven door een nieuwere Tocsin en blijft zoals ze is. De meldingen "
            "werken; wat nu gebeurt, wordt niet bewaard. Installeer die versie weer, of verplaats het bestand om een "
            "nieuwe geschiedenis te beginnen."
        ),
    ),
    "store_damaged": (
        {"backup": "tocsin.db.2026-11-21"},
        "The history was damaged and was begun anew. The old file is kept as tocsin.db.2026-11-21.",
        "De geschiedenis was beschadigd en is opnieuw begonnen. Het oude bestand is bewaard als tocsin.db.2026-11-21.",
    ),
    "secret": (
        {"provider": "Planet Fibre", "problem": "The keyring is locked: unlock it"},
        (
            "The login for Planet Fibre cannot be had. Unlock the keyring, or give the secret in the environment. "
            "The keyring is locked."
        ),
        (
            "De inloggegevens voor Planet Fibre zijn niet beschikbaar. Ontgrendel de sleutelbos, of geef ze mee "
            "in een omgevingsvariabele. De sleutelbos is vergrendeld."
        ),
    ),
    "channel": (
        {"channel": "freedesktop", "problem": "freedesktop: no notification service is running"},
        (
            "Notifications by way of “freedesktop” do not arrive; they show in the window. "
            "Check the desktop's notification settings. No notification service is running."
        ),
        (
            "Meldingen via “freedesktop” komen niet aan; ze staan in het venster. "
            "Controleer de meldingsinstellingen van uw bureaublad. Er draait geen meldingsdienst."
        ),
    ),
    "bug": (
        {"problem": "a callback: ValueError"},
        "Tocsin made a mistake. Please report it with the log; a restart may help. (ValueError)",
        (
            "Er is iets misgegaan in Tocsin. Meld dit alstublieft, met het logbestand erbij; "
            "opnieuw starten helpt misschien. (ValueError)"
        ),
    ),
    "provider_unknown": (
        {"provider": "statuspge"},
        (
            "“statuspge” is not a kind of provider that is known. Correct it in config.toml; "
            "“tocsin providers” lists them."
        ),
        "“statuspge” is geen bekend soort aanbieder. Verbeter dit in config.toml; “tocsin providers” geeft de lijst.",
    ),
    "line_no_targets": (
        {},
        (
            "Your line cannot be measured: there is no host that may be contacted for it. "
            "In the settings under “Your line” agree to the public ones, or name hosts of your own "
            "(in config.toml: “targets” under [line])."
        ),
        (
            "Uw lijn kan niet gemeten worden: er is geen server waarmee daarvoor contact gemaakt mag worden. "
            "Ga bij de instellingen onder “Uw lijn” akkoord met de openbare servers, of noem daar eigen servers "
            "(in config.toml: “targets” onder [line])."
        ),
    ),
    "line_blocked": (
        {},
        (
            "Your line cannot be measured: none of the hosts that are tried answers, though the internet works. "
            "A firewall or a proxy may be in the way: name hosts that can be reached in the settings under “Your line” "
            "(in config.toml: “targets” under [line])."
        ),
        (
            "Uw lijn kan niet gemeten worden: geen van de geprobeerde servers antwoordt, hoewel internet werkt. "
            "Mogelijk zit er een firewall of proxy tussen: noem servers die wel te bereiken zijn bij de instellingen "
            "onder “Uw lijn” (in config.toml: “targets” onder [line])."
        ),
    ),
    "line_wrong_target": (
        {"target": "planet.example.net:99999", "problem": "no such port"},
        "“planet.example.net:99999” under [line] cannot be measured. Correct it in config.toml.",
        "“planet.example.net:99999” onder [line] kan niet gemeten worden. Verbeter dit in config.toml.",
    ),
    "secret_not_kept": (
        {"provider": "Planet Fibre"},
        (
            "The keyring has not taken the secret for Planet Fibre: it is known until Tocsin ends. Unlock or start the "
            "keyring and type the secret in again in the settings; if it need not be kept, with “For this session "
            "only”."
        ),
        (
            "De sleutelbos heeft de inloggegevens voor Planet Fibre niet opgeslagen: Tocsin onthoudt ze alleen tot het "
            "stopt. Ontgrendel of start de sleutelbos en vul ze opnieuw in bij de instellingen; hoeven ze niet bewaard "
            "te blijven, dan met “Alleen onthouden tot Tocsin stopt”."
        ),
    ),
    "sign_in_not_kept": (
        {"provider": "Planet Fibre", "obstacle": "sign_in"},
        (
            "The keyring has not taken your sign-in to Planet Fibre: it lasts until Tocsin ends. To stay signed in for "
            "longer unlock or start the keyring, and sign in again in the settings."
        ),
        (
            "De sleutelbos heeft uw inlog bij Planet Fibre niet opgeslagen: u bent ingelogd tot Tocsin stopt. Wilt u "
            "langer ingelogd blijven, ontgrendel of start dan de sleutelbos en log opnieuw in bij de instellingen."
        ),
    ),
    "unreachable": (
        {"provider": "Planet Fibre", "since": at("18:20"), "kind": "timeout", "text": "no answer in 15 s"},
        "We cannot ask Planet Fibre since 18:20. Its server takes too long to answer. We go on trying.",
        (
            "Planet Fibre is sinds 18:20 niet te bereiken. De server doet er te lang over om te antwoorden. "
            "We blijven het proberen."
        ),
    ),
}


@pytest.mark.parametrize("key", FAULTS)
def test_a_fault_names_what_is_wrong_and_the_remedy(key):
    """Each fault says in a sentence or two what to do about it."""
    values, english, dutch = FAULTS[key]
    assert book("en").fault(message(key, **values), NOW) == english
    assert book("nl").fault(message(key, **values), NOW) == dutch


def test_a_fault_without_its_values():
    """A fault that lacks its values still says something true."""
    for key in FAULTS:
        assert book().fault(message(key), NOW).endswith(".")
    assert "ahead of" in book().fault(message("clock_skew", seconds=-720), NOW)
    assert book().fault(message("from_the_future"), NOW) == "Something keeps Tocsin from its work. The log says more."


def test_every_kind_of_failure_has_a_remedy_of_its_own():
    """A person who cannot be told what is wrong is told what to try, for each kind differently."""
    for language in ("de", "en", "fr", "nl"):
        said = {book(language).fault(message("unreachable", kind=kind.value), NOW) for kind in FailureKind}
        assert len(said) == len(FailureKind)
