"""Which web sites stand behind the box: their names, targets, certificates and how strictly each is guarded."""
