% if fresh:
<p class="good" role="status">{{t("You are signed in and can use the internet now.")}}</p>
% end
% if wanted:
<p><a class="button" href="{{wanted}}" rel="noreferrer">{{t("Continue to {host}", host=wanted_host)}}</a></p>
% elif landing:
<p><a class="button" href="{{landing}}" rel="noreferrer">{{t("Continue")}}</a></p>
% end
<dl>
% for name, value in rows:
<div><dt>{{name}}</dt><dd>{{value}}</dd></div>
% end
</dl>
<form method="post" action="/logout">
<input type="hidden" name="token" value="{{token}}">
<button type="submit" class="second">{{t("Sign out")}}</button>
</form>
<p class="quiet"><a href="/status">{{t("Refresh")}}</a>\\
% if extendable:
 · <a href="/signin">{{t("Use another voucher")}}</a>\\
% end
</p>
<p class="quiet">{{t("Come back to this page at any time:")}} <strong>{{address}}</strong></p>
