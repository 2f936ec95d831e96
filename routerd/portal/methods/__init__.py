"""Sign-in methods, one module and one template each; `catalogue` lists them."""
