"""The resource classes of a program, one per file. They import no HTTP library."""
