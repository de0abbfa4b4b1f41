"""What drf-spectacular is told: how the OpenAPI document is made. Part of the settings."""

VERSION = "0.1.0"
SPECTACULAR_SETTINGS = {
    "TITLE": "The registry of defence-supply agreements",
    "DESCRIPTION": (
        "Which allies had which reciprocal defence-supply arrangements, on any date, "
        "as known at any time, with the evidence."
    ),
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "LICENSE": {"name": "Data: CC BY 4.0. Software: Apache-2.0."},
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    # A body is the record without what is computed, an answer has every member.
    "COMPONENT_SPLIT_REQUEST": True,
    # Choice sets of the same field name in several records, by the name that generated clients see.
    "ENUM_NAME_OVERRIDES": {
        "CellCertainty": "agreements.answers.CERTAINTIES",
        "CellStatus": "agreements.answers.STATUSES",
        "CommitmentKind": "agreements.models.Commitment.Kind",
        "CommitmentMechanism": "agreements.models.Commitment.Mechanism",
        "Enforceability": "agreements.models.Commitment.Enforceability",
        "GroupingKind": "partners.models.Grouping.Kind",
        "PublishedListKind": "agreements.models.PublishedList.Kind",
        "ProposalStatus": "sosa_registry.ledger.models.Proposal.Status",
        "RevisionKind": "sosa_registry.ledger.models.Revision.Kind",
        "SourceKind": "partners.models.Source.Kind",
        "StandingStatus": "agreements.lifecycle.Status",
    },
}
