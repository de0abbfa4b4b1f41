"""The agenda's page and its calendar: expiries, extensions, last days for notice, checks due."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.conf import settings
from django.http import HttpResponse

from agreements.analysis.agenda import (
    EXPIRY,
    EXTENSION,
    NOTICE,
    TERM_ENDS,
    VERIFICATION,
    Agenda,
    Item,
    agenda,
)
from sosa_registry import icalendar
from sosa_registry.pages import Question, Toolbar, refused, show

USUAL = "P1Y"
SHOWN = 200  # items of agreements on the page; its files and the calendar have all
WORDS = {
    EXPIRY: "Expires",
    TERM_ENDS: "Initial term ends; what follows is not recorded",
    EXTENSION: "Extended automatically",
    NOTICE: "Last day for notice",
    VERIFICATION: "Source to be checked again",
}
SPANS = (("P1M", "A month"), ("P6M", "Half a year"), ("P5Y", "Five years"), ("P25Y", "25 years"))


@dataclass(frozen=True)
class Line:
    """One item in words, with the page of what it is about."""

    item: Item
    words: str
    url: str

    @property
    def is_range(self) -> bool:
        """Whether the day is not exact."""
        return self.item.first != self.item.last


def agenda_page(request):
    """What lies ahead within a span."""
    question = Question(request, "as_of", "within", "page")
    clocks = question.clocks
    within = question.text("within") or USUAL
    found = None
    if not question.faults:
        try:
            found = agenda(clocks.pin, clocks.as_of, within)
        except ValueError as error:
            question.fault("within", str(error))
    toolbar = (
        Toolbar(question, "How far ahead")
        .date("as_of", "From", clocks.as_of)
        .select("within", "Within", "A year", SPANS)
    )
    ahead = [item for item in found.items if item.kind != VERIFICATION] if found else []
    checks = [item for item in found.items if item.kind == VERIFICATION] if found else []
    page = question.page_of(checks)
    if question.faults:
        return refused(question, toolbar, "agenda", "Agenda")
    return show(
        question,
        "agenda.html",
        "agenda",
        api=f"agenda/{question.address(page=None)}",
        toolbar=toolbar,
        agenda=found,
        lines=[line_of(item) for item in ahead[:SHOWN]],
        more=max(0, len(ahead) - SHOWN),
        checks=[line_of(item) for item in page.rows],
        overdue=sum(item.overdue for item in checks),
        pager=page,
        calendar=f"/api/v1/agenda.ics{question.address(as_of=None, page=None).rstrip('?')}",
    )


def line_of(item: Item) -> Line:
    """An item in words."""
    place = "sources" if item.kind == VERIFICATION else "agreements"
    return Line(item, WORDS[item.kind], f"/{place}/{item.subject}/")


def calendar_of(found: Agenda, made_at: datetime | None) -> HttpResponse:
    """The agenda as a calendar to subscribe to."""
    entries = [_entry(line_of(item)) for item in found.items]
    never = datetime.combine(date.min, datetime.min.time(), UTC)
    text = icalendar.calendar("Defence-supply agreements: agenda", entries, made_at or never)
    return HttpResponse(
        text,
        content_type=icalendar.MEDIA_TYPE,
        headers={"Content-Disposition": 'inline; filename="agenda.ics"'},
    )


def _entry(line: Line) -> icalendar.Entry:
    item, url = line.item, f"{settings.SITE_URL}{line.url}"
    about = f"{item.title}\n{url}"
    if line.is_range:
        about = f"The day is not exact: {item.first} to {item.last}.\n{about}"
    return icalendar.Entry(
        uid=f"{item.key}@{settings.SITE.hostname}",
        first=item.first,
        last=item.last,
        summary=f"{line.words}: {item.subject}",
        description=f"{about}\nInformation, not legal advice.",
        url=url,
        category=item.kind,
    )
