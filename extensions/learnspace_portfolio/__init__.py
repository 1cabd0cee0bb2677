"""What a learner did, in order: a reading of the record."""
