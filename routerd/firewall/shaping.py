class Shaping:
    def __init__(self, settings, networks, switch): self.active=False
    def set(self, p): pass
    def clear(self, m): pass
    def remove(self): pass
    def reconfigure(self, s, n): pass
