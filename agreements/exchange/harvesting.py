"""The dataset told to harvesters: schema.org's Dataset and W3C's DCAT 3, both as JSON-LD.

Data portals and search engines read these; the facts are `catalogue`'s. Terms have their prefixes
in the document itself, so that nobody has to fetch a context; schema.org's readers know its own.
"""

from django.conf import settings
from django.urls import reverse

from .catalogue import DESCRIPTION, KEYWORDS, NAME, Dataset, File
from .package import LICENSE, TITLE

FRICTIONLESS = "https://specs.frictionlessdata.io/data-package/"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
REGISTERED = "https://www.iana.org/assignments/media-types/"


def schema_org(made: Dataset) -> dict:
    """The dataset in schema.org's words, as search engines read it."""
    publisher = {"@type": "Organization", "name": NAME, "url": f"{settings.SITE_URL}/"}
    whole = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{made.address}#dataset",
        "name": TITLE,
        "description": DESCRIPTION,
        "url": made.address,
        "identifier": made.address,
        "keywords": list(KEYWORDS),
        "license": LICENSE["path"],
        "isAccessibleForFree": True,
        "version": str(made.revision),
        "creator": publisher,
        "publisher": publisher,
        "creditText": made.citation,
        "includedInDataCatalog": {"@type": "DataCatalog", "name": NAME, "url": made.address},
        "spatialCoverage": [
            {"@type": "Place", "name": name, "identifier": code} for code, name in made.places
        ],
        "distribution": [_download(made.package)],
        "hasPart": [
            {
                "@type": "Dataset",
                "@id": f"{made.address}#{part.name}",
                "name": f"{TITLE}: {part.title.lower()}",
                "description": f"{part.what} {part.rows} rows.",
                "url": f"{made.address}#{part.name}",
                "license": LICENSE["path"],
                "creator": publisher,
                "distribution": [_download(file) for file in part.files],
            }
            for part in made.parts
        ],
    }
    if made.issued and made.modified:
        whole |= {
            "datePublished": f"{made.issued:%Y-%m-%d}",
            "dateModified": f"{made.modified:%Y-%m-%d}",
        }
    if made.first and made.last:
        whole["temporalCoverage"] = f"{made.first}/{made.last}"
    return whole


def _download(file: File) -> dict:
    return {
        "@type": "DataDownload",
        "name": file.format,
        "encodingFormat": file.media_type,
        "contentUrl": file.url,
    }


def dcat(made: Dataset) -> dict:
    """A catalogue of the dataset and of the service that answers from it, in DCAT's words."""
    licence = {"@id": LICENSE["path"]}
    publisher = {
        "@type": "foaf:Agent",
        "@id": f"{made.address}#publisher",
        "foaf:name": NAME,
        "foaf:homepage": {"@id": f"{settings.SITE_URL}/"},
    }
    whole = {
        "@type": "dcat:Dataset",
        "@id": f"{made.address}#dataset",
        "dct:identifier": made.address,
        "dct:title": _in_english(TITLE),
        "dct:description": _in_english(DESCRIPTION),
        "dct:publisher": {"@id": publisher["@id"]},
        "dct:license": licence,
        "dct:language": "en",
        "dcat:version": str(made.revision),
        "dcat:keyword": [_in_english(word) for word in KEYWORDS],
        "dcat:landingPage": {"@id": made.address},
        "dct:bibliographicCitation": made.citation,
        "dct:spatial": [
            {"@type": "dct:Location", "dct:identifier": code, "rdfs:label": _in_english(name)}
            for code, name in made.places
        ],
        "dcat:distribution": [
            _distribution(made.package) | {"dct:conformsTo": {"@id": FRICTIONLESS}}
        ],
        "dct:hasPart": [
            {
                "@type": "dcat:Dataset",
                "@id": f"{made.address}#{part.name}",
                "dct:title": _in_english(f"{TITLE}: {part.title.lower()}"),
                "dct:description": _in_english(f"{part.what} {part.rows} rows."),
                "dct:publisher": {"@id": publisher["@id"]},
                "dct:isPartOf": {"@id": f"{made.address}#dataset"},
                "dcat:distribution": [_distribution(file) for file in part.files],
            }
            for part in made.parts
        ],
    }
    if made.issued and made.modified:
        whole |= {
            "dct:issued": _typed("dateTime", made.issued.isoformat()),
            "dct:modified": _typed("dateTime", made.modified.isoformat()),
        }
    if made.first and made.last:
        whole["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed("date", made.first.isoformat()),
            "dcat:endDate": _typed("date", made.last.isoformat()),
        }
    return {
        "@context": CONTEXT,
        "@type": "dcat:Catalog",
        "@id": f"{made.address}#catalog",
        "dct:title": _in_english(NAME),
        "dct:description": _in_english(DESCRIPTION),
        "dct:publisher": publisher,
        "dct:license": licence,
        "foaf:homepage": {"@id": f"{settings.SITE_URL}/"},
        "dcat:dataset": [whole],
        "dcat:service": [
            {
                "@type": "dcat:DataService",
                "@id": f"{made.address}#service",
                "dct:title": _in_english(f"{NAME}: API"),
                "dcat:endpointURL": {"@id": f"{settings.SITE_URL}{reverse('api:index')}"},
                "dcat:endpointDescription": {"@id": f"{settings.SITE_URL}{reverse('api:schema')}"},
                "dcat:servesDataset": [{"@id": f"{made.address}#dataset"}],
            }
        ],
    }


def _distribution(file: File) -> dict:
    told = {
        "@type": "dcat:Distribution",
        "@id": f"{file.url}#distribution",
        "dct:title": _in_english(file.format),
        "dct:license": {"@id": LICENSE["path"]},
        "dcat:accessURL": {"@id": file.url},
        "dcat:downloadURL": {"@id": file.url},
        "dct:format": {"@type": "dct:MediaTypeOrExtent", "rdfs:label": file.media_type},
    }
    if "/x-" not in file.media_type:  # what has no registered name is only told
        told["dcat:mediaType"] = {"@id": f"{REGISTERED}{file.media_type}"}
    return told


def _in_english(text: str) -> dict:
    return {"@value": text, "@language": "en"}


def _typed(kind: str, text: str) -> dict:
    return {"@value": text, "@type": f"xsd:{kind}"}
