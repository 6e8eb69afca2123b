"""The demonstration: a fair under way today, full of people who do not exist."""

from events.workflows.demo.loading import load_demo
from events.workflows.demo.people import DemoTokens, issue_tokens
from events.workflows.demo.renewing import renew_demo

__all__ = ["DemoTokens", "issue_tokens", "load_demo", "renew_demo"]
