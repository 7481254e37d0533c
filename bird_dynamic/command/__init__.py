"""The command `bird-dynamic`: export a workspace, check an access key. Changes nothing in Bird."""
