"""What each resource is: one table of fields a file."""
