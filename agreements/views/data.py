"""The page of downloads, and what it says to harvesters: schema.org and DCAT, as JSON-LD."""

import json

from django.http import HttpResponse
from django.utils.safestring import mark_safe

from agreements.exchange.catalogue import DESCRIPTION, dataset
from agreements.exchange.harvesting import dcat, schema_org
from agreements.exchange.package import LICENSE
from sosa_registry.pages import Question, Toolbar, refused, show

JSON_LD = "application/ld+json"
TOLD = {"dataset": schema_org, "catalog": dcat}
# In a page, no text of the registry's may end the element that holds it.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


def data_page(request):
    """The dataset: licence, state, coverage, how to cite it, and every download."""
    question = Question(request)
    if question.faults:
        return refused(question, Toolbar(question), "data", "Data")
    made = dataset(question.clocks.pin)
    return show(
        question,
        "data.html",
        "data",
        made=made,
        description=DESCRIPTION,
        licence=LICENSE,
        in_page=mark_safe(_written(schema_org(made)).translate(_ESCAPES)),
    )


def harvested(request, name: str):
    """The same for programs, as a document of its own."""
    question = Question(request)
    if question.faults:
        return refused(question, Toolbar(question), "data", "Data")
    made = dataset(question.clocks.pin)
    return HttpResponse(_written(TOLD[name](made)), content_type=JSON_LD)


def _written(told: dict) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1)
