"""Readers and writers at work on a deployed registry, each watching what it is told.

Whatever is not as it should be is noted in `faults`; what was acknowledged is kept, to be held
against the ledger afterwards. The one thing to know: while `outage` is set, a refusal with 503 is
as it should be, and a file that visibly ends in its midst; at no other time.
"""

import http.client
import itertools
import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from hashlib import sha256

from tests.service import RECORDS
from tests.service.deployed import Answer, Client, Deployed

API = "/api/v1"
EACH = 5  # records in a batch
ALL_REVISIONS = f"{API}/revisions/?page_size=20"  # they have no gaps: it counts to the newest
READ = (
    f"{API}/countries/AUS/",
    f"{API}/agreements/sosa-aus/",
    f"{API}/matrix/?as_of=2021-08-10&known_at=1",
    f"{API}/agreements/?page_size=100",
    f"{API}/matrix/?as_of=2021-08-10",
    f"{API}/coverage/?grouping=nato&type=sosa",
    ALL_REVISIONS,
    f"{API}/search/?q=denmark",
    f"{API}/sources/?format=csv",
)
PAGES = ("/", "/agreements/", "/countries/AUS/", "/trend/", "/sources/", "/search/?q=norway")


class Load:
    """All of them, until the block ends."""

    def __init__(self, site: Deployed, seed: int = 1848):
        self.site, self.chance = site, random.Random(seed)
        self.faults: list[str] = []
        self.counted: Counter = Counter()
        self.told: dict[str, int] = {}  # what was acknowledged, with its revision
        self.unsaid: set[str] = set()  # sent, and no answer, or one that it is not known
        self.bodies: dict[tuple[str, str], bytes] = {}
        self.outages: list[list[float]] = []  # begun, ended
        self.over = threading.Event()

    @contextmanager
    def at_work(self):
        """The block runs beside them."""
        kinds = [self.write, self.write, self.write, self.read, self.read, self.browse, self.hurry]
        threads = [
            threading.Thread(target=self._work, args=(kind, f"w{number}"))
            for number, kind in enumerate(kinds)
        ]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.over.set()
            for thread in threads:
                thread.join()

    def _work(self, kind, name: str) -> None:
        try:
            kind(name)
        except Exception as fault:  # a thread that ends says why: nobody else would
            self.faults.append(f"{name} {kind.__name__}: {fault!r}")

    @contextmanager
    def outage(self):
        """The block takes the database away and gives it back."""
        now = [time.monotonic(), float("inf")]
        self.outages.append(now)
        yield
        self.site.wait_until_ready()
        now[1] = time.monotonic() + 1  # what was being refused then

    def seen(self) -> set:
        """What has happened at least once."""
        return {*self.counted, *(mine.partition("-")[0] for mine in self.told)}

    def _ask(self, client: Client, path: str, *expected: int, **asked) -> Answer | None:
        """An answer as expected; None where the outage excuses that there is none."""
        begun = time.monotonic()
        try:
            answer = client.ask(path, **asked)
        except (OSError, http.client.HTTPException) as fault:
            if isinstance(fault, http.client.IncompleteRead) and self._is_excused(begun):
                self.counted["file broken off"] += 1  # and its reader knows that it was
            else:
                self.faults.append(f"{path}: {fault!r}")
            return None
        excused = self._is_excused(begun)
        self.counted[answer.status] += 1
        if answer.status in expected:
            return answer
        if answer.status == 503 and excused and _is_calm(path, answer):
            time.sleep(0.2)
            return None
        self.faults.append(f"{path}: {answer.status} {answer.body[:300]!r}")
        return None

    def _is_excused(self, begun: float) -> bool:
        return any(one[0] <= time.monotonic() and begun <= one[1] for one in self.outages)

    def read(self, name: str) -> None:
        """Read lists and records, naming the copy one has."""
        client, copies, pace = self.site.client("anna"), {}, random.Random(name)
        while not self.over.is_set():
            path = pace.choice(READ)
            self._again(client, path, copies)

    def browse(self, name: str) -> None:
        """The same of pages, without an account."""
        client, copies, pace = self.site.client(address="127.0.0.2"), {}, random.Random(name)
        while not self.over.is_set():
            self._again(client, pace.choice(PAGES), copies)

    def _again(self, client: Client, path: str, copies: dict) -> None:
        headers = {"If_None_Match": copies[path]} if path in copies else {}
        answer = self._ask(client, path, 200, 304, **headers)
        if answer is None:
            return
        if _is_overtaken(answer):
            self.counted["overtaken every time"] += 1
            return
        tag = answer.headers["ETag"]
        if answer.status == 304:
            if tag != copies[path]:
                self.faults.append(f"{path}: 304 for {copies[path]}, tagged {tag}")
        elif tag == copies.get(path):
            self.faults.append(f"{path}: nothing changed, and it was sent again")
        copies[path] = tag
        if answer.status == 200:
            is_body = sha256(answer.body).digest()
            if self.bodies.setdefault((path, tag), is_body) != is_body:
                self.counted["newer than its tag"] += 1
            if path == ALL_REVISIONS and answer.json()["count"] < _revision(answer):
                self.faults.append(f"{path}: older than its tag {tag}")

    def hurry(self, name: str) -> None:
        """Ask faster than is allowed; when told to wait, wait."""
        client = self.site.client(address="127.0.0.9")
        while not self.over.is_set():
            answer = self._ask(client, f"{API}/countries/AUS/", 200, 429)
            if answer is None or answer.status == 200:
                continue
            wait = answer.headers["Retry-After"]
            if wait != "1" or answer.headers["Content-Type"] != "application/problem+json":
                self.faults.append(f"429 with {dict(answer.headers)}")
            time.sleep(1.01)
            self._ask(client, f"{API}/countries/AUS/", 200)
            time.sleep(1)

    def write(self, name: str) -> None:
        """Change what others change as well, by what was read; write batches; have it approved."""
        client, bert = self.site.client("erika"), self.site.client("bert")
        pace = random.Random(name)
        for number in itertools.count(1):
            if self.over.is_set():
                return
            self._contend(
                client, f"{name}-{number}", pace.randrange(RECORDS), stale=number % 3 == 0
            )
            if number % 4 == 2:
                self._batch(client, f"batch-{name}-{number}")
            if number % 5 == 3:
                self._propose(bert, f"approval-{name}-{number}")

    def _contend(self, client: Client, mine: str, which: int, stale: bool) -> None:
        path = f"{API}/sources/contended-{which}/"
        read = self._ask(client, path, 200)
        if read is None or _is_overtaken(read):
            return
        before, tag = read.json()["note"].split()[0], read.headers["ETag"]
        changed = {"method": "PATCH", "said": {"note": f"{mine} after {before}"}, "If_Match": tag}
        self.unsaid.add(mine)
        answer = self._ask(client, path, 200, 412, **changed)
        if answer is None:
            return
        self.unsaid.discard(mine)
        if answer.status == 412:
            return
        self.told[mine] = _revision(answer)
        back = self._ask(client, path, 200)
        if back and not _is_overtaken(back) and _revision(back) < self.told[mine]:
            self.faults.append(f"{mine}: written, and then an older state was read")
        if stale and self._ask(client, path, 412, **changed):
            self.counted["stale, refused"] += 1

    def _batch(self, client: Client, mine: str) -> None:
        operations = [
            {"op": "create", "resource": "sources", "data": _source(f"{mine}-{place}")}
            for place in range(EACH)
        ]
        self.unsaid.add(mine)
        asked = {"method": "POST", "said": {"operations": operations}}
        if answer := self._ask(client, f"{API}/batch/", 200, **asked):
            self.unsaid.discard(mine)
            self.told[mine] = answer.json()["revision"]

    def _propose(self, approver: Client, mine: str) -> None:
        anna = self.site.client("anna")
        entry = {"op": "create", "resource": "sources", "data": _source(f"{mine}-0")}
        said = {"reason": mine, "operations": [entry]}
        place = f"{API}/proposals/"
        drafted = self._ask(anna, place, 201, method="POST", said=said)
        if drafted is None:
            return
        place += f"{drafted.json()['number']}/"
        submitted = self._ask(anna, f"{place}submit/", 200, method="POST", said={})
        anna.close()
        if submitted is None:
            return
        self.unsaid.add(mine)
        if approved := self._ask(approver, f"{place}approve/", 200, method="POST", said={}):
            self.unsaid.discard(mine)
            self.told[mine] = approved.json()["revision"]


def _source(slug: str) -> dict:
    return {
        "source": slug,
        "publisher": "Ruritanian Gazette",
        "title": f"Notice {slug}",
        "kind": "government page",
        "tier": "primary",
    }


def _is_overtaken(answer: Answer) -> bool:
    """Whether revisions came each time it was made, so that it has no tag."""
    return "no-store" in answer.headers["Cache-Control"]


def _revision(answer: Answer) -> int:
    return int(answer.headers["ETag"].removeprefix("W/").strip('"').partition("-")[0])


def _is_calm(path: str, answer: Answer) -> bool:
    """A refusal in the shape of its door, that says when to come back."""
    kind = "application/problem+json" if path.startswith("/api/") else "text/html; charset=utf-8"
    return answer.headers["Content-Type"] == kind and int(answer.headers["Retry-After"]) > 0
