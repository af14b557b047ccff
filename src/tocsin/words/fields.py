"""What a provider's fields are called and what they are for; one that another package adds is told in its own words."""

import re

from tocsin.words import plain, profile
from tocsin.words.voice import Voice


def name(voice: Voice, field: str) -> str:
    """What a field is called."""
    known = {
        "account_id": voice.gettext("Account number"),
        "branch": voice.gettext("Branch"),
        "buyer_id": voice.gettext("Buyer"),
        "issues": voice.gettext("Issues"),
        "location": voice.gettext("Location"),
        "login_url": voice.gettext("Address of the sign-in"),
        "page_id": voice.gettext("Name or id of the page"),
        "products": voice.gettext("Products"),
        "region": voice.gettext("Region"),
        "seller_id": voice.gettext("Seller"),
        "subdomain": voice.gettext("Name of the page"),
        "time_zone": voice.gettext("Time zone"),
        "user": voice.gettext("User name"),
    }
    return known.get(field) or plain.clean(field.replace("_", " "), plain.NAME)


def broken(voice: Voice, key: str) -> str:
    """A provider that another package adds, and that cannot be used."""
    said = voice.gettext("cannot be used: update the package that adds “{name}”, or remove it. The log says more.")
    return said.format(name=plain.clean(key, plain.NAME))


def told(voice: Voice, help_: str) -> str:
    """What a field is for."""
    known = {
        "The page's id or name; what another page says is refused": voice.gettext(
            "The page's id or name; what another page says is refused"
        ),
        "The page's name; another page is refused": voice.gettext("The page's name; another page is refused"),
        "The page's id, 24 digits and letters, unless the url has it": voice.gettext(
            "The page's id, 24 digits and letters, unless the url has it"
        ),
        "The page's name at StatusPal, unless the url has it": voice.gettext(
            "The page's name at StatusPal, unless the url has it"
        ),
        "Whose servers the page is on; both are tried otherwise": voice.gettext(
            "Whose servers the page is on; both are tried otherwise"
        ),
        "The page's time zone, as Europe/Amsterdam; UTC if empty": voice.gettext(
            "The page's time zone, as Europe/Amsterdam; UTC if empty"
        ),
        "Its branch; master or main unless said": voice.gettext("Its branch; master or main unless said"),
        "Whether its issues are read too": voice.gettext("Whether its issues are read too"),
        "The account's number, if the url has none": voice.gettext("The account's number, if the url has none"),
        "Which products; Salesforce_Services unless said": voice.gettext(
            "Which products; Salesforce_Services unless said"
        ),
        "Which buyer asks, where one acts for several": voice.gettext("Which buyer asks, where one acts for several"),
        "Which seller is asked, where one is several": voice.gettext("Which seller is asked, where one is several"),
        "The user name of MyAussie, if not in auth": voice.gettext("The user name of MyAussie, if not in auth"),
        "Address to log in at, if the API has another": voice.gettext("Address to log in at, if the API has another"),
        "A location id, where no connection names one": voice.gettext("A location id, where no connection names one"),
        "The zone of times without one, if not UTC": voice.gettext("The zone of times without one, if not UTC"),
    }
    return known.get(help_) or _more(voice).get(help_) or plain.clean(help_, plain.TITLE)


def listed(voice: Voice, key: str, field: str, help_: str) -> str:
    """What a field is for, as ``tocsin providers`` tells it; of a profile its name, and what counts if it is empty."""
    said = told(voice, help_)
    if key != "json" or said != plain.clean(help_, plain.TITLE) or voice.language == "en":
        return said
    usual = re.fullmatch(r".*; (\S+) if not set", help_)
    more = profile.told(voice, field, usual[1] if usual is not None else "")
    return ". ".join(filter(None, (profile.name(voice, field), more)))


def _more(voice: Voice) -> dict[str, str]:
    """What has a place of its own in the windows, and is told by the command line only."""
    gettext = voice.gettext
    return {
        "The status page, as https://status.example.net": gettext("The status page, as https://status.example.net"),
        "The status page, or its API's address with the id": gettext(
            "The status page, or its API's address with the id"
        ),
        "The status page, or its API's address": gettext("The status page, or its API's address"),
        "The page, as https://kuma.example.net/status/home": gettext(
            "The page, as https://kuma.example.net/status/home"
        ),
        "The repository, as https://github.com/owner/name": gettext("The repository, as https://github.com/owner/name"),
        "The page, or its API with ?account_id=": gettext("The page, or its API with ?account_id="),
        "The dashboard, as https://status.cloud.google.com": gettext(
            "The dashboard, as https://status.cloud.google.com"
        ),
        "https://graph.microsoft.com, or a national cloud's": gettext(
            "https://graph.microsoft.com, or a national cloud's"
        ),
        "How Graph knows who is asking; the permission is ServiceHealth.Read.All": gettext(
            "How Graph knows who is asking; the permission is ServiceHealth.Read.All"
        ),
        "The token, or the secret of the application": gettext("The token, or the secret of the application"),
        "The host, the API's base, or its serviceProblem": gettext("The host, the API's base, or its serviceProblem"),
        "How the provider knows who is asking": gettext("How the provider knows who is asking"),
        "The token, key or password that goes with it": gettext("The token, key or password that goes with it"),
        "The seller's host, the API's base, or its incident": gettext(
            "The seller's host, the API's base, or its incident"
        ),
        "The token, key or password of the login": gettext("The token, key or password of the login"),
        "The password that goes with it": gettext("The password that goes with it"),
        "The feed, or a page that names one": gettext("The feed, or a page that names one"),
        "The token or password, where one is needed": gettext("The token or password, where one is needed"),
        "The document": gettext("The document"),
        "The calendar, as https://example.net/maintenance.ics": gettext(
            "The calendar, as https://example.net/maintenance.ics"
        ),
        "The Alertmanager, as https://alerts.example.net": gettext("The Alertmanager, as https://alerts.example.net"),
        "The token or password of a proxy before it": gettext("The token or password of a proxy before it"),
    }
