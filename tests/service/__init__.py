"""The registry as it is deployed, and what befalls it there: many, slow and idle clients, a
database that stops, a disk that is full.
"""

RECORDS = 6  # sources that writers contend for
