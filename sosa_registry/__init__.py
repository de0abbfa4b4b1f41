"""The project: settings, the doors assembled, the API's shared conventions, and the ledger."""
