"""The LAN action API, /api/?action=…"""
