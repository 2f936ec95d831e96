<div class="alert" role="alert">
<p><strong>{{alert}}</strong></p>
<p>{{advice}}</p>
</div>
% if devices:
<ul class="devices">
% for device in devices:
<li>{{device}}</li>
% end
</ul>
% end
<form method="post" action="/replace">
<input type="hidden" name="token" value="{{token}}">
<input type="hidden" name="to" value="{{to}}">
<input type="hidden" name="ticket" value="{{ticket}}">
<button type="submit">{{t("End the other session and sign in here")}}</button>
</form>
<p class="quiet"><a href="/">{{t("Back to sign-in")}}</a></p>
