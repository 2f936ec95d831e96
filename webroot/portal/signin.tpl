% if alert:
<div class="alert" role="alert">
<p><strong>{{alert}}</strong></p>
% if advice:
<p>{{advice}}</p>
% end
</div>
% end
% if welcome:
<div class="prose" lang="{{welcome_language}}" dir="auto">
% for lines in welcome:
<p>\\
% for at, line in enumerate(lines):
% if at:
<br>\\
% end
{{line}}\\
% end
</p>
% end
</div>
% end
% if online:
<p>{{t("You are online already. Signing in again replaces what you have now.")}}</p>
% end
% for at, (name, fields) in enumerate(methods):
% if at:
<p class="or"><span>{{t("or")}}</span></p>
% end
<form method="post" action="/signin" autocomplete="on">
<input type="hidden" name="method" value="{{name}}">
<input type="hidden" name="token" value="{{token}}">
<input type="hidden" name="to" value="{{to}}">
{{!fields}}
</form>
% end
% if not methods:
<p>{{t("Signing in is not possible on this network at the moment. Please ask the staff.")}}</p>
% end
% if implied and methods:
<p class="quiet">{{t("By signing in you accept the terms of use.")}}</p>
% end
% if online:
<p class="quiet"><a href="/status">{{t("Back to my connection")}}</a></p>
% end
