"""The command `bird-dynamic`: export a workspace, check an access key, audit a phone set-up.
Changes nothing, except that `doctor --writes` may create a connector and delete it again."""
