"""The SecLang language: text to a rule set taken apart (`waf.rules`)."""
