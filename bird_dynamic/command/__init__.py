"""The command `bird-dynamic`: what a person does beside Pulumi. It changes nothing in Bird."""
