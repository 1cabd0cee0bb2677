"""Institutions, courses, enrolments and roles: who may do what is asked here."""
