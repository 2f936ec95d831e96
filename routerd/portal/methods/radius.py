"""Sign-in with an account that a RADIUS server knows."""

from routerd.core.errors import BadInput, Unavailable
from routerd.core.terms import Terms
from routerd.portal.methods.method import Asked, Method

MOST = 253
"""Characters of a name or a password that are sent to the server at all."""


class RadiusMethod(Method):
    """Asks the server first, outside the transaction; what it granted is kept and opened inside."""

    name = "radius"
    template = "radius.tpl"
    guesses = frozenset({"wrong-login"})
    sets_idle_timeout = True

    def prepare(self, asked: Asked) -> object:
        username, password = asked.form.get("username", "").strip(), asked.form.get("password", "")
        if not username or not password:
            raise BadInput("Please enter both your user name and your password.")
        if len(username) > MOST or len(password) > MOST:
            raise BadInput("This user name or password is too long.")
        if self.desk.radius is None:
            raise Unavailable("no RADIUS server is configured")
        return self.desk.radius.authenticate(username, password, asked.device)

    def authenticate(self, asked: Asked) -> Terms:
        if self.desk.radius is None:
            raise Unavailable("no RADIUS server is configured")
        return self.desk.radius.granted(asked.proof, asked.device)

    def login(self, asked: Asked) -> str:
        return asked.form.get("username", "").strip()
