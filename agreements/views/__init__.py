"""The pages that show agreements, one module a family; they ask `analysis` and judge nothing."""
