% if fresh:
<p class="good" role="status">{{t("You are signed in and can use the internet now.")}}</p>
% end
% if owed:
<div class="notice" role="status">
<p><strong>{{t("You are online for {time}. To stay online, confirm who you are before that.", time=duration(seconds))}}</strong></p>
</div>
<form method="post" action="/signin" autocomplete="on">
<input type="hidden" name="method" value="{{method}}">
<input type="hidden" name="token" value="{{token}}">
<input type="hidden" name="to" value="{{to}}">
{{!owed}}
</form>
% elif ending:
<div class="notice" role="status">
% if near:
<p><strong>{{t("Your time ends in {time}.", time=duration(seconds))}}</strong></p>
% end
% if short_of_data:
<p><strong>{{t("Your data is nearly used up.")}}</strong></p>
% end
% if extendable:
<p>{{t("To stay online, enter another voucher before that.")}}</p>
% else:
<p>{{t("Ask the staff how you can stay online.")}}</p>
% end
</div>
% end
% if ending and extendable and not owed:
<p><a class="button" href="/signin">{{t("Stay online")}}</a></p>
% end
% if wanted:
<p><a class="button" href="{{wanted}}" rel="noreferrer">{{t("Continue to {host}", host=wanted_host)}}</a></p>
% elif landing:
<p><a class="button" href="{{landing}}" rel="noreferrer">{{t("Continue")}}</a></p>
% end
<dl class="rests">
% for name, value in rests:
<div><dt>{{name}}</dt><dd><bdi>{{value}}</bdi></dd></div>
% end
</dl>
<dl>
% for name, value in rows:
<div><dt>{{name}}</dt><dd><bdi>{{value}}</bdi></dd></div>
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
<p class="quiet">{{t("Come back to this page at any time:")}} <strong><bdi>{{address}}</bdi></strong></p>
