"""Django's SQLite, with as many values in a statement as SQLite itself takes.

Django counts on 999, SQLite's limit before 3.32; with today's 32,766 an import of 10,000 rows takes
a third of the statements.
"""
