"""Decoys: providers are given the documents of all others, as of a page that changed its product."""

import pytest

from support.checklists import state
from support.drive import answer, drive
from support.plugged import asked, load
from support.recorded import contract
from tocsin.domain.terms import FailureKind
from tocsin.errors import PollFailed
from tocsin.ports import HttpResponse

# Statuspage's paths are answered by incident.io too: there the one's document is the other's.
SAME = {"incidentio": frozenset({"statuspage"})}


def documents() -> list[tuple[str, HttpResponse]]:
    """Every main document that a provider is held to, as its API answers it."""
    bodies = [(key, told.written(told.main_body)) for key in asked() for told in (contract(key),)]
    kinds = {b"{": "application/json", b"[": "application/json", b"<": "application/xml"}
    return [(key, answer(body, headers={"content-type": kinds.get(body[:1], "text/plain")})) for key, body in bodies]


@pytest.mark.parametrize("key", asked())
def test_trap_the_document_of_another_product_is_refused(key):
    """A page that moved answers 200 with something valid: that is told as such, and is never an all-clear."""
    told = contract(key)
    taken: dict[str, FailureKind | None] = {}
    for other, document in documents():
        if other == key or other in SAME.get(key, ()):
            continue
        try:
            drive(load(key)(), lambda _, document=document: document, told.case.context())
            taken[other] = None
        except PollFailed as failure:
            if failure.kind is not FailureKind.NOT_STATUS_API:
                taken[other] = failure.kind
    assert state(key, "other_products_refused") == "done"
    assert taken == {}
