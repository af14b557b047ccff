"""What can be watched, for those who choose: names that people know, products, and what a product needs to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tocsin.domain.options import OptionMistake
from tocsin.ports.asking import ProviderField


@dataclass(frozen=True, slots=True)
class Offer:
    """One provider or service of the catalogue. ``provider`` is the key of what reads its page, empty for none."""

    name: str
    provider: str
    url: str
    is_isp: bool = False
    page_id: str = ""


class Offers(Protocol):
    """The catalogue and the products. Every call is quick: it is made between two key presses."""

    def search(self, text: str) -> tuple[Offer, ...]:
        """Those whose name has every word of ``text``, the best first; without a text all, internet providers first."""
        ...

    def providers(self) -> tuple[tuple[str, str], ...]:
        """Key and name of every product that can be asked, by name."""
        ...

    def fields(self, key: str) -> tuple[ProviderField, ...]:
        """What an account of a product needs to be told; nothing for a key that is not known or cannot be loaded."""
        ...

    def mistakes(self, key: str, options: Mapping[str, str]) -> tuple[OptionMistake, ...]:
        """What is wrong with what a product is told beside the address, as far as that can be known beforehand."""
        ...
