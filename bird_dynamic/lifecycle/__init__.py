"""The operations of each resource, on plain dicts: check, diff, create, read, update, delete.

Independent of Pulumi and of HTTP libraries: the dynamic provider and the plugin only translate.
"""
