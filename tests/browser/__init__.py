"""The page of the emulator in a real browser."""
