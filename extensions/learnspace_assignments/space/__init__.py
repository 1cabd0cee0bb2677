"""What runs in the learner's own server: handing in from there, also on a bad line, and updates of assignments."""
