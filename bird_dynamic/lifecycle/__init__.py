"""What each resource does, on plain dicts: check, diff, create, read, update, delete.

No Pulumi and no HTTP library in sight: the two ways in (the dynamic provider, later the plugin)
only translate.
"""
