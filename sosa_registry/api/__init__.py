"""The API's shared conventions: errors, paging, formats, filters, schema. No resource lives here."""
