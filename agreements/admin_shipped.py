"""The admin's page for a newer shipped dataset: base, theirs and mine side by side, then taken."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse

from .exchange import importing, shipped
from .exchange.reading import ImportRefused


def shipped_view(model_admin, request):
    """What a newer edition would change; taking it."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    update = shipped.compare()
    if request.method == "POST":
        try:
            outcome = shipped.take(
                update,
                actor=request.user,
                reason="Newer shipped dataset",
                theirs=request.POST.getlist("theirs"),
                agreed=request.POST.get("digest", "") or "none",
            )
            told = f"Recorded as revision {outcome.revision}." if outcome else "Nothing to change."
            messages.success(request, told)
        except importing.Changed:
            told = (
                "The registry or the shipped files have changed meanwhile; this is how it is now."
            )
            messages.warning(request, told)
        except ImportRefused as refused:
            for problem in refused.problems:
                messages.error(request, str(problem))
        return HttpResponseRedirect(request.path)
    context = model_admin.page(
        request,
        "The shipped dataset",
        update=update,
        groups=[
            (shipped.CONFLICT, "Changed here and by the shippers: stays unless ticked"),
            (shipped.TAKE, "Changed by the shippers only: will be taken"),
            (shipped.KEEP, "Changed here only: stays"),
        ],
        digest=update.digest(),
    )
    context["groups"] = [
        (verdict, title, update.of(verdict)) for verdict, title in context["groups"]
    ]
    return TemplateResponse(request, "admin/registry/shipped.html", context)
