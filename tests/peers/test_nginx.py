"""A status page and a feed as static files of a real web server, and what such a server says where there is none."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from support.drive import NOW
from support.http_client import client
from support.peers import Nginx, Recorded
from tocsin import contract, providers
from tocsin.domain.account import Account, Connection
from tocsin.domain.snapshot import Failure, Snapshot
from tocsin.domain.terms import FailureKind, Level, Phase
from tocsin.engine.exchange import ask
from tocsin.ports import PollContext, Provider

THEN = NOW.timestamp()
PAGE = "/planet"
API = f"{PAGE}/api/v2"
SUMMARY, INCIDENTS, MAINTENANCES = (f"{API}/{name}.json" for name in ("summary", "incidents", "scheduled-maintenances"))
MANY_POLLS = 20  # every so many polls one asks for everything anew

SERVER = """
    location /planet/ { try_files $uri =404; }
    location /feed/ { try_files $uri =404; }
    location /decoy/ { try_files /decoy.html =404; }
    location /spa/ { try_files $uri /spa/index.html; }
    location /old/ { rewrite ^/old/(.*)$ /planet/$1 permanent; }
    location /away/ { return 302 http://127.0.0.1:{other}/planet/api/v2/summary.json; }
    location /denied/ { deny all; }
    location /login/ { return 302 /login.html?to=$uri; }
    location = /login.html { try_files /decoy.html =404; }
    location /busy/ { add_header Retry-After 120 always; return 503; }
    location /often/ { return 429; }
"""


# --- what is served ------------------------------------------------------------------------------------------------


def page() -> dict:
    return {"id": "pl4n3tf1br3x", "name": "Planet Fibre", "url": "https://status.example.net", "time_zone": "Etc/UTC"}


def incident(status: str, **more: object) -> dict:
    """A cut cable as Statuspage tells it."""
    updates = [{"id": "upd-1", "status": status, "body": "A digger.", "created_at": "2026-11-21T18:20:00.000Z"}]
    hit = [{"id": "cmp-utrecht", "name": "Utrecht", "status": "major_outage", "group": False}]
    return {
        "id": "inc-cut",
        "name": "Cable cut",
        "status": status,
        "impact": "critical",
        "created_at": "2026-11-21T17:58:00.000Z",
        "incident_updates": updates,
        "components": hit,
        **more,
    }


def summary(state: str, *incidents: dict) -> str:
    """A page with one component in a state."""
    indicator = "none" if state == "operational" else "critical"
    return json.dumps(
        {
            "page": page(),
            "status": {"indicator": indicator, "description": "As it is"},
            "components": [{"id": "cmp-utrecht", "name": "Utrecht", "status": state, "group": False}],
            "incidents": incidents,
            "scheduled_maintenances": [],
        }
    )


def atom(state: str, updated: str) -> str:
    """A feed with one entry, as Statuspage writes its history."""
    body = f"&lt;p&gt;&lt;strong&gt;{state}&lt;/strong&gt; - A digger cut a cable.&lt;/p&gt;"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:status.example.net,2005:/history</id>
<title>Planet Fibre Status</title><updated>{updated}</updated><entry><id>tag:status.example.net,2005:Incident/301</id>
<published>2026-11-21T17:58:00Z</published><updated>{updated}</updated><title>Major outage in Utrecht</title>
<content type="html">{body}</content></entry></feed>
"""


def rss(state: str, date: str) -> str:
    """The same as RSS."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Planet Fibre Status</title><link>https://status.example.net/</link>
<description>Outages</description><item><title>Major outage in Utrecht</title><guid isPermaLink="false">301</guid>
<pubDate>{date}</pubDate><description>&lt;strong&gt;{state}&lt;/strong&gt; - A digger cut a cable.</description>
</item></channel></rss>
"""


def decoy() -> str:
    """A web page of 127 KB, as an unclaimed name has for everything that is asked."""
    head = "<!DOCTYPE html><html lang='en'><head><title>Status pages for everyone</title></head><body>"
    return head + "<p>All Systems Operational</p>" * 4300 + "</body></html>"


@pytest.fixture
def server(tmp_path) -> Iterator[Nginx]:
    """A server with an outage on its page; its ``{other}`` is an address that nobody is asked at."""
    with Nginx(tmp_path / "other") as other:
        other.write(SUMMARY, summary("operational"))
        with Nginx(tmp_path / "server", SERVER.replace("{other}", str(other.port))) as made:
            publish(made, "major_outage", incident("identified"), at=THEN)
            made.write("decoy.html", decoy())
            made.write("spa/index.html", "<!DOCTYPE html><html><body><div id='app'></div></body></html>")
            yield made
        assert (tmp_path / "other" / "access.log").read_text() == ""


def publish(server: Nginx, state: str, known: dict, *, at: float) -> None:
    """Write the page's three documents as they are at a moment; maintenance was never planned."""
    open_ones = [] if known["status"] == "resolved" else [known]
    server.write(SUMMARY, summary(state, *open_ones), at)
    server.write(INCIDENTS, json.dumps({"page": page(), "incidents": [known]}), at)
    server.write(MAINTENANCES, json.dumps({"page": page(), "scheduled_maintenances": []}), THEN)


# --- who asks ------------------------------------------------------------------------------------------------------


@dataclass
class Watcher:
    """One account, polled over one client for as long as a test lasts."""

    provider: Provider
    account: Account
    http: Recorded
    open_ids: tuple[str, ...] = ()
    first: bool = True
    levels: list[str] = field(default_factory=list)

    async def poll(self) -> Snapshot | Failure:
        context = PollContext(self.account, NOW, self.open_ids, self.first)
        result = await ask(self.provider, context, self.http)
        if isinstance(result, Snapshot):
            self.open_ids = tuple(each.id for each in result.reports if not each.phase.is_over)
            self.first = False
            self.levels.append(contract.check_level(result, self.account, self.provider.traits, NOW).word)
        return result

    async def snapshot(self) -> Snapshot:
        result = await self.poll()
        assert isinstance(result, Snapshot), result
        return result

    async def failure(self) -> Failure:
        result = await self.poll()
        assert isinstance(result, Failure), result
        return result

    @property
    def replayed(self) -> list[bool]:
        """Of the last poll's answers, which were replayed on a 304."""
        return [each.replayed for each in self.http.exchanges]


@asynccontextmanager
async def watching(url: str, key: str = "statuspage") -> AsyncIterator[Watcher]:
    account = Account("home", key, "Planet Fibre", url, connections=(Connection("line", "Home line"),))
    async with client() as plain:
        yield Watcher(providers.load(key)(), account, Recorded(plain))


# --- a status page -------------------------------------------------------------------------------------------------


def test_a_page_that_did_not_change_is_not_sent_again(server):
    """The second poll costs a 304 without a body, on the same connection, and says what the first one said."""

    async def scenario() -> None:
        async with watching(server.url + PAGE) as page:
            first = await page.snapshot()
            assert page.replayed == [False, False, False]
            again = await page.snapshot()
            assert page.replayed == [True]
            assert (again.reports, again.components) == (first.reports, first.components)
            assert page.levels == ["outage", "outage"]
            assert [each.id for each in again.reports] == ["inc-cut"]

    asyncio.run(scenario())
    *asked, last = server.logged(4)
    assert [(each.status, each.url) for each in asked] == [(200, SUMMARY), (200, INCIDENTS), (200, MAINTENANCES)]
    assert [each.packed for each in asked] == ["gzip", "gzip", "gzip"]
    assert [each.had for each in asked] == ["", "", ""]
    assert (last.status, last.url, last.bytes) == (304, SUMMARY, 0)
    assert last.had.startswith('W/"'), "nginx weakens the validator of what it packs"
    assert {each.connection for each in (*asked, last)} == {asked[0].connection}


def test_a_page_that_changed_is_read_anew(server):
    """A file that was replaced is another answer: the outage's end is seen, with its time, and stays seen on a 304."""

    async def scenario() -> None:
        async with watching(server.url + PAGE) as page:
            await page.snapshot()
            await page.snapshot()
            ended = incident("resolved", resolved_at="2026-11-21T18:30:00.000Z")
            publish(server, "operational", ended, at=THEN + 60)
            changed = await page.snapshot()
            assert page.replayed == [False, False, True]
            (over,) = changed.reports
            assert over.phase is Phase.RESOLVED
            assert over.resolved_at == NOW.replace(hour=18, minute=30)
            await page.snapshot()
            assert page.replayed == [True]
            assert page.levels == ["outage", "outage", "ok", "ok"]

    asyncio.run(scenario())
    assert [each.status for each in server.logged(8)] == [200, 200, 200, 304, 200, 200, 304, 304]


def test_every_twentieth_poll_asks_for_the_whole_page(server):
    """A server that went on to say 304 for a page that changed would be found out."""

    async def scenario() -> None:
        async with watching(server.url + PAGE) as page:
            page.first = False
            for _ in range(MANY_POLLS):
                await page.snapshot()

    asyncio.run(scenario())
    statuses = [each.status for each in server.logged(MANY_POLLS)]
    assert statuses == [200] + [304] * (MANY_POLLS - 2) + [200]


def test_a_restart_of_the_server_between_polls_is_no_failure(server):
    """The kept connection is gone: the poll is made over a new one, and what was kept still stands."""

    async def scenario() -> None:
        async with watching(server.url + PAGE) as page:
            await page.snapshot()
            server.restart()
            await page.snapshot()
            assert page.replayed == [True]
            assert page.levels == ["outage", "outage"]

    asyncio.run(scenario())


def test_a_server_that_is_gone_is_a_failure_until_it_is_back(server):
    """Nobody listens: that is told as what it is; the first answer afterwards counts again."""

    async def scenario() -> None:
        async with watching(server.url + PAGE) as page:
            await page.snapshot()
            server.__exit__()
            assert (await page.failure()).kind is FailureKind.CONNECT
            server.restart()
            await page.snapshot()
            assert page.levels == ["outage", "outage"]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/decoy", FailureKind.NOT_STATUS_API),
        ("/spa", FailureKind.NOT_STATUS_API),
        ("/login", FailureKind.NOT_STATUS_API),
        ("/nothing", FailureKind.HTTP_STATUS),
        ("/away", FailureKind.REDIRECT),
        ("/denied", FailureKind.UNAUTHORIZED),
        ("/busy", FailureKind.HTTP_STATUS),
        ("/often", FailureKind.RATE_LIMITED),
    ],
)
@pytest.mark.parametrize("key", ["statuspage", "feed"])
def test_what_a_web_server_says_where_no_page_is_is_never_calm(server, key, place, kind):
    """HTML with 200, an app's fallback, a login, 404, another server, 403, 503, 429: each a failure of its kind."""

    async def scenario() -> Failure:
        async with watching(f"{server.url}{place}{'/history.atom' * (key == 'feed')}", key) as page:
            return await page.failure()

    failure = asyncio.run(scenario())
    assert failure.kind is kind, failure
    assert failure.retry_after == (timedelta(seconds=120) if place == "/busy" else None)


def test_a_page_that_moved_on_its_own_server_is_followed(server):
    """A permanent redirect within the origin leads to the page, conditional requests included."""

    async def scenario() -> None:
        async with watching(f"{server.url}/old") as page:
            await page.snapshot()
            await page.snapshot()
            assert page.replayed == [True]
            assert page.levels == ["outage", "outage"]

    asyncio.run(scenario())
    assert [each.status for each in server.logged(8)] == [301, 200] * 3 + [301, 304]


def test_an_app_that_answers_for_the_missing_lists_does_not_hide_the_outage(server):
    """The summary is a file, all else falls back to the app's HTML: the summary alone says enough."""
    server.write("spa/api/v2/summary.json", summary("major_outage", incident("identified")), THEN)

    async def scenario() -> None:
        async with watching(f"{server.url}/spa") as page:
            told = await page.snapshot()
            assert [each.id for each in told.reports] == ["inc-cut"]
            assert page.levels == ["outage"]

    asyncio.run(scenario())
    assert [each.status for each in server.logged(3)] == [200, 200, 200]


def test_a_page_that_becomes_a_decoy_loses_what_was_known_of_it(server):
    """The same address answers with HTML of a sudden: a failure, not a replay of what was kept."""

    async def scenario() -> None:
        async with watching(server.url + PAGE) as page:
            await page.snapshot()
            server.write(SUMMARY, decoy(), THEN + 60)
            assert (await page.failure()).kind is FailureKind.NOT_STATUS_API
            assert page.replayed == [False]

    asyncio.run(scenario())


def test_a_page_that_is_cut_off_is_broken(server):
    """A file that was written in part only, as a careless upload leaves it, is no page with fewer incidents."""
    whole = summary("major_outage", incident("identified"))
    server.write(SUMMARY, whole[: len(whole) // 2], THEN + 60)

    async def scenario() -> None:
        async with watching(server.url + PAGE) as page:
            assert (await page.failure()).kind is FailureKind.MALFORMED

    asyncio.run(scenario())


# --- a feed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("history.atom", atom("Identified", "2026-11-21T18:20:00Z"), atom("Resolved", "2026-11-21T18:30:00Z")),
        (
            "history.rss",
            rss("Identified", "Sat, 21 Nov 2026 17:58:00 +0000"),
            rss("Resolved", "Sat, 21 Nov 2026 18:30:00 +0000"),
        ),
    ],
    ids=["atom", "rss"],
)
def test_a_feed_is_read_packed_kept_and_read_anew(server, name, before, after):
    """A feed is sent once, packed, is not sent again unchanged, and tells the end when its file is replaced."""
    place = f"/feed/{name}"
    server.write(place, before, THEN)

    async def scenario() -> None:
        async with watching(server.url + place, "feed") as feed:
            (told,) = (await feed.snapshot()).reports
            assert told.phase is Phase.IDENTIFIED
            assert (await feed.snapshot()).reports == (told,)
            assert feed.replayed == [True]
            server.write(place, after, THEN + 60)
            (over,) = (await feed.snapshot()).reports
            assert (over.id, over.phase) == (told.id, Phase.RESOLVED)
            assert feed.levels == [feed.levels[0], feed.levels[0], Level.OK.word]
            assert feed.levels[0] == Level.OUTAGE.word

    asyncio.run(scenario())
    asked = server.logged(3)
    assert [(each.status, each.url, each.packed) for each in asked] == [
        (200, place, "gzip"),
        (304, place, ""),
        (200, place, "gzip"),
    ]
    assert {each.connection for each in asked} == {asked[0].connection}
