"""What a provider's fields are called and what they are for; one that another package adds is told in its own words."""

from tocsin.words import plain
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
    return known.get(help_) or plain.clean(help_, plain.TITLE)
