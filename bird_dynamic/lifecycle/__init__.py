"""What each resource does, on plain dicts: check, diff, create, read, update, delete.

It uses neither Pulumi nor an HTTP library: the dynamic provider and the plugin only translate.
"""
