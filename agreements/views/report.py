"""“Report an error”: a reader tells the curators what is wrong on a page. No account is needed."""

from django.http import HttpResponseRedirect

from agreements.forms import NoteForm
from sosa_registry.api.throttles import ReportingThrottle
from sosa_registry.pages import Question, show


def report_page(request):
    """The form; on POST the note is kept and the reader thanked."""
    question = Question(request, "page", "sent")
    form = NoteForm(request.POST or None, initial={"page": question.text("page")})
    if request.method == "POST" and form.is_valid():
        if not ReportingThrottle().allow_request(request, None):
            form.add_error(None, "Ten reports an hour are allowed from one address. Try later.")
            return _page(question, form, 429)
        form.save()
        return HttpResponseRedirect("/report/?sent=yes")
    return _page(question, form, 400 if form.errors else 200)


def _page(question, form, status: int):
    return show(
        question,
        "report.html",
        "report",
        status=status,
        form=form,
        sent=bool(question.text("sent")),
    )
