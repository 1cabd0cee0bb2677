"""Prepares an assignment: its source, a new one, and the check before release."""
