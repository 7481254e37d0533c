"""The command `bird-dynamic`: export a workspace, check an access key. Changes nothing, except that
`doctor --writes` may create a connector and delete it again."""
