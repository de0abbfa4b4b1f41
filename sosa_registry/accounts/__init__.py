"""Who may do what: roles and the one permission table. The lowest floor; it knows no record."""
