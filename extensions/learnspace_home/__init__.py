"""What do I do now: a reading of the other features."""
