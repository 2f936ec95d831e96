% if alert:
<div class="alert" role="alert">
<p><strong>{{alert}}</strong></p>
% if advice:
<p>{{advice}}</p>
% end
</div>
% end
<form method="post" action="/signin" autocomplete="on">
<input type="hidden" name="method" value="{{method}}">
<input type="hidden" name="token" value="{{token}}">
<input type="hidden" name="to" value="{{to}}">
{{!fields}}
</form>
<p class="quiet"><a href="/signin">{{t("Back to sign-in")}}</a></p>
