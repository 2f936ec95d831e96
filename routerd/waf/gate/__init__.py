"""Tells, before any operator is asked, which of them a value could make match at all. It may say yes too often, and never no wrongly."""
