"""What is known about boilerplate: rules in TOML, one file a kind, and the look-up that finds the rule of a line."""

from __future__ import annotations

from scraper.rules.loading import load_rules, rules_version
from scraper.rules.matching import Edge, RuleSet
from scraper.rules.rule import Rule, fold

__all__ = ["Edge", "Rule", "RuleSet", "fold", "load_rules", "rules_version"]
