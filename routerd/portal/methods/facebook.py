"""Sign-in with a Facebook account."""

from routerd.portal.methods.account import AccountMethod
from routerd.portal.methods.method import Asked


class FacebookMethod(AccountMethod):
    """The app of [portal.social.facebook]."""

    name = "facebook"
    template = "facebook.tpl"

    def chosen(self, asked: Asked) -> str:
        del asked
        return self.name
