"""nbgrader's exchange over HTTP: the eight plug-in classes that ``ExchangeFactory`` is configured with."""

from learnspace_assignments.exchange.base import Exchange
from learnspace_assignments.exchange.learner import ExchangeFetchAssignment, ExchangeFetchFeedback, ExchangeSubmit
from learnspace_assignments.exchange.lists import ExchangeList
from learnspace_assignments.exchange.teacher import (
    ExchangeCollect,
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
)

__all__ = [
    "Exchange",
    "ExchangeCollect",
    "ExchangeFetchAssignment",
    "ExchangeFetchFeedback",
    "ExchangeList",
    "ExchangeReleaseAssignment",
    "ExchangeReleaseFeedback",
    "ExchangeSubmit",
]
