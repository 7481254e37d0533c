"""What a program writes: one class a file. Nothing here loads an HTTP library."""
