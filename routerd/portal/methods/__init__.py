"""Sign-in methods, one module and one template each; `catalogue` lists them."""

from routerd.portal.methods.catalogue import CATALOGUE, METHOD_NAMES

__all__ = ["CATALOGUE", "METHOD_NAMES"]
