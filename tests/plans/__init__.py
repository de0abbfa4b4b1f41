"""How PostgreSQL plans to answer, on a registry that has grown."""
