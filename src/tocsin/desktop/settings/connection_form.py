"""One connection of an account: what it is called, what it is, and which of the provider's ids are meant."""

from collections.abc import Callable
from dataclasses import replace

from tocsin.desktop.settings.changes import connection_of, put_connection, without_connection
from tocsin.desktop.settings.checks import Checks
from tocsin.desktop.settings.controls import ChoiceField
from tocsin.desktop.settings.field import TextField
from tocsin.desktop.settings.lines import LinesField
from tocsin.desktop.settings.page import Edit, Page
from tocsin.desktop.widgets import button, relabel
from tocsin.domain.account import Connection, Settings
from tocsin.domain.instant import Instant
from tocsin.domain.state import AppState
from tocsin.domain.terms import ConnectionKind, Role
from tocsin.words import plain, vocabulary
from tocsin.words.phrasebook import Phrasebook


class ConnectionForm(Page):
    """The fields of a connection, and a way to be rid of it."""

    def __init__(self, words: Phrasebook, account: str, connection: str) -> None:
        super().__init__(words)
        self._account, self._connection = account, connection
        check, meanwhile = Checks(words), words.gettext("In config.toml it was changed to: {value}")
        prefix = f"account.{account}.connection.{connection}"
        self._heading = self.heading("")
        self.add(
            TextField(f"{prefix}.name", words.gettext("Name of the connection"), check.needed, "", meanwhile),
            self._get("name"),
            self._put("name"),
        )
        kinds = ((kind, vocabulary.connection_kind(words, kind)) for kind in ConnectionKind)
        kind = ChoiceField(f"{prefix}.kind", words.gettext("Kind"), kinds)
        self.add(kind, self._get("kind"), self._put("kind"))
        roles = ((role, vocabulary.role(words, role)) for role in Role)
        role = ChoiceField(f"{prefix}.role", words.gettext("Role"), roles)
        self.add(role, self._get("role"), self._put("role"))
        self.beside(kind, role)
        self.add(
            LinesField(
                f"{prefix}.match",
                words.gettext("The provider's ids for it"),
                check.anything,
                words.gettext("One a line. None: everything that the provider reports counts."),
                meanwhile,
            ),
            self._get("match"),
            self._put("match"),
        )
        self._remove = button(words.gettext("Remove this connection"), self._on_remove)
        self.row(self._remove)
        self._is_only = False
        self._name = ""

    def refresh(self, settings: Settings, state: AppState, now: Instant) -> None:
        """Head it with its name. The last one of an account cannot go."""
        del state, now
        there = connection_of(settings, self._account, self._connection)
        if there is None:
            return
        self._name = self.words.clean(there.name, plain.NAME) or there.id
        self._heading.say(self._name)
        relabel(
            self._remove,
            self.words.gettext("Remove this connection"),
            self.words.gettext("Remove the connection {name}").format(name=self._name),
        )
        account = next(each for each in settings.accounts if each.id == self._account)
        self._is_only = len(account.connections) < 2  # noqa: PLR2004 - one is left
        self._remove.setVisible(not self._is_only)
        self._remove.setEnabled(not self._locked)

    def _on_remove(self) -> None:
        said = self.words.gettext("The connection {name} was removed.").format(name=self._name)
        account, connection = self._account, self._connection
        self.edited.emit(Edit(lambda settings: without_connection(settings, account, connection), None, said))

    def _get(self, name: str) -> Callable[[Settings], object]:
        def get(settings: Settings) -> object:
            there = connection_of(settings, self._account, self._connection)
            return None if there is None else getattr(there, name)

        return get

    def _put(self, name: str) -> Callable[[Settings, object], Settings]:
        def put(settings: Settings, value: object) -> Settings:
            return put_connection(settings, self._account, self._connection, lambda there: _with(there, name, value))

        return put


def _with(there: Connection, name: str, value: object) -> Connection:
    return replace(there, **{name: value})  # type: ignore[arg-type]  # the field's kind
