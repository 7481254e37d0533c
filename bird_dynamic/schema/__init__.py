"""The resource schemas: one table of fields per file."""
