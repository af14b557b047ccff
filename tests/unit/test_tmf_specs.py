"""Our reading of TMF656 and TMF621 against what TM Forum publishes: field names, words, addresses and examples.

The published files are no part of the project. They are looked for in ``../shared/samples`` beside the checkout, or
where ``TOCSIN_SPECS`` points; where they are not, each test says so and compares nothing.
"""

import json
import os
import re
from pathlib import Path

import msgspec
import pytest

from support.drive import Drive, answer, context
from tocsin.domain.terms import Phase
from tocsin.providers import text
from tocsin.providers.payload import given
from tocsin.providers.tmf621 import OVER, Ticket, TicketRef
from tocsin.providers.tmf656 import Tmf656, candidates
from tocsin.providers.tmf656_problem import (
    PHASES,
    Characteristic,
    Nested,
    Note,
    Parent,
    Place,
    Problem,
    Thing,
    Tracking,
    report,
)

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
SPECS = Path(os.environ.get("TOCSIN_SPECS") or _BESIDE)
V3 = "tmf656/TMF656-ServiceProblem-3.0.0.swagger.json"
V4 = "tmf656/TMF656-ServiceProblem-v4.0.0.swagger.json"
V5 = "tmf656/TMF656-Service_Problem_Management-v5.0.0.oas.yaml"
TICKETS_V4 = "tmf621/TMF621-TroubleTicket-v4.0.0.swagger.json"
TICKETS_V5 = "tmf621/TMF621-Trouble_Ticket-v5.0.1.oas.yaml"
V3_NAMES = {"timeRaised", "timeChanged", "comment", "associatedTroubleTicket", "extensionInfo"}
V4_NAMES = {"name", "creationDate", "lastUpdate", "note", "troubleTicket", "characteristic"}


@pytest.fixture
def specs(capsys) -> Path | None:
    """Where the published files lie; None, said aloud, where they do not."""
    if (SPECS / V4).is_file():
        return SPECS
    with capsys.disabled():
        print(f"\nnot compared: the published TMF specs do not lie in {SPECS}")  # noqa: T201 - the reader is to see it
    return None


def fields(struct: type[msgspec.Struct]) -> set[str]:
    """The names that we read, as they stand in JSON."""
    return {field.encode_name for field in msgspec.structs.fields(struct)}


def swagger(specs: Path, name: str) -> dict:
    return json.loads((specs / name).read_text(encoding="utf-8"))


def published(specs: Path, name: str, definition: str) -> set[str]:
    """The property names of a definition of a v3 or v4 file."""
    return set(swagger(specs, name)["definitions"][definition]["properties"])


def block(specs: Path, name: str, schema: str) -> str:
    """The lines of one schema of a v5 file, as text: it is regular enough to do without a YAML parser."""
    source = (specs / name).read_text(encoding="utf-8")
    found = re.search(rf"^    {schema}:\n((?:     .*\n|\n)+)", source, re.MULTILINE)
    assert found, f"{schema} is not in {name}"
    return found[1]


def published_v5(specs: Path, name: str, schema: str) -> set[str]:
    """The property names of one schema of a v5 file."""
    return set(re.findall(r"^ {12}'?([@\w]+)'?:", block(specs, name, schema), re.MULTILINE))


def words_v5(specs: Path, name: str, schema: str) -> set[str]:
    return set(re.findall(r"^ +- (\w+)$", block(specs, name, schema), re.MULTILINE))


def examples(specs: Path, folder: str, resource: str) -> list[tuple[str, dict]]:
    """Every published example of a resource: alone, in a list, or inside an event."""
    found: list[tuple[str, dict]] = []
    for file in sorted((specs / folder).glob("*.json")):
        if "swagger" in file.name:
            continue
        document = json.loads(file.read_text(encoding="utf-8"))
        for element in document if isinstance(document, list) else [document]:
            event = element.get("event", element)
            if "EventRecord" not in file.name:
                found.append((file.name, event.get(resource, event)))
    return found


def test_every_field_of_a_problem_is_a_published_one(specs):
    """A name that no version has would never be read; one that a version has under another name would be missed."""
    if specs is None:
        return
    ours = fields(Problem)
    assert ours - published(specs, V4, "ServiceProblem") == V3_NAMES
    assert ours - published(specs, V3, "ServiceProblem") == V4_NAMES
    in_v5 = published_v5(specs, V5, "ServiceProblem") | published_v5(specs, V5, "Addressable") | {"id"}
    assert ours - in_v5 == V3_NAMES


@pytest.mark.parametrize(
    ("struct", "name", "definition"),
    [
        (Thing, V3, "ServiceRef"),
        (Thing, V4, "ServiceRef"),
        (Thing, V4, "ResourceRef"),
        (Parent, V3, "ServiceProblemRef"),
        (Parent, V4, "ServiceProblemRef"),
        (TicketRef, V3, "TroubleTicketRef"),
        (TicketRef, V4, "TroubleTicketRef"),
        (Characteristic, V3, "Characteristic"),
        (Characteristic, V4, "Characteristic"),
        (Note, V3, "Note"),
        (Note, V4, "Note"),
        (Tracking, V3, "TrackingRecord"),
        (Tracking, V4, "TrackingRecord"),
        (Ticket, TICKETS_V4, "TroubleTicket"),
    ],
)
def test_every_field_of_a_part_is_a_published_one(specs, struct, name, definition):
    """v3 and v4, by their definitions."""
    if specs is not None:
        assert fields(struct) <= published(specs, name, definition)


@pytest.mark.parametrize(
    ("struct", "name", "schemas"),
    [
        (Note, V5, ["Note"]),
        (Tracking, V5, ["TrackingRecord"]),
        (Ticket, TICKETS_V5, ["TroubleTicket"]),
    ],
)
def test_every_field_of_a_part_is_one_of_v5(specs, struct, name, schemas):
    """v5, by its schemas."""
    if specs is not None:
        assert fields(struct) <= set().union(*(published_v5(specs, name, schema) for schema in schemas))


def test_characteristics_have_their_value_in_the_subclasses_of_v5(specs):
    """The v5 schema names no value: the typed kinds that its examples use do."""
    if specs is None:
        return
    assert fields(Characteristic) - published_v5(specs, V5, "Characteristic") == {"value"}
    example = json.loads((specs / "tmf656/v5_ServiceProblem_retrieve_example_response.json").read_text("utf-8"))
    assert all("value" in each for each in example["impactPattern"]["characteristic"])


def test_places_are_flat_in_v4_and_nested_in_v5(specs):
    """Trap: the one structural change that hides an id."""
    if specs is None:
        return
    assert fields(Place) == {"id", "place"}
    assert "id" in published(specs, V3, "Place")
    assert "id" in published(specs, V4, "RelatedPlace")
    assert "place" in published_v5(specs, V5, "RelatedPlaceRefOrValue")


def test_every_published_status_has_its_phase(specs):
    """A word that is published must not be among the unknown ones."""
    if specs is None:
        return
    v4 = set(swagger(specs, V4)["definitions"]["ServiceProblemStateType"]["enum"])
    said = swagger(specs, V3)["definitions"]["ServiceProblem"]["properties"]["status"]["description"]
    v3 = set(re.findall(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)?", said.partition("values are")[2]))
    assert words_v5(specs, V5, "ServiceProblemStateType") == v4
    assert {"Submitted", "In Progress", "Held"} <= v3
    assert {text.folded(word) for word in v3 | v4} <= PHASES.keys()
    assert PHASES.keys() - {text.folded(word) for word in v3 | v4} == {"canceled"}


def test_every_published_ticket_status_is_open_or_over(specs):
    """An estimate counts while its ticket is open."""
    if specs is None:
        return
    v4 = set(swagger(specs, TICKETS_V4)["definitions"]["TroubleTicketStatusType"]["enum"])
    assert words_v5(specs, TICKETS_V5, "TroubleTicketStatusType") == v4
    assert {text.folded(word) for word in v4} - OVER == {"acknowledged", "pending", "held", "inprogress"}
    assert OVER - {text.folded(word) for word in v4} == {"canceled"}


def test_the_addresses_are_the_published_ones(specs):
    """Base paths, the resource and its item, for problems and tickets."""
    if specs is None:
        return
    tried = [url.removeprefix("https://x.example") for url in candidates("https://x.example")]
    for name, version in ((V3, "v3"), (V4, "v4")):
        told = swagger(specs, name)
        assert f"{told['basePath'].rstrip('/')}/serviceProblem" in tried, version
        assert {"/serviceProblem", "/serviceProblem/{id}"} <= told["paths"].keys()
    assert "/tmf-api/serviceProblemManagement/v5/serviceProblem" in (specs / V5).read_text(encoding="utf-8")
    tickets = swagger(specs, TICKETS_V4)
    assert tickets["basePath"] == "/tmf-api/troubleTicket/v4/"
    assert "/troubleTicket/{id}" in tickets["paths"]


def test_paging_is_the_published_one(specs):
    """The query's names and the headers that count."""
    if specs is None:
        return
    listing = swagger(specs, V4)["paths"]["/serviceProblem"]["get"]
    assert {"offset", "limit"} <= {parameter["name"] for parameter in listing["parameters"]}
    assert set(listing["responses"]["200"]["headers"]) == {"X-Total-Count", "X-Result-Count"}


def test_every_published_problem_is_read_as_it_stands(specs):
    """Nothing in the examples needs leniency, and each gives a report that says something."""
    if specs is None:
        return
    found = examples(specs, "tmf656", "serviceProblem")
    assert len(found) >= 10
    for name, element in found:
        problem = msgspec.convert({"id": "x", **element}, Problem)
        told = report(problem, "x", context("https://x.example").now)
        assert told.title, name
        assert (told.phase is Phase.RESOLVED) == (element.get("status") in ("resolved", "closed")), name
        hits = [each["id"] for each in element.get("affectedService", [])]
        assert list(told.affected) == hits, name
        places = [each.get("place", each)["id"] for each in element.get("affectedLocation", [])]
        assert set(places) <= set(told.related), name
        assert len(told.updates) == len(element.get("note", []) + element.get("comment", [])) + len(
            element.get("trackingRecord", [])
        )
        tickets = element.get("troubleTicket", []) + element.get("associatedTroubleTicket", [])
        assert [ref.id for ref in problem.tickets] == [each["id"] for each in tickets], name
        values = [each.value for each in problem.extension_info] if given(problem.extension_info) else []
        assert all(isinstance(value, Nested) for value in values), name


def test_every_published_ticket_is_read_as_it_stands(specs):
    """The estimate of every example that has one is found."""
    if specs is None:
        return
    found = examples(specs, "tmf621", "troubleTicket")
    assert len(found) >= 6
    for name, element in found:
        ticket = msgspec.convert(element, Ticket)
        assert ticket.expected_resolution_date == element.get("expectedResolutionDate"), name
        assert ticket.status == element.get("status"), name
    assert any("expectedResolutionDate" in element for _, element in found)


@pytest.mark.parametrize(
    ("listed", "retrieved"),
    [
        ("r18_5_ServiceProblem_list_1_response.json", "r18_5_ServiceProblem_retrieve_1_response.json"),
        ("v5_ServiceProblem_list_example_response.json", "v5_ServiceProblem_retrieve_example_response.json"),
    ],
)
def test_the_published_answers_make_a_poll(specs, listed, retrieved):
    """A server that plays the published examples is understood, its reduced list included."""
    if specs is None:
        return
    home = "https://mycsp.com:8080"
    bodies = {name: (specs / "tmf656" / name).read_bytes() for name in (listed, retrieved)}

    def world(request):
        path = request.url.partition("?")[0]
        if path.endswith("/serviceProblem"):
            return answer(bodies[listed] if "offset=0" in request.url else [])
        return answer(bodies[retrieved]) if "/serviceProblem/" in path else answer({}, status=404)

    driven = Drive(Tmf656(), world)
    snapshot = driven.poll(context(home, provider="tmf656"))
    ids = [element["id"] for element in json.loads(bodies[listed])]
    assert sorted(told.id for told in snapshot.reports) == sorted(ids)
    assert all(url.startswith(home) for url in driven.urls)
