from routerd.core.parts import Every
class Guard(Every):
    def __init__(self, firewall, restore):
        def work():
            if not firewall.intact():
                firewall.install(); restore()
        super().__init__("guard", work, 2.0)
