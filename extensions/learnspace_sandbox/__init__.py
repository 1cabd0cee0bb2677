"""Runs notebooks nobody trusts."""
